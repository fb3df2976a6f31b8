#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcilers/cloudflare/account_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

inline constexpr std::string_view pages_project_kind = "cloudflare.pages_project";
inline constexpr std::string_view pages_domain_kind = "cloudflare.pages_domain";
inline constexpr std::string_view pages_deployment_kind = "cloudflare.pages_deployment";

/// One list call shows all of these; each kind has its part.
inline constexpr const char* pages_projects_collection = "Pages projects";
inline constexpr const char* pages_domains_collection = "domains of Pages projects";
inline constexpr const char* pages_deployments_collection = "deployments of Pages projects";

/// What only one project can have: its name, and a hostname.
std::string pages_project_claim(const std::string& name);
std::string pages_domain_claim(const std::string& domain);

/// What of a deployment we say in its commit message, the only words of ours that it keeps:
/// "driftless:bnx-home; content 0123…".
std::string deployment_message(const std::string& installation, const std::string& content);
/// What content a deployment holds, if this installation made it; else "".
std::string content_in(const Deployment& deployment, const std::string& installation);

/// Ours is what the inventory knows by its id, what has our mark, and what serves a deployment of
/// ours. Somebody else's that is as git declares it is kin, if git adds nothing to it: neither a
/// domain nor files.
Owner owner_of(const PagesProject& project, const AccountAccess& access, const Facts& facts);
/// Is its mark not missed yet? What was adopted gets it with its first change.
bool needs_no_mark(const PagesProject& project, const AccountAccess& access, const Facts& facts);

/// One list a run, as long as nothing changes. @param fresh  not one of earlier in this run
asio::awaitable<Result<std::vector<PagesProject>>> pages_seen(AccountAccess& access,
                                                              std::string run, bool fresh);

}  // namespace driftless::cloudflare
