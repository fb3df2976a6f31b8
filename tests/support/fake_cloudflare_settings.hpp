#pragma once

#include <string>
#include <vector>

#include "tests/support/fake_cloudflare_world.hpp"

namespace driftless::test {

/// A setting that every zone has.
struct ZoneSetting {
    std::string id;
    json usual;                      ///< its value where nobody changed it
    json allowed = nullptr;          ///< an array of values; null: any of the same type
    std::string from_plan = "free";  ///< editable from it on; "never": read-only in every plan
};

const std::vector<ZoneSetting>& zone_settings();
json setting_shown(const ZoneSetting& setting, const CloudflareZone& zone, net::SteadyTime now);
bool is_editable(const ZoneSetting& setting, const CloudflareZone& zone);
bool takes(const ZoneSetting& setting, const json& value);
/// Changes it, and what is coupled to it.
void change_setting(CloudflareZone& zone, const ZoneSetting& setting, json value,
                    net::SteadyTime now, const std::string& when);

}  // namespace driftless::test
