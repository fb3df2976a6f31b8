// How the forms of both sides are compared, type by type.
#include <algorithm>

#include "reconcilers/azure/body_paths.hpp"
#include "reconcilers/azure/forms.hpp"

namespace driftless::azure {
namespace {

class RuleMaker {
public:
    explicit RuleMaker(const TypeRow& row) : row_(row) {}

    FieldRules make() {
        for (const char* key : {id_key, type_key, version_key}) {
            rule(to_pointer({key})).as = Compare::ignored;
        }
        for (const std::string& path : row_.left_alone) rule(path).as = Compare::ignored;
        add_lists();
        for (const std::string& path : row_.create_only) rule(path).replaces = true;
        rule("/location").replaces = true;
        Steps steps;
        if (const TypeData* data = type_data(row_.type)) walk(data->root, steps);
        return std::move(rules_);
    }

private:
    /// The rule of a path, made where there is none.
    FieldRule& rule(const std::string& path) {
        const auto known = std::ranges::find(rules_, path, &FieldRule::path);
        return known == rules_.end() ? rules_.emplace_back(FieldRule{.path = path}) : *known;
    }

    void add_lists() {
        for (const KeyedList& list : row_.keyed) {
            FieldRule& keyed = rule(list.path);
            keyed.as = Compare::keyed;
            keyed.by = list.by;
        }
        for (const std::string& path : row_.sets) rule(path).as = Compare::set;
        add_whole("/identity/userAssignedIdentities");
        for (const std::string& path : row_.wholes) add_whole(path);
    }

    /// Its keys are ours; what stands below them goes by the names that git gives.
    void add_whole(const std::string& path) {
        rule(path).as = Compare::whole;
        rule(path + "/*").as = Compare::value;
    }

    void walk(const TypeNode& node, Steps& steps) {
        for (const TypeNode& child : node.below) {
            const bool variant = child.name.starts_with('<');
            const bool any = child.name == "[]" || child.name == "{}";
            if (!variant) steps.push_back(any ? "*" : child.name);
            if (child.create_only) rule(to_pointer(steps)).replaces = true;
            if (child.unseen()) rule(to_pointer(steps)).secret = true;
            walk(child, steps);
            if (!variant) steps.pop_back();
        }
    }

    const TypeRow& row_;
    FieldRules rules_;
};

}  // namespace

FieldRules rules_of(const TypeRow& row) {
    return RuleMaker{row}.make();
}

}  // namespace driftless::azure
