// The recorded traffic of the real service, sent to the simulated one: the same requests in the
// same order at the same times. Codes, the headers that a client goes by, and the fields of the
// bodies have to agree, save for what the table below lets pass.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/azure_fake/asking.hpp"
#include "tests/support/fake_azure_routes.hpp"
#include "tests/support/paths.hpp"

namespace driftless::test {

namespace {

using net::Method;

std::filesystem::path folder() {
    return source_dir() / "../shared/corpus/arm-recordings";
}

struct Deviation {
    std::string recording;  ///< how its name begins; "": any
    int exchange;           ///< -1: any
    std::string what;       ///< "status", "Location", "Retry-After", "body", or a path's beginning
    std::string why;
};

/// recordings_allowed.json, beside this: what may differ, and why.
std::vector<Deviation> read_allowed() {
    std::ifstream in{source_dir() / "tests/azure_fake/recordings_allowed.json"};
    std::vector<Deviation> all;
    const json whole = json::parse(in);
    for (const json& one : whole.at("allowed")) {
        all.push_back(
            {one.value("recording", ""), one.value("exchange", -1), one.at("what"), one.at("why")});
    }
    return all;
}

const std::vector<Deviation>& allowed() {
    static const std::vector<Deviation> all = read_allowed();
    return all;
}

/// Which of them were needed.
std::set<const Deviation*>& needed() {
    static std::set<const Deviation*> all;
    return all;
}

bool lets_pass(const std::string& recording, int exchange, const std::string& what) {
    const auto found = std::ranges::find_if(allowed(), [&](const Deviation& one) {
        return recording.starts_with(one.recording) &&
               (one.exchange < 0 || one.exchange == exchange) && what.starts_with(one.what);
    });
    if (found == allowed().end()) return false;
    needed().insert(&*found);
    return true;
}

/// The paths of all that says something: null, [] and {} are noise.
void collect(const json& body, const std::string& at, std::set<std::string>& paths) {
    if (body.is_null() || (body.is_structured() && body.empty())) return;
    if (body.is_object()) {
        for (const auto& [key, value] : body.items()) collect(value, at + "/" + key, paths);
    } else if (body.is_array()) {
        for (const json& one : body) collect(one, at + "[]", paths);
    } else {
        paths.insert(at);
    }
}

Method method_of(const std::string& name) {
    if (name == "PUT") return Method::put;
    if (name == "PATCH") return Method::patch;
    if (name == "DELETE") return Method::del;
    return name == "POST" ? Method::post : Method::get;
}

std::string path_of(const std::string& url) {
    const std::size_t scheme = url.find("://");
    return scheme == std::string::npos ? url : url.substr(url.find('/', scheme + 3));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
    return text;
}

class Player : public Asking {
public:
    void TestBody() override {}

    std::string recording;
    std::vector<std::string> differences;

    void play(const std::filesystem::path& file) {
        recording = file.stem().string();
        std::ifstream in{file};
        const json whole = json::parse(in);
        azure.latency = std::chrono::milliseconds{0};
        azure.habits().counts_calls = false;
        azure.habits().busy_fails = false;  // in these it managed
        azure.habits().visible_after = std::chrono::seconds{30};
        furnish(whole.at("interactions"));
        for (const json& one : whole.at("interactions")) step(one);
    }

private:
    std::vector<std::pair<std::string, std::string>> names_;  ///< theirs and ours
    std::optional<net::WallTime> last_;

    std::string ours(std::string text) const {
        for (const auto& [from, to] : names_) text = replaced(std::move(text), from, to);
        return text;
    }

