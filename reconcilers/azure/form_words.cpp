// Ids, places and quantities, each in its one form.
#include <algorithm>

#include "config/base/lower_case.hpp"
#include "config/base/vault.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/forms.hpp"

namespace driftless::azure {
namespace {

std::vector<std::string> parts_of(std::string_view id) {
    std::vector<std::string> parts;
    while (!id.empty()) {
        const std::size_t end = std::min(id.find('/'), id.size());
        if (end > 0) parts.emplace_back(id.substr(0, end));
        id.remove_prefix(std::min(end + 1, id.size()));
    }
    return parts;
}

/// From the word "providers" at `at` on, as far as its types go: each in its proper case.
std::size_t set_types(std::vector<std::string>& parts, std::size_t at) {
    parts[at] = "providers";
    std::string type = parts[at + 1];
    std::size_t next = at + 2;
    for (; next + 1 < parts.size() && lower_case(parts[next]) != "providers"; next += 2) {
        type = proper_type(type + "/" + parts[next]);
        parts[next] = type.substr(type.rfind('/') + 1);
    }
    const std::size_t space = std::min(type.find('/'), type.size());
    parts[at + 1] = type.substr(0, space);
    return next;
}

}  // namespace

std::string id_form(std::string_view id) {
    if (id.empty() || has_marks(id) || !ResourceId::parse(id)) return std::string{id};
    auto parts = parts_of(id);
    std::size_t at = 0;
    while (at + 1 < parts.size()) {
        const std::string word = lower_case(parts[at]);
        if (word == "providers") {
            at = set_types(parts, at);
            continue;
        }
        if (word == "subscriptions") {
            parts[at] = word;
            parts[at + 1] = lower_case(parts[at + 1]);
        } else if (word == "resourcegroups") {
            parts[at] = "resourceGroups";
        }
        at += 2;
    }
    std::string text;
    for (const std::string& part : parts) text += "/" + part;
    return text;
}

std::string location_form(std::string_view location) {
    if (has_marks(location)) return std::string{location};
    std::string form = lower_case(location);
    std::erase(form, ' ');
    return form;
}

std::string quantity_form(std::string_view quantity) {
    const std::size_t unit = std::min(quantity.find_first_not_of("0123456789."), quantity.size());
    std::string number{quantity.substr(0, unit)};
    if (number.find('.') != std::string::npos) {
        number.erase(number.find_last_not_of('0') + 1);
        if (number.ends_with('.')) number.pop_back();
    }
    return number + std::string{quantity.substr(unit)};
}

}  // namespace driftless::azure
