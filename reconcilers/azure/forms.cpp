#include "reconcilers/azure/forms.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "config/base/lower_case.hpp"
#include "config/base/vault.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/agreement.hpp"
#include "reconcilers/azure/app_traffic.hpp"
#include "reconcilers/azure/body_paths.hpp"

namespace driftless::azure {
namespace {

constexpr double largest_whole = 9e15;  // every whole number up to it is exact

bool is_id(const std::string& text) {
    return lower_case(std::string_view{text}.substr(0, 15)) == "/subscriptions/";
}

/// "systemassigned,userassigned" of "SystemAssigned, UserAssigned".
std::string letters_of(std::string_view text) {
    std::string letters = lower_case(text);
    std::erase(letters, ' ');
    return letters;
}

json number_form(const json& number) {
    if (!number.is_number_float()) return number;
    const double value = number.get<double>();
    if (std::abs(value) > largest_whole || value != std::floor(value)) return number;
    return static_cast<std::int64_t>(value);
}

/// "50" where a number belongs, as some answers have it.
json number_in(const std::string& text) {
    json read = json::parse(text, nullptr, false);
    return read.is_number() ? number_form(read) : json(text);
}

class Former {
public:
    explicit Former(const TypeRow& row) : data_(type_data(row.type)) {
        for (const std::string& path : row.quantities) quantities_.emplace_back(path);
        for (const UsualValue& usual : row.dropped) {
            dropped_.push_back({PathPattern{usual.path}, json::parse(usual.value)});
        }
    }

    json form(json body) {
        if (!body.is_object()) return json::object();
        for (const char* key : {"id", "name", "type", "apiVersion", "systemData", "etag", "eTag"}) {
            body.erase(key);
        }
        walk(body, data_ == nullptr ? nullptr : &data_->root);
        if (const auto tags = body.find("tags"); tags != body.end()) drop_marks(*tags);
        return body;
    }

private:
    struct Dropped {
        PathPattern pattern;
        json value;
    };

    void walk(json& value, const TypeNode* node) {
        if (value.is_object()) {
            walk_object(value, node);
        } else if (value.is_array()) {
            const TypeNode* element = element_of(node);
            for (json& item : value) {
                steps_.emplace_back("*");
                walk(item, element);
                steps_.pop_back();
            }
        } else if (value.is_string()) {
            value = text_form(value.get<std::string>(), node);
        } else if (value.is_number()) {
            value = number_form(value);
        }
    }

    void walk_object(json& object, const TypeNode* node) {
        json form = json::object();
        const bool map = node != nullptr && node->type == ValueType::map;
        const std::string variant = node != nullptr ? variant_of(*node, object) : "";
        for (auto& [key, value] : object.items()) {
            const TypeNode* below = node != nullptr ? node->child(key, variant) : nullptr;
            if (value.is_null() && !map) continue;
            if (below != nullptr && below->read_only) continue;
            steps_.push_back(key);
            if (!is_dropped(value)) {
                walk(value, below);
                form[is_id(key) ? id_form(key) : key] =
                    value.is_null() ? json::object() : std::move(value);
            }
            steps_.pop_back();
        }
        object = std::move(form);
    }

    json text_form(std::string text, const TypeNode* node) {
        if (has_marks(text)) return text;
        if (is_id(text)) return id_form(text);
        if (steps_.size() == 1 && steps_.front() == "location") return location_form(text);
        if (std::ranges::any_of(quantities_, [&](const auto& each) { return each.fits(steps_); })) {
            return quantity_form(text);
        }
        if (node == nullptr) return text;
        if (node->type == ValueType::number) return number_in(text);
        if (node->values == nullptr) return text;
        const auto known = std::ranges::find_if(*node->values, [&](const std::string& value) {
            return letters_of(value) == letters_of(text);
        });
        return known == node->values->end() ? text : *known;
    }

    bool is_dropped(const json& value) {
        return std::ranges::any_of(dropped_, [&](const Dropped& each) {
            return each.pattern.fits(steps_) && each.value == value;
        });
    }

    static void drop_marks(json& tags) {
        if (!tags.is_object()) return;
        json left = json::object();
        for (const auto& [name, value] : tags.items()) {
            if (!lower_case(name).starts_with(mark_prefix)) left[name] = value;
        }
        tags = std::move(left);
    }

