#include "daemon/http/exposition.hpp"

#include <fmt/format.h>

namespace driftless::http {
namespace {

std::string escaped(std::string_view value) {
    std::string text;
    for (const char letter : value) {
        if (letter == '\\') {
            text += "\\\\";
        } else if (letter == '"') {
            text += "\\\"";
        } else if (letter == '\n') {
            text += "\\n";
        } else {
            text += letter;
        }
    }
    return text;
}

}  // namespace

void Exposition::begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Exposition::line(std::string_view suffix, const Labels& labels, std::string_view last,
                      double value) {
    text_ += name_;
    text_ += suffix;
    std::string all;
    for (const auto& [label, text] : labels) {
        all += fmt::format("{}{}=\"{}\"", all.empty() ? "" : ",", label, escaped(text));
    }
    if (!last.empty()) all += fmt::format("{}le=\"{}\"", all.empty() ? "" : ",", last);
    if (!all.empty()) text_ += "{" + all + "}";
    text_ += fmt::format(" {}\n", value);
}

void Exposition::add(double value, const Labels& labels) {
    line("", labels, "", value);
}

void Exposition::add(const Histogram& histogram, const Labels& labels) {
    const auto counts = histogram.cumulative();
    for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
        line("_bucket", labels, fmt::format("{}", histogram.bounds()[i]),
             static_cast<double>(counts[i]));
    }
    line("_bucket", labels, "+Inf", static_cast<double>(histogram.count()));
    line("_sum", labels, "", histogram.sum());
    line("_count", labels, "", static_cast<double>(histogram.count()));
}

}  // namespace driftless::http
