#pragma once

#include <map>
#include <string>
#include <utility>

#include "config/base/secret_sink.hpp"

namespace driftless::test {

/// A SecretSink in memory that outlives the daemon, as its folder would.
class MemorySink final : public SecretSink {
public:
    struct Kept {
        std::string owner{};
        std::string whose{};
        std::string text{};
    };

    [[nodiscard]] Result<void> check(const SecretSlot& slot) const override {
        if (!refuses.empty()) return Error{Errc::forbidden, refuses};
        const auto found = places.find({slot.target, slot.name});
        if (found == places.end() || found->second.owner == slot.owner) return {};
        return Error{Errc::conflict, "a secret of that name is there"};
    }
    Result<void> reserve(const SecretSlot& slot) override {
        auto may = check(slot);
        if (may) places[{slot.target, slot.name}].owner = slot.owner;
        return may;
    }
    [[nodiscard]] Result<std::string> kept_for(const SecretSlot& slot) const override {
        const auto found = places.find({slot.target, slot.name});
        const bool is_there = found != places.end() && found->second.owner == slot.owner;
        return is_there ? found->second.whose : std::string{};
    }
    Result<void> keep(const SecretSlot& slot, const std::string& whose,
                      const Secret& secret) override {
        if (fails > 0 && fails-- > 0) return Error{Errc::unavailable, "the disk is full"};
        auto may = check(slot);
        if (!may) return may;
        places[{slot.target, slot.name}] = {slot.owner, whose, std::string{secret.reveal()}};
        return {};
    }

    std::map<std::pair<std::string, std::string>, Kept> places;  ///< by target and name
    std::string refuses;                                         ///< why nothing may be kept
    int fails = 0;                                               ///< the next so many can't be
};

}  // namespace driftless::test
