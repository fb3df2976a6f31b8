#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/git/source.hpp"
#include "tests/support/memory_files.hpp"

namespace driftless::test {

/// A repository that was never on a disk: commits, oldest first.
class Repository {
public:
    /// @return the new commit's id
    std::string push(std::map<std::string, std::string> files) {
        const std::string id = fmt::format("{:040x}", 0xc0ffee00 + commits_.size() + 1);
        commits_.push_back(std::make_shared<const MemoryFiles>(std::move(files), id));
        return id;
    }
    [[nodiscard]] std::optional<std::string> tip() const {
        if (commits_.empty()) return std::nullopt;
        return commits_.back()->commit();
    }
    [[nodiscard]] std::shared_ptr<const MemoryFiles> find(const std::string& commit) const {
        const auto found =
            std::ranges::find(commits_, commit, [](const auto& c) { return c->commit(); });
        return found == commits_.end() ? nullptr : *found;
    }
    bool unreachable = false;

private:
    std::vector<std::shared_ptr<const MemoryFiles>> commits_;  // shared with the runs of each
};

/// One daemon's source on it.
class MemorySource final : public git::Source {
public:
    explicit MemorySource(const Repository& repository) : repository_(repository) {}

    git::asio::awaitable<Result<std::string>> poll() override {
        if (repository_.unreachable)
            co_return Error{Errc::unavailable, "the remote does not answer"};
        const auto tip = repository_.tip();
        if (!tip) co_return Error{Errc::not_found, "no such branch"};
        co_return *tip;
    }
    git::asio::awaitable<Result<std::string>> fetch() override { return poll(); }
    git::asio::awaitable<Result<std::shared_ptr<const Files>>> snapshot(
        std::string commit) override {
        std::shared_ptr<const Files> files = repository_.find(commit);
        if (!files) co_return Error{Errc::not_found, "no commit " + commit};
        co_return files;
    }
    git::asio::awaitable<Result<bool>> follows(std::string newer, std::string older) override {
        co_return newer >= older;
    }
    git::asio::awaitable<Result<void>> verify(std::string, std::string) override {
        co_return Result<void>{};
    }
    [[nodiscard]] std::string chosen_ref() const override { return {}; }

private:
    const Repository& repository_;
};

}  // namespace driftless::test
