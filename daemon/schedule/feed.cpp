#include "daemon/schedule/feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace driftless {
namespace {

std::string text_of(std::string_view type, const std::string& id, const nlohmann::json& data) {
    // One line: a dump without indentation escapes every line's end.
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, type,
                       data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

std::string Feed::id_of(std::uint64_t number) const {
    return fmt::format("{}-{}", origin_, number);
}

void Feed::post(std::string_view type, const nlohmann::json& data) {
    Entry entry{++posted_, posted_bytes_, {}};
    entry.text = text_of(type, id_of(entry.number), data);
    if (redactor_ != nullptr) entry.text = redactor_->redacted(std::move(entry.text));
    posted_bytes_ += entry.text.size();
    entries_.push_back(std::move(entry));
    trim();
    for (Reader* reader : readers_) {
        reader->posted_.wake();
        const bool missed = reader->bytes_ < entries_.front().begin;
        if (missed || posted_bytes_ - reader->bytes_ > most_behind_bytes) reader->overrun_.wake();
    }
}

void Feed::trim() {
    while (entries_.size() > most_kept ||
           (entries_.size() > 1 && posted_bytes_ - entries_.front().begin > most_kept_bytes)) {
        entries_.pop_front();
    }
}

/// @return the bytes that were posted up to and with that event
std::optional<std::uint64_t> Feed::place_after(std::string_view id) const {
    const auto dash = id.rfind('-');
    if (dash == id.npos || id.substr(0, dash) != origin_) return std::nullopt;
    std::uint64_t number = 0;
    const char* end = id.data() + id.size();
    const auto [past, failed] = std::from_chars(id.data() + dash + 1, end, number);
    if (failed != std::errc{} || past != end) return std::nullopt;
    if (number == posted_) return posted_bytes_;
    const auto next = std::ranges::find(entries_, number + 1, &Entry::number);
    if (next == entries_.end() || posted_bytes_ - next->begin > most_behind_bytes) {
        return std::nullopt;
    }
    return next->begin;
}

Feed::Reader::Reader(Feed& feed, std::string_view last_id)
    : feed_(feed), bytes_(feed.posted_bytes_), posted_(feed.executor_), overrun_(feed.executor_) {
    feed_.readers_.insert(this);
    if (last_id.empty()) return;
    const auto place = feed_.place_after(last_id);
    if (place) {
        bytes_ = *place;
    } else {
        first_ = text_of("reset", feed_.id_of(feed_.posted_),
                         {{"why", "events in between are not kept; read the status anew"}});
    }
}

Feed::Reader::~Reader() {
    feed_.readers_.erase(this);
}

net::asio::awaitable<Result<void>> Feed::Reader::wait_until(net::Clock& clock,
                                                            net::SteadyTime when) {
    return posted_.wait_until(clock, when);
}

std::string Feed::Reader::pending() const {
    std::string text = first_;
    const auto first =
        std::ranges::lower_bound(feed_.entries_, bytes_, std::less{}, &Feed::Entry::begin);
    for (auto entry = first; entry != feed_.entries_.end(); ++entry) text += entry->text;
    return text;
}

void Feed::Reader::sent(std::size_t bytes) {
    bytes_ += bytes - first_.size();
    first_.clear();
}

}  // namespace driftless
