// Access at the simulated Cloudflare, for stories of the whole daemon.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/simulation/stage.hpp"

namespace driftless::test {

inline const Commit anchor = zone("  - {name: anchor, type: TXT, value: stays}\n");

inline Commit group(const std::string& name, const std::string& include,
                    const std::string& more = "") {
    return access("AccessGroup", name, "  include: [" + include + "]\n" + more);
}
inline Commit policy(const std::string& name, const std::string& include,
                     const std::string& more = "") {
    return access("AccessPolicy", name, "  decision: allow\n  include: [" + include + "]\n" + more);
}
inline Commit staff() {
    return joined(group("staff", "{email_domain: bnx.dev}"),
                  policy("staff", "{group: AccessGroup/staff}"));
}

class AccessTest : public ::testing::Test {
protected:
    AccessTest() : stage({edge}) {}

    [[nodiscard]] std::string at(const std::string& below) const {
        return "/accounts/" + account.account() + "/access" + below;
    }
    /// All of a sort ("groups") that have this name.
    json all_named(const std::string& sort, const std::string& name) {
        json found = json::array();
        const json all = account.ask(net::Method::get, at("/" + sort)).at("result");
        for (const json& one : all) {
            if (one.at("name") == name) found.push_back(one);
        }
        return found;
    }
    /// The one; null where there is none.
    json named(const std::string& sort, const std::string& name) {
        const json found = all_named(sort, name);
        EXPECT_LE(found.size(), 1u) << name;
        return found.empty() ? json{} : found.at(0);
    }
    json group_there(const std::string& name = "driftless.sim.staff") {
        return named("groups", name);
    }
    json policy_there(const std::string& name = "driftless.sim.staff") {
        return named("policies", name);
    }
    /// A person writes it at the dashboard.
    void put(const std::string& sort, json object, const std::string& key, const json& value) {
        if (sort == "apps") {  // it is shown with its policies in full
            for (json& policy : object["policies"]) {
                if (policy.is_object()) policy = std::string{policy.at("id")};
            }
        }
        object[key] = value;
        const std::string path = at("/" + sort + "/" + object.at("id").get<std::string>());
        ASSERT_EQ(account.ask(net::Method::put, path, object).at("success"), true);
    }
    ResourceStatus status(const std::string& kind, const std::string& name = "staff") {
        return stage.world.resource("edge/cloudflare.access_" + kind + "/" + name);
    }
    void converge(const Commit& commit) {
        stage.world.clear_logs();
        stage.push(commit);
        stage.world.run_for(settled_after);
    }
    /// "POST groups" of each write, in order.
    std::vector<std::string> written() {
        std::vector<std::string> routes;
        const std::string before = "/accounts/{}/access/";
        for (const CloudflareLogged& logged : account.log()) {
            if (!logged.request.writes()) continue;
            std::string route = logged.request.route;
            const std::size_t begin = route.find(before);
            if (begin != route.npos) route.erase(begin, before.size());
            routes.push_back(route);
        }
        return routes;
    }

    Stage stage;
    FakeCloudflare& account = *stage.world.cloudflare();
};

}  // namespace driftless::test
