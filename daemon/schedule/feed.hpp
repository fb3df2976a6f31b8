#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "daemon/schedule/wakeup.hpp"
#include "providers/net/redactor.hpp"

namespace driftless {

/// What happened, for those who follow: the last events, each with an id. Whoever posts never
/// waits: a reader has a place in the ring and no queue of its own, and one that falls too far
/// behind is told so.
class Feed {
public:
    class Reader;

    /// @param origin  of this start of the daemon, so that no id of another one is taken for ours
    /// @param redactor  takes secrets out of every event; outlives the feed
    Feed(net::asio::any_io_executor executor, std::string origin,
         const net::Redactor* redactor = nullptr)
        : executor_(std::move(executor)), origin_(std::move(origin)), redactor_(redactor) {}

    void post(std::string_view type, const nlohmann::json& data);

    [[nodiscard]] bool is_full() const { return readers_.size() >= most_readers; }
    [[nodiscard]] std::size_t readers() const { return readers_.size(); }

    static constexpr std::size_t most_readers = 16;
    static constexpr std::size_t most_kept = 1024;               ///< events
    static constexpr std::size_t most_kept_bytes = 512u << 10;   ///< of all of them
    static constexpr std::size_t most_behind_bytes = 64u << 10;  ///< of one reader

private:
    struct Entry {
        std::uint64_t number;
        std::uint64_t begin;  ///< bytes that were posted before it
        std::string text;     ///< as it is sent
    };
    void trim();
    [[nodiscard]] std::string id_of(std::uint64_t number) const;
    [[nodiscard]] std::optional<std::uint64_t> place_after(std::string_view id) const;

    net::asio::any_io_executor executor_;
    std::string origin_;
    const net::Redactor* redactor_;
    std::deque<Entry> entries_;
    std::uint64_t posted_ = 0;  ///< events
    std::uint64_t posted_bytes_ = 0;
    std::set<Reader*> readers_;
};

/// Follows the feed from a place in it. Outlived by the feed; never moved.
class Feed::Reader {
public:
    /// @param last_id  of the last event that was heard: empty begins with what comes next. Where
    /// it is unknown, or what came after it is not kept any more, the first event is a `reset`.
    Reader(Feed& feed, std::string_view last_id);
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader();

    /// Waits for the next event, or until `when`. @return `canceled`
    net::asio::awaitable<Result<void>> wait_until(net::Clock& clock, net::SteadyTime when);
    /// Waits until it fell too far behind. @return `canceled`
    net::asio::awaitable<Result<void>> overrun() { return overrun_.wait(); }
    /// All events that were not taken yet, as they are sent; empty for none.
    [[nodiscard]] std::string pending() const;
    /// What `pending` gave, up to here, has been sent.
    void sent(std::size_t bytes);

private:
    friend class Feed;

    Feed& feed_;
    std::string first_;        ///< the reset that comes before all else
    std::uint64_t bytes_ = 0;  ///< of the feed, that it has been sent or never asked for
    Wakeup posted_;
    Wakeup overrun_;
};

}  // namespace driftless