    /// What stood before the recording began.
    void furnish(const json& all) {
        std::set<std::string> seen;
        for (const json& one : all) {
            const arm::Request request = arm::request_of(
                {method_of(one.at("method")), path_of(one.at("url").get<std::string>()), {}, {}});
            const arm::Place place = arm::place_of(request);
            const int status = one.at("response").at("status");
            const bool is_new = seen.insert(arm::low(place.id)).second;
            const arm::Row* row = arm::row_of(place.type);
            if (!place.group.empty() && row != nullptr &&
                row->type != "Microsoft.Resources/resourceGroups") {
                const std::string group =
                    "/subscriptions/" + place.subscription + "/resourceGroups/" + place.group;
                if (seen.insert(arm::low(group)).second)
                    azure.put(group, {{"location", "westus2"}});
            }
            if (one.at("url").get<std::string>().find("/deletedVaults/") != std::string::npos &&
                seen.insert("vault").second && one.at("method") == "GET") {
                bury(all, place.name);
            }
            if (!is_new || row == nullptr || row->is(arm::read_only) ||
                place.is != arm::Place::Is::resource)
                continue;
            const json& body = one.at("response").at("body");
            const bool stood =
                status == 200 && (request.method == Method::get ||
                                  (request.method == Method::put && row->create.status != 200));
            if (!stood || arm::is_poll(request)) continue;
            azure.put(place.id, request.method == Method::put ? one.at("request").at("body")
                                                              : standing(body));
        }
    }

    static json standing(json body) {
        for (const char* made : {"id", "name", "type", "systemData", "etag"}) body.erase(made);
        if (body.contains("properties")) body["properties"].erase("provisioningState");
        return body;
    }

    void bury(const json& all, const std::string& name) {
        for (const json& one : all) {
            const std::string path = path_of(one.at("url").get<std::string>());
            if (one.at("method") != "PUT" ||
                path.find("/vaults/" + name + "?") == std::string::npos)
                continue;
            json body = one.at("request").at("body");
            body["properties"].erase("createMode");
            const std::string id = path.substr(0, path.find('?'));
            const std::string group = id.substr(0, id.find("/providers/"));
            azure.put(group, {{"location", "westus2"}});
            azure.put(id, body);
            azure.ask(Method::del, id + "?api-version=2023-07-01");
            azure.remove(group);
            return;
        }
    }

    void pass_time(const json& one) {
        const json at = one.value("at", json{});
        if (!at.is_string()) return clock.run_for(io, std::chrono::seconds{5});
        std::string text = at;
        text = text.substr(0, 19) + ".000Z";
        const auto when = net::parse_wall_time(text);
        if (!when) return clock.run_for(io, std::chrono::seconds{5});
        if (last_ && *when > *last_) clock.run_for(io, *when - *last_);
        last_ = *when;
    }

    /// How long things take differs from recording to recording: the end of an operation is when
    /// the recorded poll says so.
    void end_as_recorded(const std::string& target, const json& response) {
        azure.settle();
        const arm::Request request = arm::request_of({Method::get, target, {}, {}});
        arm::Operation* operation = arm::operation_of(request, azure.world());
        if (operation == nullptr) return;
        const json& body = response.at("body");
        const std::string status = body.is_object() ? body.value("status", "") : "";
        const bool goes_on = response.at("status") == 202 || status == "InProgress" ||
                             status == "Creating" || status == "Running" || status == "Updating";
        if (operation->status == "InProgress") {
            operation->ends = goes_on ? clock.now() + std::chrono::hours{1} : clock.now();
            // What is seen only at its end.
            arm::Thing* thing = azure.world().find(operation->thing);
            if (!goes_on && thing != nullptr) thing->seen_from = clock.now();
        }
    }

    void step(const json& one) {
        pass_time(one);
        const json& response = one.at("response");
        const std::string method = one.at("method");
        const std::string target = ours(path_of(one.at("url").get<std::string>()));
        const int number = one.at("n");
        const arm::Request plain_request = arm::request_of({method_of(method), target, {}, {}});
        const std::string type = arm::low(arm::place_of(plain_request).type);
        if (lets_pass(recording, number, "exchange " + type)) return;
        if (method == "GET") end_as_recorded(target, response);
        const json& body = one.at("request").at("body");
        const Given given =
            send(method_of(method), target,
                 body.is_null() ? json{} : json::parse(ours(body.dump()), nullptr, false));
        compare(number, method + " " + target.substr(0, 200), response, given);
        learn(response, given);
    }

    void differ(int number, const std::string& request, const std::string& what,
                const std::string& how) {
        if (lets_pass(recording, number, what)) return;
        differences.push_back(
            fmt::format("{} #{} {}: {}: {}", recording, number, request, what, how));
    }

