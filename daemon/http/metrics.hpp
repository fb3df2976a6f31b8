#pragma once

#include <set>
#include <string>

#include "daemon/http/control.hpp"
#include "daemon/schedule/feed.hpp"
#include "daemon/schedule/measures.hpp"
#include "providers/net/platform.hpp"
#include "providers/net/server.hpp"

namespace driftless::http {

/// All that /metrics is made from.
struct MetricsView {
    const Overview& overview;
    const Measures& measures;
    bool ready = false;
    std::size_t readers = 0;  ///< who follow the events
    net::Usage usage;         ///< of this process
};

/// What /metrics tells: names by Prometheus' conventions, labels that only the settings and our own
/// words fill. No resource's name, no commit, no secret.
std::string metrics_text(const MetricsView& view);

net::ServerResponse metrics_answer(const Control& control, const Measures& measures,
                                   const Feed& feed);

/// The listener of `metrics:`, where others than this machine may ask: /metrics, and nothing else.
class MetricsPage {
public:
    /// @param hosts  names by which it may be asked, besides addresses
    MetricsPage(const Control& control, const Measures& measures, const Feed& feed,
                std::set<std::string> hosts)
        : control_(control), measures_(measures), feed_(feed), hosts_(std::move(hosts)) {}

    asio::awaitable<net::ServerResponse> handle(net::ServerRequest request);

private:
    const Control& control_;
    const Measures& measures_;
    const Feed& feed_;
    std::set<std::string> hosts_;
};

}  // namespace driftless::http
