#pragma once

#include <memory>
#include <string>

#include "config/settings.hpp"
#include "daemon/registry.hpp"
#include "providers/azure/credentials.hpp"

namespace driftless {

/// What proves to Microsoft Entra who we are, as the settings name it. Nothing is connected yet.
/// @return why a secret of it can't be read; `invalid`: what a certificate or the environment lacks
Result<std::unique_ptr<azure::TokenSource>> make_azure_identity(const AzureEndpoint& endpoint,
                                                                const std::string& target,
                                                                const TargetContext& context);

}  // namespace driftless
