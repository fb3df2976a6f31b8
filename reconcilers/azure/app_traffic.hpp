#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace driftless::azure {

using json = nlohmann::json;

/// How a container app's revisions share its traffic. All of this is pure; bodies are specs or
/// answers, at their root.
inline constexpr const char* traffic_path = "/properties/configuration/ingress/traffic";

/// Do revisions serve side by side, each with its share (`activeRevisionsMode: Multiple`)? Only
/// then is there anything to hand over: else Azure moves the traffic by itself, when the new one is
/// ready.
bool shares_traffic(const json& body);

/// The shares of a body; null where it has none.
const json& shares_of(const json& body);

/// Such an app that names no shares means that the newest revision gets all.
void imply_traffic(json& body);

/// The live shares in the order in which `want` has them.
void pair_traffic(const json& want, json& live);

/// The shares as they are now, each with the name of the revision that has it: what is sent while
/// a new revision isn't ready. Null: there are none.
json traffic_now(const json& live);

/// Does the revision `name` get any traffic by `body`? @param newest  what `latestRevision` means
bool gives_traffic(const json& body, std::string_view name, std::string_view newest);

/// For a revision that is yet to be made, under a suffix that git names: its shares go to the
/// newest, since Azure refuses a name that isn't there.
void name_newest(json& body, const std::string& revision);

/// "api--0000002" in the answered body; "" where it tells none.
std::string newest_revision(const json& live);
std::string ready_revision(const json& live);

}  // namespace driftless::azure
