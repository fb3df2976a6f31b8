#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/schedule/measures.hpp"

namespace driftless::http {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Text that Prometheus reads (format 0.0.4): a metric is begun once, then its samples follow.
/// https://prometheus.io/docs/instrumenting/exposition_formats/
class Exposition {
public:
    void gauge(std::string_view name, std::string_view help) { begin(name, "gauge", help); }
    void counter(std::string_view name, std::string_view help) { begin(name, "counter", help); }
    void histogram(std::string_view name, std::string_view help) { begin(name, "histogram", help); }

    void add(double value, const Labels& labels = {});
    void add(const Histogram& histogram, const Labels& labels);

    [[nodiscard]] std::string take() && { return std::move(text_); }

private:
    void begin(std::string_view name, std::string_view type, std::string_view help);
    void line(std::string_view suffix, const Labels& labels, std::string_view last, double value);

    std::string name_;
    std::string text_;
};

}  // namespace driftless::http
