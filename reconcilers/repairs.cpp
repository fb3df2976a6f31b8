#include "reconcilers/repairs.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t repairs_of_a_fight = 3;
constexpr auto fight_within = 10min;
constexpr auto one_try_each = 1h;
constexpr auto forgotten_after = 24h;

}  // namespace

bool is_repair(const InventoryEntry* entry, const std::string& digest) {
    return entry != nullptr && (entry->good_digest == digest || entry->repaired_digest == digest);
}

bool is_contended(const InventoryEntry& entry, const std::string& digest, net::WallTime now) {
    const auto& repairs = entry.repairs;
    if (entry.repaired_digest != digest || repairs.size() < repairs_of_a_fight) return false;
    if (now - repairs.back() >= one_try_each) return false;
    for (std::size_t last = repairs_of_a_fight - 1; last < repairs.size(); ++last) {
        const auto first = repairs[last - (repairs_of_a_fight - 1)];
        const bool fight = repairs[last] - first <= fight_within;
        if (fight && now - repairs[last] < forgotten_after) return true;
    }
    return false;
}

}  // namespace driftless
