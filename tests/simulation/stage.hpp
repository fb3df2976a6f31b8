#pragma once

#include <string>
#include <vector>

#include "tests/simulation/scenarios.hpp"
#include "tests/simulation/world.hpp"

namespace driftless::test {

constexpr std::chrono::minutes settled_after{
    7};  ///< a change, its grace, and the look an interval later
constexpr std::chrono::minutes quiet_for{10};

/// A world as stories find it: the usual images, and on each engine a container, a network and a
/// volume of somebody else; on `edge` the zone bnx.dev with two records and a rule, a tunnel,
/// things of Access, and a Pages project with a domain, of theirs.
///   app:1   serves, and ends half a second after SIGTERM    app:2   the same, healthy after 1.5 s
///   sick:1  never gets healthy                              job:1   ends with 0 after 3 s
class Stage {
public:
    explicit Stage(const std::vector<std::string>& targets = {"mini1"}, int api_minor = 41);

    /// Pushes a commit and lets a new daemon bring it about; the daemon goes on running.
    void begin(const Commit& commit, std::chrono::nanoseconds time = settled_after);
    /// Pushes a commit; the running daemon finds it.
    void push(const Commit& commit) { world.repository.push(commit); }

    /// From now on a tag stands for an image that serves as VERSION=`version`, in every registry.
    /// "sick": it never gets healthy.
    void publish(const std::string& tag, const std::string& version);
    /// What VERSION the container has; empty: none, or it isn't there.
    [[nodiscard]] std::string version_of(const std::string& container,
                                         const std::string& target = "mini1");

    /// All engines as a person would call them the same.
    [[nodiscard]] std::vector<std::string> picture();
    /// The containers that are not the other's: "mini1 shop-web-1 running".
    [[nodiscard]] std::vector<std::string> ours();
    /// The secrets that the daemon keeps, and who comes in with each.
    [[nodiscard]] std::vector<std::string> secrets();
    [[nodiscard]] bool runs(const std::string& container, const std::string& target = "mini1");
    [[nodiscard]] std::string image_of(const std::string& container,
                                       const std::string& target = "mini1");
    /// Everything that the engines say of what isn't ours.
    [[nodiscard]] std::string others();
    /// Nothing of others was touched, and nothing is written any more.
    void expect_quiet();

    World world;

private:
    std::string others_at_first_;
};

}  // namespace driftless::test
