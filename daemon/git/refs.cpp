#include "daemon/git/refs.hpp"

#include <optional>
#include <vector>

#include "config/base/nearest.hpp"
#include "config/semver.hpp"

namespace driftless::git {
namespace {

constexpr std::string_view heads = "refs/heads/";
constexpr std::string_view tags = "refs/tags/";
constexpr std::string_view peeled = "^{}";

std::vector<std::string> names_below(const RemoteRefs& refs, std::string_view folder) {
    std::vector<std::string> names;
    for (const auto& [ref, commit] : refs) {
        if (ref.starts_with(folder) && !ref.ends_with(peeled)) {
            names.push_back(ref.substr(folder.size()));
        }
    }
    return names;
}

Tip tip_at(const RemoteRefs& refs, const std::string& ref) {
    const auto commit = refs.find(ref + std::string{peeled});
    return {commit != refs.end() ? commit->second : refs.at(ref), ref};
}

Error no_such_ref(const RemoteRefs& refs, const std::string& ref) {
    const std::vector<std::string> branches = names_below(refs, heads);
    if (branches.empty()) return {Errc::not_found, "the repository has no branch at all"};
    const bool is_tag = ref.starts_with(tags);
    if (!is_tag && !ref.starts_with(heads)) {
        return {Errc::not_found, "it has no " + in_quotes(ref)};
    }
    const std::string name = ref.substr(is_tag ? tags.size() : heads.size());
    return {Errc::not_found,
            fmt::format("it has no {} {}{}", is_tag ? "tag" : "branch", in_quotes(name),
                        did_you_mean(name, is_tag ? names_below(refs, tags) : branches))};
}

struct Best {
    std::string tag;
    Version version;
};

void consider(std::optional<Best>& best, const std::string& tag, const Version& version) {
    if (!best || version > best->version) best = Best{tag, version};
}

/// Tags that are no versions are left out.
Result<Tip> highest_tag(const RemoteRefs& refs, const std::string& text) {
    const auto range = VersionRange::parse(text);
    if (!range) return Error{range.error()};
    std::optional<Best> within;
    std::optional<Best> of_all;
    for (const std::string& tag : names_below(refs, tags)) {
        const auto version = parse_version(tag);
        if (!version) continue;
        consider(of_all, tag, *version);
        if (range->contains(*version)) consider(within, tag, *version);
    }
    if (within) return tip_at(refs, std::string{tags} + within->tag);
    const std::string there = of_all ? "the highest is " + in_quotes(of_all->tag)
                                     : "it has no tag that is a version such as v1.4.2";
    return Error{Errc::not_found,
                 fmt::format("no tag is a version within {}; {}", in_quotes(text), there)};
}

}  // namespace

Result<Tip> choose_tip(const RemoteRefs& refs, const Remote& wanted) {
    if (wanted.ref.empty()) return highest_tag(refs, wanted.range);
    if (refs.contains(wanted.ref)) return tip_at(refs, wanted.ref);
    return no_such_ref(refs, wanted.ref);
}

}  // namespace driftless::git
