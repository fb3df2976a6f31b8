#include "reconcilers/cloudflare/record_set.hpp"

#include <algorithm>

namespace driftless::cloudflare {
namespace {

constexpr std::string_view zone_word = "zone ";

}  // namespace

std::string collection_of(const std::string& zone) {
    return std::string{zone_word} + zone;
}

std::string zone_of(const std::string& collection) {
    return collection.starts_with(zone_word) ? collection.substr(zone_word.size()) : "";
}

std::string set_name(const std::string& name, std::string_view type) {
    return name + "/" + std::string{type};
}

std::vector<std::string> claims_of(const std::string& name, std::string_view type) {
    const auto claim = [&name](std::string_view of) { return std::string{of} + " " + name; };
    std::vector<std::string> claims{claim(type)};
    if (type == "CNAME") {
        for (const char* address : {"A", "AAAA"}) claims.push_back(claim(address));
    }
    return claims;
}

std::vector<std::string> earlier_types(std::string_view type) {
    if (type == "CNAME") return {"A", "AAAA"};
    if (type == "A" || type == "AAAA") return {"CNAME"};
    return {};
}

void sort_values(std::vector<json>& values) {
    std::ranges::sort(values, {}, [](const json& value) { return value.dump(); });
}

}  // namespace driftless::cloudflare
