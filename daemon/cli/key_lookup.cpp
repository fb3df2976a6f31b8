#include "daemon/cli/key_lookup.hpp"

#include <algorithm>
#include <set>

#include "config/base/nearest.hpp"

namespace driftless::cli {
namespace {

/// "Kind/name" and the target behind the last "@", where there is one.
struct ShortKey {
    std::string kind_and_name;
    std::string target;
};

ShortKey split(const std::string& text) {
    const auto at = text.rfind('@');
    if (at == std::string::npos) return {text, {}};
    return {text.substr(0, at), text.substr(at + 1)};
}

bool fits(const Candidate& candidate, const ShortKey& wanted) {
    if (!wanted.target.empty() && candidate.key.target != wanted.target) return false;
    return candidate.manifest == wanted.kind_and_name ||
           candidate.key.kind + "/" + candidate.key.name == wanted.kind_and_name;
}

std::string listed(const std::vector<ResourceKey>& keys) {
    std::string text;
    for (const ResourceKey& key : keys) text += "\n  " + to_string(key);
    return text;
}

Error unknown(const std::string& text, const std::vector<Candidate>& candidates) {
    std::vector<std::string> known;
    for (const Candidate& candidate : candidates) {
        known.push_back(to_string(candidate.key));
        known.push_back(candidate.key.kind + "/" + candidate.key.name);
        if (!candidate.manifest.empty()) known.push_back(candidate.manifest);
    }
    return {Errc::not_found,
            fmt::format("no resource {}{}", in_quotes(text), did_you_mean(text, known))};
}

}  // namespace

Result<std::vector<ResourceKey>> look_up(const std::string& text,
                                         const std::vector<Candidate>& candidates) {
    const auto exact = std::ranges::find_if(
        candidates, [&](const Candidate& one) { return to_string(one.key) == text; });
    if (exact != candidates.end()) return std::vector{exact->key};
    const ShortKey wanted = split(text);
    std::vector<ResourceKey> found;
    std::set<std::string> targets;
    for (const Candidate& candidate : candidates) {
        if (!fits(candidate, wanted)) continue;
        found.push_back(candidate.key);
        targets.insert(candidate.key.target);
    }
    if (found.empty()) return unknown(text, candidates);
    if (targets.size() > 1) {
        return Error{Errc::invalid,
                     fmt::format("{} is on several targets; say which with @TARGET:{}",
                                 in_quotes(text), listed(found))};
    }
    return found;
}

Result<ResourceKey> look_up_one(const std::string& text, const std::vector<Candidate>& candidates) {
    const auto of_manifest = [](const Candidate& one) {
        return one.key.target + "/" + one.manifest;
    };
    if (std::ranges::find(candidates, text, of_manifest) != candidates.end()) {
        return parse_resource_key(text);
    }
    auto found = look_up(text, candidates);
    if (!found) return std::move(found).error();
    const std::string manifest = split(text).kind_and_name;
    const std::string whole = found->front().target + "/" + manifest;
    const bool is_manifest =
        std::ranges::find(candidates, whole, of_manifest) != candidates.end() &&
        std::ranges::none_of(candidates, [&](const Candidate& one) {
            return one.key.kind + "/" + one.key.name == manifest;
        });
    return is_manifest ? parse_resource_key(whole) : Result<ResourceKey>{found->front()};
}

}  // namespace driftless::cli
