#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

#include "providers/azure/arm.hpp"
#include "providers/net/clock.hpp"

namespace driftless::azure {

/// Something that Azure goes on with after it answered. Kept durably, so that a restart asks on
/// where it was.
/// https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
struct Operation {
    enum class By {
        status,    ///< an Azure-AsyncOperation URL: its body's `status` tells
        location,  ///< a Location URL: 202 until it is over
        resource,  ///< the resource itself: its provisioningState tells
    };
    By by = By::resource;
    std::string url;  ///< as it was given, with its version and signature
    net::WallTime started{};
    net::WallTime deadline{};  ///< longer than anything of that sort was ever seen to take
    net::WallTime next{};      ///< ask no sooner
};
json to_json(const Operation& operation);
/// @return `invalid`: it was written by another version
Result<Operation> read_operation(const json& from);

/// What an answer to a write says of the work that goes on. Nothing: it is done.
std::optional<Operation> begun(const Answer& answer, const Call& call, net::WallTime now);

enum class Went {
    on,     ///< ask again at `operation.next`
    well,   ///< done
    badly,  ///< it failed, or was canceled; `refusal` says why
    lost,   ///< Azure forgot it: only the resource itself tells
};
struct Polled {
    Went went = Went::on;
    Operation operation;
    Refusal refusal;
};
/// Asks once; never waits. Changes nothing.
/// @return an Error says nothing of the operation: ask again
asio::awaitable<Result<Polled>> poll(Arm& arm, Operation operation, net::WallTime now);

}  // namespace driftless::azure
