#include "providers/azure/resource_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

using Parts = std::span<const std::string>;

std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    std::size_t begin = text.starts_with('/') ? 1 : 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find('/', begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::string joined(Parts parts) {
    std::string text;
    for (const std::string& part : parts) text += "/" + part;
    return text;
}

bool is(const std::string& part, std::string_view word) {
    return lower_case(part) == word;
}

}  // namespace

Result<ResourceId> ResourceId::parse(std::string_view text) {
    auto parts = parts_of(text);
    const bool pairs = parts.size() % 2 == 0 &&
                       std::ranges::none_of(parts, [](const auto& part) { return part.empty(); });
    if (pairs) {
        ResourceId id{std::move(parts)};
        const std::size_t own = id.own_parts();
        const bool bare = own == 0 && is(id.parts_[0], "subscriptions") &&
                          (id.parts_.size() == 2 ||
                           (id.parts_.size() == 4 && is(id.parts_[2], "resourcegroups")));
        if (own >= 4 || bare) return id;
    }
    return Error{Errc::invalid,
                 fmt::format("read the Azure id {}: it is no id of one resource; it looks like "
                             "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/"
                             "containerApps/NAME",
                             in_quotes(text))};
}

std::size_t ResourceId::own_parts() const {
    for (std::size_t i = parts_.size(); i >= 2; i -= 2) {
        if (is(parts_[i - 2], "providers")) return parts_.size() - (i - 2);
    }
    return 0;
}

std::string ResourceId::text() const {
    return joined(parts_);
}

std::string ResourceId::folded() const {
    return lower_case(text());
}

std::string ResourceId::type() const {
    const std::size_t own = own_parts();
    if (own == 0)
        return parts_.size() == 2 ? "Microsoft.Resources/subscriptions"
                                  : "Microsoft.Resources/resourceGroups";
    const Parts last = Parts{parts_}.last(own);
    std::string type = last[1];
    for (std::size_t i = 2; i < last.size(); i += 2) type += "/" + last[i];
    return type;
}

std::string ResourceId::subscription() const {
    return is(parts_[0], "subscriptions") ? parts_[1] : "";
}

std::string ResourceId::group() const {
    return parts_.size() > 3 && is(parts_[2], "resourcegroups") ? parts_[3] : "";
}

std::string ResourceId::above() const {
    const std::size_t own = own_parts() == 4 ? 4 : 2;
    return joined(Parts{parts_}.first(parts_.size() - own));
}

std::string ResourceId::list() const {
    return joined(Parts{parts_}.first(parts_.size() - 1));
}

std::string ResourceId::shown() const {
    std::string shown;
    const bool whole_subscription = parts_.size() == 2;
    for (std::size_t i = 0; i < parts_.size(); i += 2) {
        if (is(parts_[i], "subscriptions") && !whole_subscription) continue;
        const bool silent = is(parts_[i], "resourcegroups") || is(parts_[i], "providers");
        if (!silent) shown += (shown.empty() ? "" : "/") + parts_[i];
        shown += (shown.empty() ? "" : "/") + parts_[i + 1];
    }
    return shown;
}

}  // namespace driftless::azure
