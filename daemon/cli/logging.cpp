#include "daemon/cli/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace driftless::cli {
namespace {

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

}  // namespace

void set_up_logging(const std::map<std::string, std::string>& environment, bool quiet) {
    const bool journal = environment.contains("JOURNAL_STREAM");
    auto formatter = std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %-8l %v",
                                                                 spdlog::pattern_time_type::utc);
    std::shared_ptr<spdlog::logger> logger;  // shared, as the library wants it
    if (journal) {
        formatter->add_flag<Priority>('*').set_pattern("<%*>%v");
        logger = std::make_shared<spdlog::logger>(
            "driftless", std::make_shared<spdlog::sinks::stdout_sink_st>());
    } else {
        logger = std::make_shared<spdlog::logger>(
            "driftless", std::make_shared<spdlog::sinks::stderr_sink_st>());
    }
    logger->set_formatter(std::move(formatter));
    logger->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace driftless::cli
