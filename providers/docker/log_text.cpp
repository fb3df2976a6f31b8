#include "providers/docker/log_text.hpp"

#include <optional>

namespace driftless::docker {
namespace {

constexpr std::size_t frame_head = 8;  // stream, three zeros, four bytes of size

std::size_t byte_at(std::string_view bytes, std::size_t place) {
    return static_cast<unsigned char>(bytes[place]);
}

bool is_frame(std::string_view bytes) {
    return bytes.size() >= frame_head && byte_at(bytes, 0) <= 2 &&
           bytes.substr(1, 3) == std::string_view("\0\0\0", 3);
}

/// What the frames hold, or nothing where they are none: engines before 25 don't say which it is.
std::optional<std::string> unframed(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        if (!is_frame(bytes)) return std::nullopt;
        const auto size = byte_at(bytes, 4) << 24 | byte_at(bytes, 5) << 16 |
                          byte_at(bytes, 6) << 8 | byte_at(bytes, 7);
        bytes.remove_prefix(frame_head);
        if (size > bytes.size()) return std::nullopt;
        text += bytes.substr(0, size);
        bytes.remove_prefix(size);
    }
    return text;
}

/// The place after the escape sequence that begins at `place`.
std::size_t after_escape(std::string_view text, std::size_t place) {
    if (place + 1 >= text.size() || text[place + 1] != '[') return place + 1;
    place += 2;
    while (place < text.size() && (text[place] < '@' || text[place] > '~')) ++place;
    return place + 1;
}

std::string printable(std::string_view text) {
    std::string clean;
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = byte_at(text, i);
        if (byte == 0x1B) {
            i = after_escape(text, i);
            continue;
        }
        if (byte == '\t') clean += ' ';
        if (byte == '\n' || (byte >= 0x20 && byte != 0x7F)) clean += text[i];
        ++i;
    }
    return clean;
}

}  // namespace

std::string plain_log(std::string_view bytes, int lines) {
    const auto framed = unframed(bytes);
    std::string text = printable(framed ? *framed : bytes);
    while (text.ends_with('\n')) text.pop_back();
    auto start = text.size();
    for (int i = 0; i < lines && start != std::string::npos && start > 0; ++i) {
        start = text.rfind('\n', start - 1);
    }
    return start == std::string::npos || lines <= 0 ? text
                                                    : text.substr(start == 0 ? 0 : start + 1);
}

}  // namespace driftless::docker
