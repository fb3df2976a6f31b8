#include "providers/net/redactor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/base/hex.hpp"
#include "config/base/percent.hpp"

namespace driftless::net {
namespace {

constexpr std::size_t shortest = 8;
constexpr std::size_t shortest_word = 16;
constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint16_t start_of(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(text[i]));
    };
    return static_cast<std::uint16_t>(byte(at) << 8 | byte(at + 1));
}

/// The letters that stand for `text` alone when `before` bytes come before it, whatever comes
/// around it.
std::string base64_inside(std::string_view text, std::size_t before, std::string_view alphabet) {
    std::string letters;
    unsigned bits = 0;
    std::size_t count = before * 8 % 6;  // bits of the letter that it shares with what comes before
    std::size_t skip = count == 0 ? 0 : 6 - count;
    std::size_t have = 0;
    for (const char letter : text) {
        bits = bits << 8 | static_cast<unsigned char>(letter);
        have += 8;
        if (skip > 0) {
            have -= skip;
            skip = 0;
        }
        while (have >= 6) {
            have -= 6;
            letters += alphabet[bits >> have & 63];
        }
        bits &= (1u << have) - 1;
    }
    return letters;
}

std::string as_json(std::string_view text) {
    const std::string quoted =
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return quoted.substr(1, quoted.size() - 2);
}

std::string with_small_digits(std::string encoded) {
    for (std::size_t at = 0; at + 2 < encoded.size(); ++at) {
        if (encoded[at] != '%') continue;
        for (const std::size_t digit : {at + 1, at + 2}) {
            if (encoded[digit] >= 'A' && encoded[digit] <= 'F') encoded[digit] += 'a' - 'A';
        }
    }
    return encoded;
}

std::string in_capitals(std::string hex) {
    std::ranges::transform(hex, hex.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'f' ? static_cast<char>(letter - 'a' + 'A') : letter;
    });
    return hex;
}

std::vector<std::string> forms_of(std::string_view text) {
    const std::string in_json = as_json(text);
    // Twice: what others wrote as JSON into an error, which we write as JSON.
    std::vector<std::string> forms{std::string{text}, in_json, as_json(in_json)};
    const std::string in_url = percent_encoded(text);
    forms.insert(forms.end(), {in_url, with_small_digits(in_url)});
    const std::string hex = to_hex(text);
    forms.insert(forms.end(), {hex, in_capitals(hex)});
    for (const std::string_view alphabet : {standard, url_safe}) {
        for (const std::size_t before : {0u, 1u, 2u})
            forms.push_back(base64_inside(text, before, alphabet));
    }
    return forms;
}

/// A key in PEM, say: its lines may be shown apart.
std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (text.find('\n') != text.npos) {
        lines.push_back(text.substr(0, text.find('\n')));
        text.remove_prefix(lines.back().size() + 1);
    }
    if (!lines.empty()) lines.push_back(text);
    return lines;
}

}  // namespace

bool could_be_a_name(std::string_view text) {
    const auto only = [text](std::string_view letters) {
        return text.find_first_not_of(letters) == text.npos;
    };
    if (text.size() < shortest || only("0123456789")) return true;
    return text.size() < shortest_word &&
           (only("abcdefghijklmnopqrstuvwxyz._-") || only("ABCDEFGHIJKLMNOPQRSTUVWXYZ._-"));
}

bool Redactor::learn(const Secret& secret) {
    if (could_be_a_name(secret.reveal())) return false;
    const std::lock_guard lock{mutex_};
    const auto same = [&secret](const Secret& known) { return known.same_as(secret); };
    if (std::ranges::any_of(known_, same)) return true;
    known_.push_back(secret);
    for (std::string& form : forms_of(secret.reveal())) add(std::move(form));
    for (const std::string_view line : lines_of(secret.reveal())) {
        if (line.size() >= shortest_word && !line.starts_with("-----")) add(std::string{line});
    }
    return true;
}

void Redactor::add(std::string form) {
    const auto start = start_of(form, 0);
    starts_[start] = true;
    auto& forms = forms_[start];
    const auto longer = [&form](const Secret& other) {
        return other.reveal().size() > form.size();
    };
    const auto place = std::ranges::find_if_not(forms, longer);
    forms.insert(place, Secret{std::move(form)});
}

std::string Redactor::redacted(std::string text) const {
    const std::lock_guard lock{mutex_};
    if (known_.empty()) return text;
    std::string clean;
    std::size_t kept = 0;  // up to here `clean` holds it
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
        const auto start = start_of(text, at);
        if (!starts_[start]) continue;
        for (const Secret& form : forms_.at(start)) {
            const std::string_view secret = form.reveal();
            if (text.compare(at, secret.size(), secret) != 0) continue;
            clean.append(text, kept, at - kept).append(in_place);
            at += secret.size() - 1;
            kept = at + 1;
            break;
        }
    }
    if (kept == 0) return text;
    return clean.append(text, kept);
}

}  // namespace driftless::net
