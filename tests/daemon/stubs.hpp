#pragma once

#include <fmt/format.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/git/source.hpp"
#include "reconcilers/diff.hpp"
#include "reconcilers/expand.hpp"
#include "reconcilers/target.hpp"
#include "tests/support/memory_files.hpp"

namespace driftless::test {

/// A manifest of the kind Thing: becomes one resource of its name and text.
inline std::string thing(const std::string& target, const std::string& name,
                         const std::string& text = "x") {
    return fmt::format(
        "apiVersion: driftless/v1\nkind: Thing\nmetadata: {{name: {}}}\ntarget: {}\n"
        "spec: {{text: {}}}\n",
        name, target, text);
}

inline Expanded expand_thing(const Expansion& with) {
    Expanded expanded;
    const Node* text = with.manifest.spec.find("text");
    if (text == nullptr) {
        expanded.findings.push_back(
            {Finding::Severity::error, with.manifest.place, "spec.text: is missing"});
        return expanded;
    }
    Declared declared;
    declared.key = {with.manifest.target, "toy.thing", with.manifest.name};
    declared.collection = "things";
    declared.spec = {{"text", text->text}};
    declared.origin = {with.files.commit(), with.manifest.place, with.manifest.key()};
    expanded.resources.push_back(std::move(declared));
    return expanded;
}

inline Expanders toy_expanders() {
    return {{"Thing", expand_thing}};
}

/// A remote in memory: commits, the branch's tip, and what goes wrong.
class StubSource final : public git::Source {
public:
    void add(const std::string& commit, std::map<std::string, std::string> files) {
        commits_[commit] = std::make_shared<MemoryFiles>(std::move(files), commit);
    }
    git::asio::awaitable<Result<std::string>> poll() override {
        ++polls;
        if (failure) co_return *failure;
        co_return tip;
    }
    git::asio::awaitable<Result<std::string>> fetch() override {
        ++fetches;
        if (failure) co_return *failure;
        co_return tip;
    }
    git::asio::awaitable<Result<std::shared_ptr<const Files>>> snapshot(
        std::string commit) override {
        const auto found = commits_.find(commit);
        if (found == commits_.end()) co_return Error{Errc::not_found, "no folder / in " + commit};
        co_return std::shared_ptr<const Files>{found->second};
    }
    git::asio::awaitable<Result<bool>> follows(std::string newer, std::string older) override {
        co_return !rewinds.contains({newer, older});
    }

    git::asio::awaitable<Result<void>> verify(std::string commit, std::string verified) override {
        verified_from.push_back(verified);
        const auto found = bad_signatures.find(commit);
        if (found != bad_signatures.end()) co_return found->second;
        co_return Result<void>{};
    }
    [[nodiscard]] std::string chosen_ref() const override { return ref; }

    std::map<std::string, Error> bad_signatures;  ///< by commit
    std::vector<std::string> verified_from;       ///< what each call of `verify` began at
    std::string ref;
    std::string tip;
    std::optional<Error> failure;
    std::set<std::pair<std::string, std::string>> rewinds;  ///< newer, older
    int polls = 0;
    int fetches = 0;

private:
    std::map<std::string, std::shared_ptr<MemoryFiles>> commits_;
};

/// A provider in memory with one kind, toy.thing; each call of apply takes a while.
class StubTarget final : public Target {
public:
    explicit StubTarget(net::Clock& clock) {
        kinds_.emplace("toy.thing", std::make_unique<Kind>(*this, clock));
    }

    [[nodiscard]] const Kinds& kinds() const override { return kinds_; }
    asio::awaitable<Result<TargetAbout>> about() override { co_return TargetAbout{}; }
    asio::awaitable<Result<void>> watch(std::function<void(Hint)> on_hint) override;

    std::map<std::string, json> things;  ///< by name
    std::set<std::string> foreign;       ///< names of those that are somebody else's
    std::chrono::milliseconds takes{0};  ///< each apply
    std::optional<Error> failure;        ///< of every read
    int observed = 0;
    int observed_fresh = 0;
    int applied = 0;
    bool canceled = false;           ///< an apply was cut short
    std::function<void(Hint)> hear;  ///< what `watch` was given

private:
    class Kind final : public Reconciler {
    public:
        Kind(StubTarget& world, net::Clock& clock) : world_(world), clock_(clock) {}
        [[nodiscard]] KindRules rules() const override { return {}; }
        asio::awaitable<Reads> observe(Run& run, Scope scope) override;
        asio::awaitable<Results> apply(Run& run, Step step) override;
        asio::awaitable<Result<void>> sleep_for_ever();

    private:
        StubTarget& world_;
        net::Clock& clock_;
    };

    Kinds kinds_;
};

}  // namespace driftless::test
