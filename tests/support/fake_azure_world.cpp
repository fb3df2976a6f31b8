#include "tests/support/fake_azure_world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace driftless::test::arm {

namespace {

/// The same numbers for the same text and seed, on every platform.
std::uint64_t mixed(std::uint64_t seed, std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325u ^ (seed * 0x9E3779B97F4A7C15u);
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
    hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
    return hash ^ (hash >> 31);
}

}  // namespace

World::World(net::Clock& on, std::uint64_t with) : clock(on), seed(with) {
    subscription = uuid_of("subscription");
    tenant = uuid_of("tenant");
}

Thing* World::find(const std::string& id) {
    const auto found = things.find((id.starts_with('/') ? "" : "/") + low(id));
    return found == things.end() ? nullptr : &found->second;
}

std::string World::hex_of(const std::string& text, std::size_t digits) const {
    std::string hex;
    for (std::size_t part = 0; hex.size() < digits; ++part) {
        hex += fmt::format("{:016x}", mixed(seed, text + "#" + std::to_string(part)));
    }
    return hex.substr(0, digits);
}

std::string World::uuid_of(const std::string& text) const {
    std::string hex = hex_of(text, 32);
    hex[12] = '4';
    hex[16] = "89ab"[(hex[16] <= '9' ? hex[16] - '0' : hex[16] - 'a') & 3];
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20));
}

std::vector<Thing*> World::below(const std::string& id) {
    std::vector<Thing*> found;
    const std::string begin = low(id) + "/";
    for (auto it = things.lower_bound(begin); it != things.end(); ++it) {
        if (!it->first.starts_with(begin)) break;
        found.push_back(&it->second);
    }
    return found;
}

std::string World::time_text(net::WallTime when) const {
    return net::to_string(when);
}

void World::advance() {
    const net::SteadyTime now = clock.now();
    while (true) {
        Operation* first = nullptr;
        for (auto& [path, operation] : operations) {
            const bool is_due = operation.status == "InProgress" && operation.ends <= now;
            if (is_due && (first == nullptr || operation.ends < first->ends)) first = &operation;
        }
        if (first == nullptr) break;
        first->status = "Succeeded";
        first->forgotten = first->ends + habits.operations_kept;
        if (first->end) first->end(*first);
    }
    std::erase_if(operations, [now](const auto& entry) {
        return entry.second.status != "InProgress" && entry.second.forgotten <= now;
    });
    for (auto& [id, thing] : things) {
        if (thing.row->type == "Microsoft.App/containerApps") settle_app(*this, thing);
    }
}

}  // namespace driftless::test::arm
