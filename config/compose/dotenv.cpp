#include "config/compose/dotenv.hpp"

#include <algorithm>
#include <cctype>

namespace driftless::compose {
namespace {

constexpr std::string_view blanks = " \t\v\f\r";

std::string_view trimmed_left(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? "" : text.substr(begin);
}

std::string_view trimmed_right(std::string_view text) {
    const std::size_t last = text.find_last_not_of(blanks);
    return last == std::string_view::npos ? "" : text.substr(0, last + 1);
}

bool is_octal(char c) {
    return c >= '0' && c <= '7';
}

/// What `\` and `after` mean between double quotes, or '\0' where they mean themselves.
char escaped(char after) {
    switch (after) {
        case 'a': return '\a';
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'v': return '\v';
        case '\\': return '\\';
        case '"': return '"';
        default: return '\0';
    }
}

/// Escapes of a double-quoted value; `\$` becomes `$$`, which interpolation makes a dollar sign.
std::string without_escapes(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool last = at + 1 == text.size();
        if (text[at] != '\\' || last) {
            out += text[at];
        } else if (text[at + 1] == '$') {
            out += "$$";
            ++at;
        } else if (text[at + 1] == '0' && at + 2 < text.size() && is_octal(text[at + 2])) {
            int value = 0;
            std::size_t digits = 0;
            for (++at; digits < 3 && at + 1 < text.size() && is_octal(text[at + 1]);
                 ++digits, ++at) {
                value = value * 8 + (text[at + 1] - '0');
            }
            out += static_cast<char>(value);
        } else if (const char meant = escaped(text[at + 1])) {
            out += meant;
            ++at;
        } else {
            out += '\\';
        }
    }
    return out;
}

/// Reads one file from its begin to its end.
class EnvFile {
public:
    EnvFile(std::string_view text, std::string file, const Variables& lookup, Findings& findings)
        : rest_(text), file_(std::move(file)), known_(lookup), findings_(findings) {}

    /// @return false when there was an error
    bool read() {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
        while (skip_to_statement()) {
            if (!read_statement()) return false;
        }
        return true;
    }
    Pairs take() { return std::move(pairs_); }

private:
    bool fail(const std::string& message) {
        findings_.push_back({Finding::Severity::error, {file_, line_, 1}, message});
        return false;
    }

    bool skip_to_statement() {
        while (!rest_.empty()) {
            rest_ = trimmed_left(rest_);
            if (rest_.empty()) break;
            if (rest_.front() != '\n' && rest_.front() != '#') return true;
            next_line();
        }
        return false;
    }

    void next_line() {
        const std::size_t end = rest_.find('\n');
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++line_;
    }

    bool read_statement() {
        if (rest_.starts_with("export") && rest_.size() > 6 &&
            blanks.find(rest_[6]) != rest_.npos) {
            rest_ = trimmed_left(rest_.substr(6));
        }
        const std::size_t end = std::min(rest_.find_first_of("=:\n"), rest_.size());
        const std::string key{trimmed_right(rest_.substr(0, end))};
        if (!is_key(key)) {
            return fail(in_quotes(shown(key)) + " is not a variable's name; write NAME=value");
        }
        const bool inherited = end == rest_.size() || rest_[end] == '\n';
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        if (inherited) {
            const auto value = known_.find(key);
            if (value != known_.end()) put(key, value->second);
            ++line_;
            return true;
        }
        rest_ = trimmed_left(rest_);
        const bool quoted = rest_.starts_with('"') || rest_.starts_with('\'');
        return quoted ? read_quoted(key, rest_.front()) : read_plain(key);
    }

    static bool is_key(const std::string& key) {
        return !key.empty() && std::ranges::all_of(key, [](char c) {
            const bool ascii = static_cast<unsigned char>(c) < 0x80;
            return !ascii || std::isalnum(c) != 0 ||
                   std::string_view{"_.-[]"}.find(c) != std::string_view::npos;
        }) && !has_marks(key);
    }

    bool read_plain(const std::string& key) {
        std::string_view value = rest_.substr(0, rest_.find('\n'));
        value = value.substr(0, value.find(" #"));
        const std::string line{trimmed_right(value)};
        const bool kept = fill(key, line);
        next_line();
        return kept;
    }