    const TypeData* data_;
    std::vector<PathPattern> quantities_;
    std::vector<Dropped> dropped_;
    Steps steps_;
};

std::string text_at(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() && found->is_string()
               ? found->get<std::string>()
               : std::string{};
}

json without_unseen_values(const TypeRow& row, json body) {
    for (const std::string& path : write_only_paths(row, body)) {
        const json::json_pointer at{path};
        body.at(at.parent_pointer()).erase(at.back());
    }
    return body;
}

/// What there is at `at`; null where there is nothing.
json value_at(const json& body, const std::string& at) {
    const json::json_pointer pointer{at};
    return body.contains(pointer) ? body.at(pointer) : json(nullptr);
}

/// Where in `live` the element or member that `from`'s pointer leads to is; nullptr: nowhere.
json* place_in(const TypeRow& row, const json& from, json& live, const Steps& steps) {
    const json* here = &from;
    json* there = &live;
    Steps walked;
    for (const std::string& step : steps) {
        if (here->is_array()) {
            const auto keyed = std::ranges::find_if(row.keyed, [&](const KeyedList& list) {
                return PathPattern{list.path}.fits(walked);
            });
            const json& element = (*here)[std::stoul(step)];
            if (keyed != row.keyed.end()) {
                there = twin_of(element, *there, keyed->by);
            } else {
                const bool fits = there->is_array() && there->size() == here->size();
                there = fits ? &(*there)[std::stoul(step)] : nullptr;
            }
            here = &element;
        } else {
            here = &here->at(step);
            there = there->is_object() && there->contains(step) ? &(*there)[step] : nullptr;
        }
        if (there == nullptr) return nullptr;
        walked.push_back(step);
    }
    return there;
}

void find_unseen(const json& value, const TypeNode* node, Steps& steps,
                 std::vector<std::string>& found) {
    if (node == nullptr) return;
    if (node->unseen()) {
        found.push_back(to_pointer(steps));
        return;
    }
    std::size_t place = 0;
    if (!value.is_structured()) return;
    for (const auto& [key, child] : value.items()) {
        const bool list = value.is_array();
        steps.push_back(list ? std::to_string(place++) : key);
        find_unseen(child, list ? element_of(node) : child_of(node, key, value), steps, found);
        steps.pop_back();
    }
}

}  // namespace

json wanted_form(const TypeRow& row, json body) {
    if (!row.implied.empty()) {
        json whole = json::parse(row.implied);
        whole.merge_patch(body);
        body = std::move(whole);
    }
    json form = Former{row}.form(std::move(body));
    if (row.name == "ContainerApp") imply_traffic(form);
    return form;
}

json live_form(const TypeRow& row, const json& want, json live) {
    const std::string id = text_at(live, "id");
    json form = without_unseen_values(row, Former{row}.form(std::move(live)));
    if (want.is_object()) agree(row, want, form);
    form[id_key] = id_form(id);
    form[type_key] = row.type;
    form[version_key] = row.api_version;
    return form;
}

std::vector<std::string> write_only_paths(const TypeRow& row, const json& want) {
    std::vector<std::string> found;
    const TypeData* data = type_data(row.type);
    Steps steps;
    if (data != nullptr) find_unseen(want, &data->root, steps, found);
    return found;
}

json with_unseen(const TypeRow& row, const json& from, json live) {
    for (const std::string& path : write_only_paths(row, from)) {
        Steps steps = steps_of(path);
        const std::string last = steps.back();
        steps.pop_back();
        json* owner = place_in(row, from, live, steps);
        if (owner != nullptr && owner->is_object()) {
            (*owner)[last] = from.at(json::json_pointer{path});
        }
    }
    return live;
}

json without_unseen(const TypeRow& row, json want) {
    return without_unseen_values(row, std::move(want));
}

json writable(const TypeRow& row, json live) {
    return without_unseen_values(row, Former{row}.form(std::move(live)));
}

std::vector<GivenOutput> outputs_of(const TypeRow& row, const json& live) {
    std::vector<GivenOutput> given;
    for (const Output& output : row.outputs) {
        const json value = value_at(live, output.at);
        if (value.is_null() || value.is_structured()) continue;
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        if (!text.empty()) given.push_back({output.field, id_form(text), output.secret});
    }
    return given;
}

}  // namespace driftless::azure
