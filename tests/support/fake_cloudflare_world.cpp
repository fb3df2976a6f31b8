#include "tests/support/fake_cloudflare_world.hpp"

#include <fmt/format.h>

namespace driftless::test {

CloudflareWorld::CloudflareWorld(net::Clock& with, std::uint64_t seed)
    : clock(with), random(seed), account(net::random_hex(random, 16)) {}

std::string CloudflareWorld::hex_id() {
    return net::random_hex(random, 16);
}

std::string CloudflareWorld::uuid() {
    std::string hex = net::random_hex(random, 16);
    hex[12] = '4';
    hex[16] = "89ab"[random.next() % 4];
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20));
}

std::string CloudflareWorld::now() const {
    std::string text = net::to_string(clock.wall());  // milliseconds
    text.insert(text.size() - 1, "000");
    return text;
}

std::size_t CloudflareWorld::record_quota(const CloudflareZone& zone) const {
    return zone.paid() ? habits.paid_records : habits.free_records;
}

void CloudflareZone::put(CloudflareRecord record) {
    erase(record.id);
    by_name[record.name].insert(record.id);
    const std::string key = record.id;
    records[key] = std::make_shared<const CloudflareRecord>(std::move(record));
}

void CloudflareZone::erase(const std::string& key) {
    const auto found = records.find(key);
    if (found == records.end()) return;
    const auto names = by_name.find(found->second->name);
    names->second.erase(key);
    if (names->second.empty()) by_name.erase(names);
    records.erase(found);
}

bool CloudflareCall::sees(const CloudflareZone& zone) const {
    return token.zones.empty() || token.zones.contains(zone.id);
}

CloudflareZone& CloudflareCall::zone() const {
    const std::string& id = ids.at(0);
    if (id.size() != 32 || id.find_first_not_of("0123456789abcdef") != std::string::npos) {
        throw CloudflareRefusal{
            404, 7003,
            fmt::format("Could not route to /zones/{}, perhaps your object identifier is invalid?",
                        id)};
    }
    const auto found = world.state.zones.find(id);
    if (found == world.state.zones.end() || !sees(found->second)) {
        throw CloudflareRefusal{403, 9109, "Invalid zone identifier"};
    }
    return found->second;
}

}  // namespace driftless::test
