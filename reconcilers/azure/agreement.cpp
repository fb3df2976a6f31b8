#include "reconcilers/azure/agreement.hpp"

#include <algorithm>

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/app_traffic.hpp"
#include "reconcilers/azure/body_paths.hpp"

namespace driftless::azure {
namespace {

struct Keyed {
    PathPattern pattern;
    std::string by;
};
struct Added {
    PathPattern pattern;
    json key;  ///< of the element; "*": any
};

bool are_one_but_for_case(const std::string& left, const std::string& right) {
    return left != right && lower_case(left) == lower_case(right);
}

bool is_id(const std::string& text) {
    return text.starts_with("/subscriptions/");
}

class Agreement {
public:
    explicit Agreement(const TypeRow& row) : row_(row), data_(type_data(row.type)) {
        for (const KeyedList& list : row.keyed) {
            keyed_.push_back({PathPattern{list.path}, list.by});
        }
        for (const UsualValue& added : row.added) {
            added_.push_back({PathPattern{added.path}, json::parse(added.value)});
        }
        for (const std::string& path : row.caseless) caseless_.emplace_back(path);
    }

    void run(const json& want, json& live) {
        walk(want, live, data_ == nullptr ? nullptr : &data_->root);
    }

private:
    void walk(const json& want, json& live, const TypeNode* node) {
        if (want.is_object() && live.is_object()) {
            walk_object(want, live, node);
        } else if (want.is_array() && live.is_array()) {
            walk_list(want, live, node);
        } else if (want.is_string() && live.is_string()) {
            walk_text(want.get_ref<const std::string&>(), live, node);
        }
    }

    void walk_object(const json& want, json& live, const TypeNode* node) {
        const bool map = node == nullptr || node->type == ValueType::map;
        for (const auto& [key, value] : want.items()) {
            if (map && !live.contains(key)) rename_twin(key, live);
            const auto found = live.find(key);
            if (found == live.end()) continue;
            steps_.push_back(key);
            walk(value, *found, child_of(node, key, want));
            steps_.pop_back();
        }
    }

    /// Tags and ids as keys of a map: in any case of letters they are one.
    void rename_twin(const std::string& key, json& live) const {
        const bool any_case = is_id(key) || (steps_.size() == 1 && steps_.front() == "tags");
        if (!any_case) return;
        for (const auto& [other, value] : live.items()) {
            if (!are_one_but_for_case(other, key)) continue;
            json moved = value;
            live.erase(other);
            live[key] = std::move(moved);
            return;
        }
    }

    void walk_list(const json& want, json& live, const TypeNode* node) {
        const auto keyed = std::ranges::find_if(
            keyed_, [&](const Keyed& list) { return list.pattern.fits(steps_); });
        const TypeNode* element = element_of(node);
        if (keyed != keyed_.end()) {
            drop_added(want, live, keyed->by);
            for (const json& item : want) {
                if (json* twin = twin_of(item, live, keyed->by)) walk_item(item, *twin, element);
            }
            return;
        }
        if (is_set()) return walk_set(want, live);
        for (std::size_t at = 0; want.size() == live.size() && at < want.size(); ++at) {
            walk_item(want[at], live[at], element);
        }
    }

    void walk_item(const json& want, json& live, const TypeNode* element) {
        steps_.emplace_back("*");
        walk(want, live, element);
        steps_.pop_back();
    }

    [[nodiscard]] bool is_set() const {
        return std::ranges::any_of(
            row_.sets, [&](const std::string& path) { return PathPattern{path}.fits(steps_); });
    }

    static void walk_set(const json& want, json& live) {
        for (json& item : live) {
            if (!item.is_string()) continue;
            const auto& text = item.get_ref<const std::string&>();
            const auto twin = std::ranges::find_if(want, [&](const json& other) {
                return other.is_string() && is_id(text) &&
                       are_one_but_for_case(other.get_ref<const std::string&>(), text);
            });
            if (twin != want.end()) item = *twin;
        }
    }

    /// Elements that nobody asked for, and that the service adds or others may add.
    void drop_added(const json& want, json& live, const std::string& by) {
        for (const Added& added : added_) {
            if (!added.pattern.fits(steps_)) continue;
            json left = json::array();
            json wanted = want;
            for (json& item : live) {
                const bool extra =
                    item.is_object() && (added.key == "*" || item.value(by, json()) == added.key);
                if (!extra || twin_of(item, wanted, by) != nullptr) left.push_back(std::move(item));
            }
            live = std::move(left);
        }
    }

    void walk_text(const std::string& want, json& live, const TypeNode* node) const {
        const auto& text = live.get_ref<const std::string&>();
        const bool any_case =
            is_id(want) || (node != nullptr && node->values != nullptr) ||
            std::ranges::any_of(caseless_, [&](const auto& each) { return each.fits(steps_); });
        const bool told_so = std::ranges::any_of(row_.same, [&](const SameValue& same) {
            return same.sent == want && same.told == text && PathPattern{same.path}.fits(steps_);
        });
        if (told_so || (any_case && are_one_but_for_case(want, text))) live = want;
    }

