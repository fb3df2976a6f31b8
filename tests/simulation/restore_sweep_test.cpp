// The daemon dies at every moment of a restore and is started again: what was wanted back is there,
// once.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;

const std::string shop =
    "services:\n"
    "  web:\n"
    "    image: app:1\n"
    "    configs: [{source: app, target: /etc/app.conf}]\n"
    "    networks: [inner]\n"
    "networks: {inner: {}}\n"
    "configs: {app: {content: \"a=1\"}}\n";
const Commit blog = project("blog", "services:\n  web: {image: \"app:1\"}\n");
const ResourceKey web{"mini1", "docker.container", "shop.web.1"};

/// A stage on which git dropped a project, and a person wants its container back.
class Restoring {
public:
    /// @param since  its removal: within its grace, or after it
    explicit Restoring(std::chrono::seconds since) {
        stage.begin(joined(project("shop", shop), blog));
        stage.push(blog);
        stage.world.run_for(since);
        const auto asked = stage.world.wait_for(stage.world.daemon().restore(web));
        EXPECT_TRUE(asked) << asked.error().message;
    }
    /// @param moment  of the daemon's death from now on; 0: it lives
    void go_on(std::size_t moment) {
        stage.world.fuse.set(moment);
        stage.world.run_for(settled_after);
    }
    void come_back() {
        stage.world.end();
        stage.world.fuse.set(0);
        stage.world.start();
        stage.world.run_for(settled_after);
    }
    void expect_restored() {
        EXPECT_TRUE(stage.runs("shop-web-1"));
        EXPECT_EQ(stage.world.resource(to_string(web)).status, Status::suspended);
        stage.expect_quiet();
    }

    Stage stage;
};

bool is_read(const std::string& moment) {
    return moment.find(" GET ") != std::string::npos;
}

/// Those after which something else is left behind; after the last write there are only looks.
std::vector<std::size_t> moments_of(const std::vector<std::string>& trail) {
    const auto writes = [](const std::string& moment) {
        return moment.find("after mini") != std::string::npos ||
               moment.find("settle") != std::string::npos ||
               moment.find("record") != std::string::npos;
    };
    const auto last = std::find_if(trail.rbegin(), trail.rend(), writes);
    const auto end = static_cast<std::size_t>(trail.rend() - last);
    std::vector<std::size_t> moments;
    for (std::size_t at = 0; at < std::min(end, std::size_t{80}); ++at) {
        const bool same = at > 0 && is_read(trail[at]) && is_read(trail[at - 1]);
        if (!same) moments.push_back(at + 1);
    }
    return moments;
}

class RestoreSweep : public ::testing::TestWithParam<std::chrono::seconds> {};

TEST_P(RestoreSweep, EndsTheSameWhereverTheDaemonDied) {
    Restoring good{GetParam()};
    good.go_on(0);
    const auto trail = good.stage.world.fuse.trail();
    const auto picture = good.stage.picture();
    good.expect_restored();
    const auto moments = moments_of(trail);
    ASSERT_GE(moments.size(), 10u);
    for (const std::size_t moment : moments) {
        SCOPED_TRACE("died " + trail[moment - 1] + ", moment " + std::to_string(moment));
        Restoring story{GetParam()};
        story.go_on(moment);
        ASSERT_TRUE(story.stage.world.fuse.blown());
        story.come_back();
        story.expect_restored();
        EXPECT_EQ(story.stage.picture(), picture);
    }
}
INSTANTIATE_TEST_SUITE_P(, RestoreSweep,
                         ::testing::Values(std::chrono::seconds{50},
                                           std::chrono::seconds{settled_after}),
                         [](const auto& row) {
                             return row.index == 0 ? "within_its_grace" : "after_its_grace";
                         });

}  // namespace
}  // namespace driftless::test
