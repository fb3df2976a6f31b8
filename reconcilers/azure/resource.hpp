#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "reconcilers/azure/app_memory.hpp"
#include "reconcilers/azure/job_runs.hpp"
#include "reconcilers/azure/live_resource.hpp"
#include "reconcilers/azure/soft_deleted.hpp"

namespace driftless::azure {

inline constexpr std::string_view app_type = "Microsoft.App/containerApps";
inline constexpr std::string_view job_type = "Microsoft.App/jobs";

/// azure.resource: anything in ARM, by its id. A look is one list for each type and group, or
/// parent. A change is one PUT or PATCH; where Azure goes on with it by itself, the operation is
/// kept in the inventory, and each `finish` asks once how far it is.
/// https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
class ResourceReconciler final : public Reconciler {
public:
    explicit ResourceReconciler(SubscriptionAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    struct Turn;
    [[nodiscard]] std::vector<Turn> turns_of(const KnownResources& known, const Scope& scope) const;
    asio::awaitable<void> read(const Run& run, const KnownResources& known, Turn& turn);
    asio::awaitable<Result<std::vector<json>>> bodies_of(const Turn& turn);

    asio::awaitable<Result<Done>> apply_one(Run& run, const Action& action);
    asio::awaitable<void> look_at_app(const Run& run, const KnownResources& known, const json& body,
                                      Live& live);
    asio::awaitable<void> look_at_job(const Run& run, const KnownResources& known, const json& body,
                                      Live& live);
    [[nodiscard]] json content_of(const Run& run, const KnownResources::One& one) const;
    asio::awaitable<void> look_at_suffix(const Run& run, const KnownResources::One& one,
                                         const Live& live);
    asio::awaitable<void> look_at_not_ended(const Run& run, const KnownResources::One& one,
                                            const AppMemory& memory, std::string app);
    asio::awaitable<Result<Done>> write(Run& run, const Action& action);
    asio::awaitable<Result<Call>> call_for(Run& run, const Action& action);
    asio::awaitable<Result<Done>> remove(const Run& run, const Action& action);
    asio::awaitable<Result<Done>> finish(Run& run, const Action& action);
    asio::awaitable<Result<Done>> ask_on(const Action& action, OperationNote note);
    asio::awaitable<std::optional<Done>> failed_revision(const Action& action,
                                                         std::string azure_says);
    asio::awaitable<Result<Done>> restart(Run& run, const Action& action);
    [[nodiscard]] std::string why_unfit(const Declared& want) const;
    asio::awaitable<Result<Done>> ended_badly(const Action& action, OperationNote note,
                                              Polled polled);
    asio::awaitable<Result<void>> learn_unread(Run& run, const Action& action);

    asio::awaitable<void> look_for_deleted(const Turn& turn, std::set<std::string> seen);

    SubscriptionAccess& access_;
    SoftDeleted soft_deleted_;
    /// Operations that ended badly and were told of so. What comes after is a new attempt; a daemon
    /// that starts anew tells of it once more, and then tries.
    std::set<std::string> told_;
    /// Why no revision can be made of what git declares of an app, as of the last look.
    std::map<ResourceKey, std::string> unfit_;
    JobWatch jobs_;
};

}  // namespace driftless::azure