    const TypeRow& row_;
    const TypeData* data_;
    std::vector<Keyed> keyed_;
    std::vector<Added> added_;
    std::vector<PathPattern> caseless_;
    Steps steps_;
};

json* at(json& body, const char* pointer) {
    const json::json_pointer path{pointer};
    return body.contains(path) ? &body.at(path) : nullptr;
}

const json& at(const json& body, const char* pointer) {
    static const json none;
    const json::json_pointer path{pointer};
    return body.contains(path) ? body.at(path) : none;
}

/// The storage of a server grows by itself where it may, and never becomes smaller.
void let_storage_grow(const json& want, json& live) {
    json* size = at(live, "/properties/storage/storageSizeGB");
    const json& wanted = at(want, "/properties/storage/storageSizeGB");
    const bool grows = at(std::as_const(live), "/properties/storage/autoGrow") == "Enabled";
    if (grows && size != nullptr && wanted.is_number() && size->is_number() && wanted < *size) {
        *size = wanted;
    }
}

/// After a failover the server and its standby have changed places: that is no drift.
void let_zones_swap(const json& want, json& live) {
    constexpr const char* own = "/properties/availabilityZone";
    constexpr const char* standby = "/properties/highAvailability/standbyAvailabilityZone";
    json* own_live = at(live, own);
    json* standby_live = at(live, standby);
    if (own_live == nullptr || standby_live == nullptr || own_live->is_null()) return;
    const json& own_want = at(want, own);
    const json& standby_want = at(want, standby);
    const bool swapped = (own_want.is_null() || own_want == *standby_live) &&
                         (standby_want.is_null() || standby_want == *own_live);
    if (swapped) std::swap(*own_live, *standby_live);
}

/// A model moves on by itself where its deployment lets it; git moves it only forwards then.
void let_model_move(const json& want, json& live) {
    json* version = at(live, "/properties/model/version");
    const json& wanted = at(want, "/properties/model/version");
    const json& option = at(std::as_const(live), "/properties/versionUpgradeOption");
    if (version == nullptr || !wanted.is_string() || !version->is_string()) return;
    if (option.is_null() || option == "NoAutoUpgrade") return;
    if (wanted.get<std::string>() < version->get<std::string>()) *version = wanted;
}

/// "P60D" of a component's `Retention` is 60 of its `RetentionInDays`.
void tell_retention(const json& want, json& live) {
    const json& wanted = at(want, "/properties/RetentionInDays");
    const json& told = at(std::as_const(live), "/properties/Retention");
    if (!wanted.is_number() || at(live, "/properties/RetentionInDays") != nullptr) return;
    if (told == "P" + wanted.dump() + "D") live["properties"]["RetentionInDays"] = wanted;
}

/// "https://kv.vault.azure.net/secrets/db" of that and a version.
std::string without_version(const std::string& url) {
    constexpr std::string_view words = "/secrets/";
    const std::size_t begin = url.find(words);
    if (begin == std::string::npos) return url;
    return url.substr(0, url.find('/', begin + words.size()));
}

/// Where git names no version of a vault's secret, it means the newest, whichever that is.
void let_versions_move(const json& want, json& live) {
    constexpr const char* secrets = "/properties/configuration/secrets";
    json* told = at(live, secrets);
    const json& wanted = at(want, secrets);
    if (told == nullptr || !told->is_array() || !wanted.is_array()) return;
    for (const json& secret : wanted) {
        const json& url = at(secret, "/keyVaultUrl");
        json* twin = twin_of(secret, *told, "name");
        json* live_url = twin == nullptr ? nullptr : at(*twin, "/keyVaultUrl");
        if (!url.is_string() || live_url == nullptr || !live_url->is_string()) continue;
        const auto& text = url.get_ref<const std::string&>();
        const bool any_version =
            without_version(text) + "/" == text || without_version(text) == text;
        const std::string base = without_version(live_url->get<std::string>());
        if (any_version && lower_case(base) == lower_case(without_version(text))) *live_url = url;
    }
}

/// What an answer leaves out whether it is so or not.
void fill_untold(const TypeRow& row, const json& want, json& live) {
    for (const std::string& path : row.untold) {
        const json::json_pointer pointer{path};
        if (want.contains(pointer) && !live.contains(pointer)) live[pointer] = want.at(pointer);
    }
}

}  // namespace

void agree(const TypeRow& row, const json& want, json& live) {
    if (row.name == "PostgresFlexibleServer") {
        let_zones_swap(want, live);
        let_storage_grow(want, live);
    } else if (row.name == "OpenAIDeployment") {
        let_model_move(want, live);
    } else if (row.name == "ApplicationInsights") {
        tell_retention(want, live);
    } else if (row.name == "ContainerApp") {
        pair_traffic(want, live);
    }
    if (row.name.starts_with("ContainerApp")) let_versions_move(want, live);
    fill_untold(row, want, live);
    Agreement{row}.run(want, live);
}

}  // namespace driftless::azure
