#include "daemon/cli/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace driftless::cli {
namespace {

using json = nlohmann::json;

/// What syslog calls the levels: %* in a pattern.
class Priority final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& line) override {
        line.push_back(digit_of(message.level));
    }
    [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
        return std::make_unique<Priority>();
    }

private:
    static char digit_of(spdlog::level::level_enum level) {
        switch (level) {
            case spdlog::level::critical: return '2';
            case spdlog::level::err: return '3';
            case spdlog::level::warn: return '4';
            case spdlog::level::info: return '6';
            default: return '7';
        }
    }
};

class JsonLines final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
        const auto time = std::chrono::time_point_cast<std::chrono::milliseconds>(message.time);
        const auto level = spdlog::level::to_string_view(message.level);
        const std::string text =
            as_json_line(net::to_string(net::WallTime{time}), {level.data(), level.size()},
                         {message.payload.data(), message.payload.size()}) +
            "\n";
        line.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonLines>();
    }
};

/// Another's lines without secrets.
class Redacted final : public spdlog::formatter {
public:
    Redacted(std::unique_ptr<spdlog::formatter> lines, const net::Redactor& redactor)
        : lines_(std::move(lines)), redactor_(redactor) {}
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
        spdlog::memory_buf_t whole;
        lines_->format(message, whole);
        const std::string clean = redactor_.redacted(std::string{whole.data(), whole.size()});
        line.append(clean.data(), clean.data() + clean.size());
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<Redacted>(lines_->clone(), redactor_);
    }

private:
    std::unique_ptr<spdlog::formatter> lines_;
    const net::Redactor& redactor_;
};

std::unique_ptr<spdlog::formatter> text_formatter(bool journal) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %-8l %v",
                                                                 spdlog::pattern_time_type::utc);
    if (journal) formatter->add_flag<Priority>('*').set_pattern("<%*>%v");
    return formatter;
}

bool is_key(std::string_view text) {
    return !text.empty() &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == text.npos;
}

/// From the blank before "key=value" to its end; a value in quotes may hold blanks. @return npos:
/// no such thing
std::size_t end_of_field(const std::string& text, std::size_t blank) {
    const auto equals = text.find('=', blank);
    if (equals == text.npos ||
        !is_key(std::string_view{text}.substr(blank + 1, equals - blank - 1))) {
        return text.npos;
    }
    if (equals + 1 == text.size() || text[equals + 1] != '"')
        return std::min(text.find(' ', equals), text.size());
    for (auto at = equals + 2; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.npos;
}

/// What `in_quotes` made, back again, less the escapes of control characters: these stay as they
/// are.
std::string unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"') return std::string{text};
    std::string plain;
    for (std::size_t at = 1; at + 1 < text.size(); ++at) {
        const bool escape = text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\\');
        plain += text[escape ? ++at : at];
    }
    return plain;
}

json value_of(std::string_view text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, number);
    if (failed == std::errc{} && stopped == end) return number;
    return unquoted(text);
}

}  // namespace

std::string as_json_line(const std::string& time, const std::string& level,
                         const std::string& text) {
    nlohmann::ordered_json line{{"time", time}, {"level", level}};
    auto blank = text.find(' ');
    while (blank != text.npos && end_of_field(text, blank) == text.npos)
        blank = text.find(' ', blank + 1);
    line["message"] = text.substr(0, blank);
    while (blank < text.size()) {
        const auto end = end_of_field(text, blank);
        if (end == text.npos) {  // not a field after all: nothing is lost
            line["rest"] = text.substr(blank + 1);
            break;
        }
        const auto equals = text.find('=', blank);
        line[text.substr(blank + 1, equals - blank - 1)] =
            value_of(std::string_view{text}.substr(equals + 1, end - equals - 1));
        blank = end;
    }
    return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

void set_up_logging(const Machine& machine, bool quiet, const std::string& format) {
    const bool journal = machine.environment.contains("JOURNAL_STREAM");
    std::shared_ptr<spdlog::sinks::sink> sink;  // shared, as the library wants it
    if (journal) {
        sink = std::make_shared<spdlog::sinks::stdout_sink_st>();
    } else {
        sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    }
    auto logger = std::make_shared<spdlog::logger>("driftless", std::move(sink));
    std::unique_ptr<spdlog::formatter> lines = std::make_unique<JsonLines>();
    if (format != "json") lines = text_formatter(journal);
    logger->set_formatter(std::make_unique<Redacted>(std::move(lines), machine.redactor));
    logger->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace driftless::cli