    bool read_quoted(const std::string& key, char quote) {
        std::string value;
        int lines = 0;
        for (std::size_t at = 1; at < rest_.size(); ++at) {
            const char c = rest_[at];
            if (c == quote) {
                const bool kept =
                    quote == '"' ? fill(key, without_escapes(value)) : put(key, std::move(value));
                rest_.remove_prefix(at + 1);
                line_ += lines;
                return kept && ends_line();
            }
            if (c == '\n') ++lines;
            if (c == '\\' && at + 1 < rest_.size()) {
                ++at;  // the quote itself loses its backslash, all else keeps it
                if (rest_[at] != quote) value += '\\';
                if (rest_[at] == '\n') ++lines;
                // a backslash stays two, for without_escapes
            }
            value += rest_[at];
        }
        return fail("the quote of " + key + " is not closed");
    }

    bool ends_line() {
        rest_ = trimmed_left(rest_);
        if (rest_.empty() || rest_.front() == '\n' || rest_.front() == '#') return true;
        return fail("expected the end of the line after the closing quote");
    }

    bool fill(const std::string& key, const std::string& value) {
        Template variables{known_};
        auto filled = variables.fill(value);
        if (!filled) return fail(key + ": " + filled.error().message);
        return put(key, *std::move(filled));
    }

    bool put(const std::string& key, std::string value) {
        known_.emplace(key, value);  // what was known before wins
        const auto same = [&](const auto& pair) { return pair.first == key; };
        const auto found = std::ranges::find_if(pairs_, same);
        if (found == pairs_.end()) {
            pairs_.emplace_back(key, std::move(value));
        } else {
            if (own(key, found->second)) known_[key] = value;
            found->second = std::move(value);
        }
        return true;
    }
    /// Is the known value of `key` the one that this file gave?
    bool own(const std::string& key, const std::string& before) const {
        const auto known = known_.find(key);
        return known != known_.end() && known->second == before;
    }

    std::string_view rest_;
    std::string file_;
    int line_ = 1;
    Variables known_;
    Findings& findings_;
    Pairs pairs_;
};

Pairs read_raw(std::string_view text, const Variables& lookup) {
    Pairs pairs;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::string_view begin = trimmed_left(line);
        if (begin.empty() || begin.front() == '#') continue;
        const std::size_t sign = begin.find('=');
        const std::string key{trimmed_right(begin.substr(0, sign))};
        if (sign != std::string_view::npos) {
            pairs.emplace_back(key, begin.substr(sign + 1));
        } else if (const auto known = lookup.find(key); known != lookup.end()) {
            pairs.emplace_back(key, known->second);
        }
    }
    return pairs;
}

bool is_one_mark(std::string_view text) {
    return text.starts_with(mark_begin) && text.find(mark_end) + mark_end.size() == text.size();
}

}  // namespace

Result<Pairs> read_dotenv(const std::string& text, const std::string& file,
                          const std::map<std::string, std::string>& lookup, Findings& findings) {
    EnvFile reader{text, file, lookup, findings};
    if (reader.read()) return reader.take();
    return Error{Errc::invalid, to_string(findings.back())};
}

std::optional<Pairs> read_env_file(Context& context, const std::string& path,
                                   const Variables& lookup, bool raw, const Place& asked,
                                   const std::string& where) {
    auto text = context.read_file(path, asked, where);
    if (!text) return std::nullopt;
    const bool secret = is_one_mark(trimmed_right(*text));
    if (secret) text = context.opened(*text, asked, where);
    if (!text) return std::nullopt;
    Findings inside;
    auto pairs =
        raw ? Result<Pairs>{read_raw(*text, lookup)} : read_dotenv(*text, path, lookup, inside);
    if (!pairs && secret) {  // its messages quote the file
        context.error(asked, where, "the secret is not an env file: expected lines of NAME=value");
        return std::nullopt;
    }
    for (Finding& finding : inside) context.findings().push_back(std::move(finding));
    if (!pairs) return std::nullopt;
    if (!secret) return *std::move(pairs);
    for (auto& [key, value] : *pairs) {
        if (value.empty()) continue;
        auto plain = context.opened(value, asked, where);  // it may hold other secrets
        if (!plain) return std::nullopt;
        value = context.input().vault->mark(Secret{std::move(*plain)});
    }
    return *std::move(pairs);
}

}  // namespace driftless::compose
