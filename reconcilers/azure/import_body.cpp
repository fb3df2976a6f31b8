#include "reconcilers/azure/import_body.hpp"

#include <algorithm>
#include <array>
#include <regex>

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/body_paths.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/usual_values.hpp"

namespace driftless::azure {
namespace {

/// Whatever the type, and wherever it stands: the service's own.
constexpr std::array<std::string_view, 3> noise{"provisioningstate", "etag", "resourceguid"};
/// Tags that Azure's portal keeps its own notes in.
constexpr std::string_view hidden_tags = "hidden-";

bool is_nothing(const json& value) {
    return value.is_null() || (value.is_structured() && value.empty()) || value == "";
}

/// "createdAt": a time that the service noted, of a type of which nothing is known.
bool is_noted_time(const std::string& key, const json& value) {
    static const std::regex names{"(created|creation|modified|updated|changed).*",
                                  std::regex::icase};
    static const std::regex times{"\\d{4}-\\d\\d-\\d\\dT.*"};
    return value.is_string() && std::regex_match(key, names) &&
           std::regex_match(value.get_ref<const std::string&>(), times);
}

class Plainer {
public:
    Plainer(const TypeRow& row, const ResourceId& id) : below_own_(id.folded() + "/") {
        const TypeData* data = type_data(row.type);
        if (data == nullptr) return;
        root_ = &data->root;
        strict_ = data->api_version == row.api_version;
    }

    json run(json body) {
        object(body, root_);
        return body;
    }

private:
    void object(json& value, const TypeNode* node) {
        const bool map = node != nullptr && node->type == ValueType::map;
        json left = json::object();
        for (auto& [key, member] : value.items()) {
            const TypeNode* known = child_of(node, key, value);
            if (is_the_services(node, known, key, member)) continue;
            const bool was_nothing = is_nothing(member);
            deeper(member, known);
            const bool must_stay = map || (known != nullptr && known->required);
            if (is_nothing(member) && !(must_stay || (in_list_ > 0 && was_nothing && member == "")))
                continue;
            left[key] = member;  // not moved: a later key may ask which variant this is
        }
        value = std::move(left);
    }

    void deeper(json& value, const TypeNode* node) {
        ++depth_;
        if (value.is_object()) {
            object(value, node);
        } else if (value.is_array()) {
            ++in_list_;
            for (json& item : value) deeper(item, element_of(node));
            --in_list_;
        }
        --depth_;
    }

    [[nodiscard]] bool is_the_services(const TypeNode* node, const TypeNode* known,
                                       const std::string& key, const json& value) const {
        const bool map = node != nullptr && node->type == ValueType::map;
        if (map) return false;
        if (std::ranges::find(noise, lower_case(key)) != noise.end()) return true;
        const bool own_part = depth_ > 0 && key == "id" && value.is_string() &&
                              lower_case(value.get<std::string>()).starts_with(below_own_);
        if (own_part) return true;
        if (node == nullptr || node->unchecked || node->type == ValueType::any)
            return root_ == nullptr && is_noted_time(key, value);
        return strict_ && known == nullptr && node->type == ValueType::object;
    }

    std::string below_own_;
    const TypeNode* root_ = nullptr;
    bool strict_ = false;
    std::size_t depth_ = 0;
    std::size_t in_list_ = 0;
};

void drop_hidden_tags(json& body) {
    const auto tags = body.find("tags");
    if (tags == body.end() || !tags->is_object()) return;
    json left = json::object();
    for (const auto& [name, value] : tags->items()) {
        if (!lower_case(name).starts_with(hidden_tags)) left[name] = value;
    }
    *tags = std::move(left);
    if (tags->empty()) body.erase("tags");
}

}  // namespace

json written_body(const TypeRow& row, const ResourceId& id, const json& live) {
    json body = writable(row, live);
    drop_usual_values(row, body);
    drop_hidden_tags(body);
    return Plainer{row, id}.run(std::move(body));
}

}  // namespace driftless::azure
