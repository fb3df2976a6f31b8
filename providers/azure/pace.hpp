#pragma once

#include <memory>
#include <string>

#include "providers/net/pacers.hpp"

namespace driftless::azure {

/// What Azure Resource Manager counts apart, for one identity at one subscription: 250 reads with
/// 25 a second more, and 200 writes and 200 removals with 10 a second more each. Half of it is
/// ours.
/// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
struct ArmPace {
    net::Pacer& reads;
    net::Pacer& writes;
    net::Pacer& removals;
};

/// @param who  the identity: all targets with the same one share its pace
ArmPace pace_of(net::Pacers& pacers, const std::string& endpoint, const std::string& subscription,
                const std::string& who);

/// What each `x-ms-ratelimit-remaining-…` says, kept beside the most that it ever said: where less
/// than a tenth is left, the next call of that sort waits five seconds.
net::ReadAllowance learn_remaining();

/// The same transport at that pace, whose pacers outlive it. A 429 that is a throttling is an Error
/// here, `rate_limited` with the time, and nothing of its sort is sent until then; one that only
/// says "another operation goes on" is an answer like others.
std::unique_ptr<net::HttpTransport> make_arm_transport(std::unique_ptr<net::HttpTransport> inner,
                                                       ArmPace pace);

}  // namespace driftless::azure
