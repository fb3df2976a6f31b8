#include "providers/docker/json_stream.hpp"

#include <algorithm>

namespace driftless::docker {
namespace {

constexpr std::size_t longest_object = 4u << 20;

bool is_space(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

}  // namespace

Result<std::vector<std::string>> JsonStream::feed(std::string_view bytes) {
    std::vector<std::string> objects;
    for (const char letter : bytes) {
        if (depth_ == 0 && is_space(letter)) continue;
        if (depth_ == 0 && letter != '{') {
            return Error{Errc::invalid, "the stream holds something that is no JSON object"};
        }
        inside(letter);
        if (depth_ == 0) objects.push_back(std::exchange(object_, {}));
        if (object_.size() > longest_object) {
            return Error{Errc::invalid, "the stream holds an object over 4 MiB"};
        }
    }
    return objects;
}

void JsonStream::inside(char letter) {
    object_ += letter;
    if (in_text_) {
        if (!escaped_ && letter == '"') in_text_ = false;
        escaped_ = !escaped_ && letter == '\\';
        return;
    }
    if (letter == '"') in_text_ = true;
    if (letter == '{' || letter == '[') ++depth_;
    if (letter == '}' || letter == ']') --depth_;
}

bool is_nested_at_most(std::string_view text, int most) {
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char letter = text[i];
        if (in_text && letter == '\\') {
            ++i;
        } else if (letter == '"') {
            in_text = !in_text;
        } else if (!in_text && (letter == '{' || letter == '[')) {
            if (++depth > most) return false;
        } else if (!in_text && (letter == '}' || letter == ']')) {
            --depth;
        }
    }
    return true;
}

}  // namespace driftless::docker