    void compare(int number, const std::string& request, const json& response, const Given& given) {
        const int status = response.at("status");
        if (status != given.status) {
            return differ(number, request, "status",
                          fmt::format("{} for {}: {}", given.status, status, given.body.dump()));
        }
        const json& headers = response.at("headers");
        for (const char* name : {"Azure-AsyncOperation", "Location"}) {
            const bool is = !given.header(name).empty();
            if (is != headers.contains(arm::low(name))) {
                const bool of_group = request.find("/operationresults/eyJ") != std::string::npos;
                differ(number, request, name + std::string{of_group ? " of a group" : ""},
                       is ? "there is one" : "there is none");
            }
        }
        // Recordings of azure-cli have none at all.
        const std::string wait = headers.value("retry-after", "");
        if (!recording.starts_with("test_") && given.header("Retry-After") != wait) {
            differ(number, request, "Retry-After", given.header("Retry-After") + " for " + wait);
        }
        compare_bodies(number, request, response.at("body"), given.body);
    }

    void compare_bodies(int number, const std::string& request, const json& theirs,
                        const json& given) {
        std::set<std::string> want;
        std::set<std::string> got;
        collect(theirs, "", want);
        collect(given.is_discarded() ? json{} : given, "", got);
        for (const std::string& path : want) {
            if (!got.contains(path)) differ(number, request, path, "is missing");
        }
        for (const std::string& path : got) {
            if (!want.contains(path)) differ(number, request, path, "is too much");
        }
    }

    /// Ids that the service makes up, and where it says an operation is.
    void learn(const json& response, const Given& given) {
        for (const char* name : {"azure-asyncoperation", "location"}) {
            const std::string theirs = response.at("headers").value(name, "");
            const std::string mine = given.header(name);
            if (!theirs.empty() && !mine.empty()) {
                know(path_of(theirs), path_of(mine));
            }
        }
        learn_names(response.at("body"), given.body);
    }

    void know(const std::string& theirs, const std::string& mine) {
        if (theirs == mine || theirs.empty() || mine.empty()) return;
        std::erase_if(names_, [&](const auto& pair) { return pair.first == theirs; });
        names_.emplace_back(theirs, mine);
    }

    void learn_names(const json& theirs, const json& mine) {
        if (!theirs.is_object() || !mine.is_object()) return;
        for (const auto& [key, value] : theirs.items()) {
            if (!mine.contains(key)) continue;
            const bool is_made = key == "principalId" || key == "latestRevisionName" ||
                                 key == "name" || key == "etag";
            if (value.is_string() && mine.at(key).is_string() && is_made) {
                know(value, mine.at(key));
            }
            learn_names(value, mine.at(key));
        }
    }
};

class Replay : public Player, public ::testing::WithParamInterface<std::string> {};

TEST_P(Replay, IsAnsweredAsTheServiceAnswered) {
    const std::filesystem::path file = folder() / GetParam();
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << "no recordings at " << folder() << ": nothing to compare with";
    }
    play(file);
    std::string all;
    for (const std::string& one : differences) all += one + "\n";
    EXPECT_TRUE(differences.empty()) << all;
}

std::vector<std::string> recordings() {
    std::vector<std::string> names;
    if (std::filesystem::exists(folder())) {
        for (const auto& entry : std::filesystem::directory_iterator{folder()}) {
            if (entry.path().extension() == ".json")
                names.push_back(entry.path().filename().string());
        }
    }
    std::ranges::sort(names);
    if (names.empty()) names.emplace_back("none");
    return names;
}

TEST(Deviations, AreAllNeeded) {
    if (!std::filesystem::exists(folder())) GTEST_SKIP() << "no recordings at " << folder();
    for (const std::string& name : recordings()) Player{}.play(folder() / name);
    for (const Deviation& one : allowed()) {
        EXPECT_TRUE(needed().contains(&one))
            << one.recording << " " << one.what << ": nothing deviates there any more";
    }
}

std::string plain_name(const ::testing::TestParamInfo<std::string>& info) {
    std::string name = info.param.substr(0, info.param.find('.'));
    std::erase_if(name, [](char c) { return c == '_' || c == '-'; });
    return name;
}

INSTANTIATE_TEST_SUITE_P(Azure, Replay, ::testing::ValuesIn(recordings()), plain_name);

}  // namespace

}  // namespace driftless::test
