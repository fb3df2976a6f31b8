#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/fake_engine.hpp"

namespace driftless::test {

/// Counts the moments at which the daemon may die, right before and right after each outward call
/// and each journal write, and lets it die at one of them. Dead is dead: whatever it tries then
/// dies as well, so that nothing it does afterwards is seen.
class Fuse {
public:
    /// The daemon dies at the `moment`th moment from now on; 0: never.
    void set(std::size_t moment) {
        moment_ = moment;
        trail_.clear();
        blown_ = false;
    }
    /// @param what  "before POST /containers/create?name=web"
    void pass(const std::string& what) {
        die_again();
        trail_.push_back(what);
        if (moment_ == 0 || trail_.size() < moment_) return;
        blown_ = true;
        throw Crash{};
    }
    void die_again() const {
        if (blown_) throw Crash{};
    }
    /// As long as it is set, nothing can be written to the daemon's own disk; the daemon lives on.
    std::optional<Error> disk;
    [[nodiscard]] bool blown() const { return blown_; }
    [[nodiscard]] const std::vector<std::string>& trail() const { return trail_; }

private:
    std::size_t moment_ = 0;
    bool blown_ = false;
    std::vector<std::string> trail_;
};

}  // namespace driftless::test
