#include "daemon/git/signatures.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "daemon/git/clone.hpp"

namespace driftless::git {
namespace {

using namespace std::chrono_literals;

constexpr const char* program = "/usr/bin/ssh-keygen";
constexpr std::chrono::milliseconds check_limit = 10s;
constexpr std::size_t longest_signature = 64u << 10;
constexpr std::size_t longest_payload = 4u << 20;

std::string short_id(const std::string& commit) {
    return commit.substr(0, 12);
}

Error refusal(const SignedCommit& commit, std::string_view why) {
    return {Errc::forbidden, fmt::format("commit {} {}", short_id(commit.id), why)};
}

/// What can be told without asking anybody.
Result<void> check_form(const SignedCommit& commit) {
    if (commit.signature.empty()) {
        return refusal(commit,
                       "is not signed; sign commits with an SSH key: git config gpg.format ssh, "
                       "user.signingKey FILE, commit.gpgSign true");
    }
    if (!commit.signature.starts_with("-----BEGIN SSH SIGNATURE-----")) {
        return refusal(commit,
                       "is signed, but not by an SSH key, and driftless checks no other kind; sign "
                       "it anew: git config gpg.format ssh");
    }
    if (commit.signature.size() > longest_signature || commit.payload.size() > longest_payload) {
        return refusal(commit, "is too large to be checked");
    }
    return {};
}

/// 20261124063000Z
std::string verify_time(std::int64_t seconds) {
    using namespace std::chrono;
    const sys_seconds time{std::chrono::seconds{seconds}};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    return fmt::format("-Overify-time={:04}{:02}{:02}{:02}{:02}{:02}Z", int{date.year()},
                       unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

Result<void> write_scratch(const std::string& path, const std::string& text) {
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file << text;
    file.close();
    if (file) return {};
    return Error{Errc::unavailable, fmt::format("write {}", in_quotes(path))};
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// Whom a key belongs to, one a line; also what ssh-keygen has to say, which is nobody's name.
std::vector<std::string> lines_of(std::string_view text) {
    constexpr std::size_t most = 16;
    std::vector<std::string> lines;
    while (!text.empty() && lines.size() < most) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string text_of(const git_buf& buffer) {
    return buffer.ptr == nullptr ? "" : std::string{buffer.ptr, buffer.size};
}

}  // namespace

Result<SignedCommit> read_signed_commit(const std::string& clone, const std::string& commit) {
    const Library library;
    auto id = parse_id(commit);
    if (!id) return std::move(id).error();
    auto repository = open_clone(clone);
    if (!repository) return std::move(repository).error();
    git_commit* found = nullptr;
    int code = git_commit_lookup(&found, repository->get(), &*id);
    const Handle<git_commit> read{found};
    const Errc absent = code == GIT_ENOTFOUND ? Errc::not_found : Errc::unavailable;
    if (code != 0) return last_error(code, absent).in("read commit " + commit);
    SignedCommit result{.id = commit, .signature = {}, .payload = {}};
    result.seconds = git_commit_time(found);
    git_buf signature{};
    git_buf payload{};
    code = git_commit_extract_signature(&signature, &payload, repository->get(), &*id, nullptr);
    if (code == 0) {
        result.signature = text_of(signature);
        result.payload = text_of(payload);
    }
    git_buf_dispose(&signature);
    git_buf_dispose(&payload);
    if (code == 0 || code == GIT_ENOTFOUND) return result;
    return last_error(code, Errc::unavailable).in("read the signature of commit " + commit);
}

Result<std::vector<std::string>> commits_since(const std::string& clone, const std::string& tip,
                                               const std::string& known, std::size_t most) {
    const Library library;
    auto from = parse_id(tip);
    auto until = parse_id(known);
    if (!from) return std::move(from).error();
    if (!until) return std::move(until).error();
    auto repository = open_clone(clone);
    if (!repository) return std::move(repository).error();
    git_revwalk* made = nullptr;
    int code = git_revwalk_new(&made, repository->get());
    const Handle<git_revwalk> walk{made};
    if (code == 0) code = git_revwalk_push(made, &*from);
    if (code == 0) code = git_revwalk_hide(made, &*until);
    std::vector<std::string> commits;
    git_oid next{};
    while (code == 0 && (code = git_revwalk_next(&next, made)) == 0) {
        if (commits.size() == most) {
            return Error{Errc::invalid,
                         fmt::format("more than {} commits since {}; too many to check each", most,
                                     short_id(known))};
        }
        commits.push_back(to_string(next));
    }
    if (code == GIT_ITEROVER) return commits;
    return last_error(code, Errc::unavailable).in("list the commits since " + short_id(known));
}

asio::awaitable<Result<net::Ended>> Signatures::ssh_keygen(std::vector<std::string> words,
                                                           std::string input) {
    words.insert(words.begin(), program);
    auto ended = co_await processes_.run(std::move(words), std::move(input), check_limit);
    if (!ended) co_return std::move(ended).error().in("check a signature");
    co_return ended;
}

/// Two steps, as git does it: whose key may it be, and did one of them sign this.
asio::awaitable<Result<void>> Signatures::check(const SignedCommit& commit,
                                                const std::string& signers) {
    if (auto fit = check_form(commit); !fit) co_return fit;
    auto written = write_scratch(scratch_, commit.signature);
    if (!written) co_return written;
    const std::string time = verify_time(commit.seconds);
    std::vector<std::string> whose{"-Y", "find-principals", time, "-f", signers, "-s", scratch_};
    const auto found = co_await ssh_keygen(std::move(whose), "");
    if (!found) co_return found.error();
    std::string said = first_line(found->printed);
    std::vector<std::string> principals;
    if (found->code == 0) principals = lines_of(found->printed);
    for (const std::string& principal : principals) {
        std::vector<std::string> words{"-Y",    "verify", "-n",      "git", time,    "-f",
                                       signers, "-I",     principal, "-s",  scratch_};
        const auto verified = co_await ssh_keygen(std::move(words), commit.payload);
        if (!verified) co_return verified.error();
        if (verified->code == 0) co_return Result<void>{};
        said = first_line(verified->printed);
    }
    co_return refusal(commit, fmt::format("is not signed by anyone whom {} allows ({})", signers,
                                          in_quotes(said)));
}

}  // namespace driftless::git
