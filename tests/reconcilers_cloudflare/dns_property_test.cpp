// Values of all types, made by chance: what git may write for a value, and what the API may tell of
// it, have one form; and what has it keeps it.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <random>

#include "reconcilers/cloudflare/dns_forms.hpp"
#include "reconcilers/cloudflare/dns_types.hpp"

namespace driftless::cloudflare {
namespace {

/// One value of a field, as git writes it and as the API tells it.
struct Written {
    std::string git;
    json told;
};

class Maker {
public:
    explicit Maker(unsigned seed) : random_(seed) {}

    unsigned below(unsigned most) { return static_cast<unsigned>(random_() % most); }
    bool chance() { return below(2) == 0; }

    std::string letters(std::string_view of, unsigned least, unsigned most) {
        std::string text(least + below(most - least + 1), ' ');
        for (char& letter : text) letter = of[below(static_cast<unsigned>(of.size()))];
        return text;
    }
    /// The same letters, some of them large.
    std::string in_some_case(std::string text) {
        for (char& letter : text) {
            if (letter >= 'a' && letter <= 'z' && chance()) letter = static_cast<char>(letter - 32);
        }
        return text;
    }
    std::string with_blanks(const std::string& text) {
        std::string all;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (at > 0 && below(8) == 0) all += ' ';
            all += text[at];
        }
        return all;
    }

    Written field(const DnsField& field, bool is_last);

private:
    Written address(int family);
    Written host();
    Written txt();
    Written number(unsigned most);
    Written decimal();
    Written params();

    std::mt19937 random_;
};

Written Maker::address(int family) {
    std::array<unsigned char, 16> bytes{};
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(chance() ? below(256) : 0);
    std::array<char, INET6_ADDRSTRLEN> shown{};
    ::inet_ntop(family, bytes.data(), shown.data(), shown.size());
    if (family == AF_INET) return {shown.data(), shown.data()};
    std::string whole;
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        const unsigned group = bytes[at] * 256U + bytes[at + 1];
        whole += fmt::format("{}{:04X}", at == 0 ? "" : ":", group);
    }
    return {whole, shown.data()};
}

Written Maker::host() {
    if (below(10) == 0) return {".", "."};
    std::string name;
    for (unsigned label = 1 + below(4); label > 0; --label) {
        name += letters("abcxyz019_-", 1, 20) + (label > 1 ? "." : "");
    }
    return {in_some_case(name) + (chance() ? "." : ""), name};
}

Written Maker::txt() {
    std::string text = letters("ab\"\\; 0123\t=", 1, 600);
    if (below(4) == 0) text = '"' + text + '"';
    const bool looks_quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
    const bool bare = !looks_quoted && chance();
    return {looks_quoted || chance() ? quoted_strings(text) : text,
            bare ? text : quoted_strings(text)};
}

Written Maker::number(unsigned most) {
    const unsigned value = below(most + 1);
    return {fmt::format("{}", value), chance() ? json(value) : json(fmt::format("{}", value))};
}

Written Maker::decimal() {
    const unsigned whole = below(1'000);
    const unsigned thousandths = chance() ? 0 : below(1'000);
    const double value = whole + thousandths / 1'000.0;
    const std::string text =
        thousandths == 0 ? fmt::format("{}", whole) : fmt::format("{}.{:03}", whole, thousandths);
    return {text + (chance() ? "m" : ""), chance() ? json(value) : json(text)};
}

Written Maker::params() {
    std::map<std::string, std::string> all;
    for (unsigned count = below(4); count > 0; --count) {
        all[letters("abc", 1, 5)] = letters("ab,2./\"\\", 0, 12);
    }
    std::string git;
    std::string told;
    for (const auto& [key, value] : all) {
        const bool bare = value.find('"') == std::string::npos && chance();
        const std::string one =
            key + (value.empty() ? "" : "=" + (bare ? value : quoted_strings(value)));
        git = git.empty() ? one : one + " " + git;  // the other way round
        told += (told.empty() ? "" : " ") + key;
        if (!value.empty()) told += "=" + quoted_strings(value);
    }
    return {git, told};
}

Written Maker::field(const DnsField& field, bool is_last) {
    switch (field.form) {
        case Form::ipv4: return address(AF_INET);
        case Form::ipv6: return address(AF_INET6);
        case Form::host: return host();
        case Form::txt: return txt();
        case Form::number: return number(field.most);
        case Form::decimal: return decimal();
        case Form::params: return params();
        case Form::text: {
            const std::string text = letters("ab;:/!.\"\\ =", 1, 30);
            return {text, text};
        }
        case Form::word: {
            const std::string word = letters("abcxyz", 1, 8);
            return {in_some_case(word), word};
        }
        case Form::hex: {
            const std::string hex = letters("0123456789abcdef", 2, 64);
            const std::string cased = in_some_case(hex);
            return {is_last ? with_blanks(cased) : cased, chance() ? hex : in_some_case(hex)};
        }
        case Form::base64: {
            const std::string key = letters("ABCxyz0189+/", 4, 80);
            return {is_last ? with_blanks(key) : key, key};
        }
    }
    return {};
}

/// A value of a type: as git may write it, and what the API tells of it.
struct Value {
    json git;
    json told;
};

Value value_of(const DnsType& type, Maker& make) {
    if (type.is_plain()) {
        const Written one = make.field(type.fields.front(), true);
        return {one.git, told_value(type, nullptr, one.told.get<std::string>(), nullptr)};
    }
    json object = json::object();
    json data = json::object();
    json priority;
    std::string line;
    std::string content;
    for (const DnsField& field : type.fields) {
        const bool is_last = &field == &type.fields.back();
        const Written one = make.field(field, is_last);
        const std::string name{field.name};
        object[name] = one.git;
        if (field.top) {
            priority = one.told;
        } else {
            data[name] = one.told;
        }
        if (is_last && one.told.is_string()) content = one.told;
        line += (line.empty() ? "" : " ") +
                (field.form == Form::text ? quoted_strings(one.git) : one.git);
    }
    const json told = type.has_data ? told_value(type, data, "", priority)
                                    : told_value(type, nullptr, content, priority);
    return {make.chance() ? json(line) : object, told};
}

class AnyValue : public ::testing::TestWithParam<std::string> {};

TEST_P(AnyValue, HasOneFormOnBothSidesAndKeepsIt) {
    const DnsType& type = *dns_type(GetParam());
    for (unsigned seed = 1; seed <= 400; ++seed) {
        Maker make{seed};
        const Value value = value_of(type, make);
        SCOPED_TRACE(
            fmt::format("seed {}: git {}, told {}", seed, value.git.dump(), value.told.dump()));
        const auto git = canonical_value(type, value.git);
        ASSERT_TRUE(git) << git.error().message;
        const auto told = canonical_value(type, value.told);
        ASSERT_TRUE(told) << told.error().message;
        ASSERT_EQ(*git, *told);
        const auto again = canonical_value(type, *git);
        ASSERT_TRUE(again) << again.error().message;
        ASSERT_EQ(*again, *git);
        const json body = value_body(type, *git);
        const auto sent = canonical_value(
            type, told_value(type, body.value("data", json{}), body.value("content", ""),
                             body.value("priority", json{})));
        ASSERT_TRUE(sent) << sent.error().message;
        ASSERT_EQ(*sent, *git);
    }
}

std::vector<std::string> type_names() {
    std::vector<std::string> names;
    for (const DnsType& type : dns_types()) names.emplace_back(type.name);
    return names;
}
INSTANTIATE_TEST_SUITE_P(, AnyValue, ::testing::ValuesIn(type_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace driftless::cloudflare
