#include "tests/support/fake_azure_http.hpp"

#include <algorithm>
#include <charconv>

namespace driftless::test::arm {

namespace {

std::vector<std::string> split(std::string_view text, char mark) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(mark, at), text.size());
        if (end > at) pieces.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return pieces;
}

std::string joined(const std::vector<std::string>& steps, std::size_t count) {
    std::string path;
    for (std::size_t at = 0; at < count; ++at) path += "/" + steps[at];
    return path;
}

/// The words of a type, from the namespace on: every other step of the pairs.
std::string type_in(const std::vector<std::string>& steps, std::size_t begin, std::size_t end) {
    std::string type = steps[begin];
    for (std::size_t at = begin + 1; at < end; at += 2) type += "/" + steps[at];
    return type;
}

/// /subscriptions/S, /subscriptions/S/resourceGroups[/G]
Place plain_place(const std::vector<std::string>& steps) {
    Place place;
    if (steps.size() < 2) return place;
    place.id = joined(steps, steps.size());
    if (steps.size() == 2) {
        place.is = Place::Is::resource;
        place.type = "Microsoft.Resources/subscriptions";
        place.name = steps[1];
        return place;
    }
    const bool is_group = same_word(steps[2], "resourceGroups");
    place.type = is_group ? "Microsoft.Resources/resourceGroups" : steps[2];
    place.above = joined(steps, 2);
    place.is = Place::Is::list;
    place.id = place.above;
    if (steps.size() >= 4 && is_group) {
        place.is = steps.size() == 4 ? Place::Is::resource : Place::Is::list;
        place.id = joined(steps, 4);
        place.name = steps[3];
        if (steps.size() > 4) place.type = steps[4];
    }
    return place;
}

}  // namespace

std::string Request::asked(std::string_view key) const {
    const auto found =
        std::ranges::find_if(query, [key](const auto& pair) { return same_word(pair.first, key); });
    return found == query.end() ? "" : found->second;
}

std::string Request::path() const {
    return target.substr(0, target.find('?'));
}

Request request_of(net::Request from) {
    Request request{from.method, std::move(from.target),  {},
                    {},          std::move(from.headers), std::move(from.body),
                    {}};
    const std::size_t scheme = request.target.find("://");
    if (scheme != std::string::npos && scheme < 6) {
        request.target.erase(0, request.target.find('/', scheme + 3));
    }
    for (const std::string& step : split(request.path(), '/')) {
        request.steps.push_back(decoded(step));
    }
    const std::size_t question = request.target.find('?');
    if (question == std::string::npos) return request;
    for (const std::string& pair :
         split(std::string_view{request.target}.substr(question + 1), '&')) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string value = equals < pair.size() ? pair.substr(equals + 1) : "";
        request.query.emplace_back(decoded(pair.substr(0, equals)), decoded(value));
    }
    return request;
}

Answer refused(const Refusal& refusal) {
    json error = {{"code", refusal.code}, {"message", refusal.message}};
    if (!refusal.details.is_null()) error["details"] = refusal.details;
    Answer answer{refusal.status, {{"error", error}}, refusal.headers};
    answer.headers.emplace_back("x-ms-failure-cause", "gateway");
    return answer;
}

std::string low(std::string_view text) {
    std::string folded{text};
    for (char& c : folded) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return folded;
}

bool same_word(std::string_view one, std::string_view other) {
    return one.size() == other.size() && low(one) == low(other);
}

std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned byte = 0;
        const char* const digits = text.data() + at + 1;
        const bool is_escape = text[at] == '%' && at + 2 < text.size() &&
                               std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
        plain += is_escape ? static_cast<char>(byte) : text[at];
        if (is_escape) at += 2;
    }
    return plain;
}

json at_or_null(const json& body, const std::string& pointer) {
    const json::json_pointer place{pointer};
    return body.contains(place) ? body.at(place) : json{};
}

std::string text_at(const json& body, const std::string& pointer) {
    const json found = at_or_null(body, pointer);
    return found.is_string() ? found.get<std::string>() : "";
}

Place place_of(const Request& request) {
    const auto& steps = request.steps;
    std::size_t provider = steps.size();
    for (std::size_t at = 0; at < steps.size(); ++at) {
        // A name may be "providers" as well: only where a word of a pair stands does it mean this.
        if (same_word(steps[at], "providers") && at + 1 < steps.size()) provider = at;
    }
    Place place = provider == steps.size() ? plain_place(steps) : Place{};
    if (steps.size() >= 2 && same_word(steps[0], "subscriptions")) place.subscription = steps[1];
    if (steps.size() >= 4 && same_word(steps[2], "resourceGroups")) place.group = steps[3];
    if (provider == steps.size()) return place;
    const std::size_t rest = steps.size() - provider - 2;  // pairs behind the namespace
    if (rest == 0) {
        place.is = Place::Is::providers;
        place.name = steps[provider + 1];
        return place;
    }
    const std::size_t whole = rest % 2 == 0 ? steps.size() : steps.size() - 1;
    place.id = joined(steps, whole);
    place.is_child = rest > 2;
    const bool posts = request.method == net::Method::post;
    if (rest % 2 == 0 || (posts && rest > 1)) {
        place.is = rest % 2 == 0 ? Place::Is::resource : Place::Is::action;
        place.type = type_in(steps, provider + 1, whole);
        place.name = steps[whole - 1];
        if (rest % 2 == 1) place.action = steps.back();
        if (rest % 2 == 1) place.is_child = rest > 3;
        place.above = place.is_child ? joined(steps, whole - 2) : joined(steps, provider);
        return place;
    }
    place.is = Place::Is::list;
    place.type = type_in(steps, provider + 1, steps.size());
    place.above = place.is_child ? place.id : joined(steps, provider);
    return place;
}

}  // namespace driftless::test::arm
