#include "tests/support/fake_engine_query.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace driftless::test {

namespace {

std::string decoded(const std::string& text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            plain += static_cast<char>(std::strtol(text.substr(at + 1, 2).c_str(), nullptr, 16));
            at += 2;
        } else {
            plain += text[at] == '+' ? ' ' : text[at];
        }
    }
    return plain;
}

std::map<std::string, std::string> query_of(const std::string& text) {
    std::map<std::string, std::string> query;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('&', at), text.size());
        const std::string pair = text.substr(at, end - at);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        query[decoded(pair.substr(0, equals))] =
            equals < pair.size() ? decoded(pair.substr(equals + 1)) : "";
        at = end + 1;
    }
    return query;
}

/// A filter's wishes: {"label": ["a=b"]}, or the old form {"label": {"a=b": true}}.
std::vector<std::string> wishes_of(const json& wanted) {
    std::vector<std::string> wishes;
    if (wanted.is_object()) {
        for (const auto& [key, on] : wanted.items()) wishes.push_back(key);
    } else {
        wishes = wanted.get<std::vector<std::string>>();
    }
    return wishes;
}

bool fits(const std::string& filter, const std::vector<std::string>& have,
          const std::string& wish) {
    if (filter == "name" || filter == "id") {  // a part of the name, the beginning of the id
        return std::ranges::any_of(have, [&](const std::string& value) {
            return filter == "name" ? value.find(wish) != std::string::npos
                                    : value.starts_with(wish);
        });
    }
    return std::ranges::find(have, wish) != have.end();
}

}  // namespace

std::optional<int> minor_of(const std::string& target) {
    if (!target.starts_with("/v1.")) return std::nullopt;
    return std::atoi(target.c_str() + 4);
}

EngineRequest request_of(net::Method method, const std::string& target) {
    EngineRequest request;
    request.method = method;
    std::string path = target;
    if (minor_of(path)) path.erase(0, path.find('/', 1));
    const std::size_t question = path.find('?');
    if (question != std::string::npos) {
        request.query = query_of(path.substr(question + 1));
        path.erase(question);
    }
    request.path = path;
    return request;
}

std::optional<std::string> step_of(const std::string& path, const std::string& pattern) {
    const std::size_t star = pattern.find('*');
    if (star == std::string::npos)
        return path == pattern ? std::optional<std::string>{""} : std::nullopt;
    const std::string begin = pattern.substr(0, star);
    const std::string end = pattern.substr(star + 1);
    if (path.size() <= begin.size() + end.size()) return std::nullopt;
    if (!path.starts_with(begin) || !path.ends_with(end)) return std::nullopt;
    return decoded(path.substr(begin.size(), path.size() - begin.size() - end.size()));
}

std::string EngineRequest::text() const {
    std::string text = std::string{net::name(method)} + " " + path;
    char separator = '?';
    for (const auto& [key, value] : query) {
        text += separator + key + "=" + value;
        separator = '&';
    }
    return text;
}

std::string EngineRequest::query_or(const std::string& key, std::string otherwise) const {
    const auto found = query.find(key);
    return found == query.end() ? std::move(otherwise) : found->second;
}

bool EngineRequest::flag(const std::string& key) const {
    const std::string value = query_or(key, "");
    return value == "1" || value == "true" || value == "True";
}

EngineAnswer answer(int status, const json& body) {
    return {status, body.dump(), {{"Content-Type", "application/json"}}, std::nullopt};
}

EngineAnswer refusal(int status, const std::string& message) {
    return answer(status, json{{"message", message}});
}

json parsed(const EngineRequest& request) {
    json body = json::parse(request.body, nullptr, false);
    return body.is_object() ? body : json::object();
}

bool passes(const EngineRequest& request,
            const std::map<std::string, std::vector<std::string>>& fields) {
    const json filters = json::parse(request.query_or("filters", "{}"), nullptr, false);
    if (!filters.is_object()) return true;
    for (const auto& [filter, wanted] : filters.items()) {
        const auto have = fields.find(filter);
        if (have == fields.end()) continue;
        const std::vector<std::string> wishes = wishes_of(wanted);
        const auto is_fit = [&, name = filter](const std::string& wish) {
            return fits(name, have->second, wish);
        };
        // labels must all be there; of all else one is enough
        const bool passed = filter == "label" ? std::ranges::all_of(wishes, is_fit)
                                              : std::ranges::any_of(wishes, is_fit);
        if (!passed && !wishes.empty()) return false;
    }
    return true;
}

std::vector<std::string> label_words(const json& labels) {
    std::vector<std::string> words;
    if (!labels.is_object()) return words;
    for (const auto& [key, value] : labels.items()) {
        words.push_back(key);
        words.push_back(key + "=" + value.get<std::string>());
    }
    return words;
}

json value_or(const json& body, const std::string& key, json otherwise) {
    const auto found = body.find(key);
    return found == body.end() || found->is_null() ? std::move(otherwise) : *found;
}

}  // namespace driftless::test
