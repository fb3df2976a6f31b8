#include "reconcilers/seals.hpp"

#include <algorithm>

namespace driftless {
namespace {

/// Every text of `value` goes through `change`, which may fail.
template <class F>
Result<void> change_texts(json& value, const F& change) {
    if (value.is_string()) {
        Result<std::string> changed = change(value.get_ref<const std::string&>());
        if (!changed) return std::move(changed).error();
        value = *std::move(changed);
    } else if (value.is_structured()) {
        for (json& item : value) {
            if (auto changed = change_texts(item, change); !changed) return changed;
        }
    }
    return {};
}

bool holds_late(const json& value) {
    if (value.is_string()) return is_late(value.get_ref<const std::string&>());
    return value.is_structured() && std::ranges::any_of(value, holds_late);
}

std::string sealed_text(const json& value, const Vault& vault) {
    if (!value.is_string()) return vault.seal(value.dump());
    const auto& text = value.get_ref<const std::string&>();
    return is_seal(text) ? text : vault.seal(text);
}

bool is_sealed(const json& value) {
    return value.is_string() && is_seal(value.get_ref<const std::string&>());
}

using Patterns = std::vector<const json*>;

/// What all `patterns` hold at `key`: the members of maps.
Patterns members(const Patterns& patterns, const std::string& key) {
    Patterns found;
    for (const json* pattern : patterns) {
        if (pattern->is_object() && pattern->contains(key)) found.push_back(&pattern->at(key));
    }
    return found;
}

void seal_like(const Patterns& patterns, json& have, const Vault& vault);

/// The element of a list that stands at the same place goes first, then any of them: the list may
/// be a set, or paired by a key.
void seal_list_like(const Patterns& lists, json& have, const Vault& vault) {
    Patterns all;
    for (const json* list : lists) {
        if (!list->is_array()) continue;
        for (const json& item : *list) all.push_back(&item);
    }
    for (std::size_t place = 0; place < have.size(); ++place) {
        const bool aligned =
            lists.size() == 1 && lists.front()->is_array() && lists.front()->size() == have.size();
        if (aligned) {
            const json& twin = (*lists.front())[place];
            if (twin == have[place]) continue;
            json tried = have[place];
            seal_like({&twin}, tried, vault);
            if (tried == twin) {
                have[place] = std::move(tried);
                continue;
            }
        }
        seal_like(all, have[place], vault);
    }
}

void seal_leaf_like(const Patterns& patterns, json& have, const Vault& vault) {
    if (have.is_null() ||
        !std::ranges::any_of(patterns, [](auto* one) { return is_sealed(*one); })) {
        return;
    }
    const json seal = sealed_text(have, vault);
    const auto equals = [&](const json& value) {
        return std::ranges::any_of(patterns, [&](auto* one) { return *one == value; });
    };
    if (equals(seal) || !equals(have)) have = seal;
}

void seal_like(const Patterns& patterns, json& have, const Vault& vault) {
    if (patterns.empty()) return;
    const bool maps = std::ranges::any_of(patterns, [](auto* one) { return one->is_object(); });
    const bool lists = std::ranges::any_of(patterns, [](auto* one) { return one->is_array(); });
    if (have.is_object() && maps) {
        for (const auto& [key, value] : have.items())
            seal_like(members(patterns, key), value, vault);
    } else if (have.is_array() && lists) {
        seal_list_like(patterns, have, vault);
    } else {
        seal_leaf_like(patterns, have, vault);
    }
}

const json& at_step(const json& value, const std::string& key) {
    static const json none;
    return value.is_object() && value.contains(key) ? value.at(key) : none;
}

bool stands_in(const json& text, const json& want) {
    if (want.is_array()) return std::ranges::find(want, text) != want.end();
    return want == text;
}

class Cover {
public:
    Cover(const FieldRules& rules, const Vault& vault) : rules_(rules), vault_(vault) {}

    void walk(json& have, const json& want, const Ruling& above) {
        const Ruling rule = rules_.at(steps_, above);
        if (rule.secret && !have.is_object()) {
            have = without_secrets(std::move(have), want, vault_);
        } else if (have.is_structured()) {
            std::size_t place = 0;
            for (const auto& [key, value] : have.items()) {
                steps_.push_back(have.is_array() ? std::to_string(place++) : key);
                walk(value, have.is_array() ? want : at_step(want, key), rule);
                steps_.pop_back();
            }
        }
    }

private:
    RuleBook rules_;
    const Vault& vault_;
    Steps steps_;
};

}  // namespace

Result<json> sealed(const json& spec, const Vault& vault, const LateValues& late) {
    json result = spec;
    auto changed = change_texts(result, [&](const std::string& text) -> Result<std::string> {
        if (!has_marks(text) || is_seal(text)) return text;
        auto plain = vault.open(text, late);
        if (!plain) return std::move(plain).error();
        return vault.seal(plain->reveal());
    });
    if (!changed) return std::move(changed).error();
    return result;
}

Result<json> opened(const json& spec, const Vault& vault, const LateValues& late) {
    json result = spec;
    auto changed = change_texts(result, [&](const std::string& text) -> Result<std::string> {
        if (!has_marks(text)) return text;
        auto plain = vault.open(text, late);
        if (!plain) return std::move(plain).error();
        return std::string{plain->reveal()};
    });
    if (!changed) return std::move(changed).error();
    return result;
}

bool holds_marks(const json& value) {
    if (value.is_string()) return has_marks(value.get_ref<const std::string&>());
    return value.is_structured() && std::ranges::any_of(value, holds_marks);
}

std::string early_digest(const json& spec, const Vault& vault) {
    if (holds_late(spec)) return {};
    if (!holds_marks(spec)) return digest_of(spec);
    const Board nothing_late;
    const auto spec_sealed = sealed(spec, vault, nothing_late);
    return spec_sealed ? digest_of(*spec_sealed) : std::string{};
}

Result<SealedSpec> seal_spec(const Declared& want, const Vault& vault, const LateValues& late) {
    SealedSpec result{&want, nullptr, want.digest};
    if (holds_marks(want.spec)) {
        auto spec = sealed(want.spec, vault, late);
        if (!spec) return std::move(spec).error();
        result.own = *std::move(spec);
    }
    if (result.digest.empty()) result.digest = digest_of(result.spec());
    return result;
}

json sealed_like(const json& want, json have, const Vault& vault) {
    seal_like({&want}, have, vault);
    return have;
}

json without_secrets(json have, const json& want, const Vault& vault) {
    if (have.is_object()) {
        for (const auto& [key, value] : have.items()) {
            value = without_secrets(std::move(value), at_step(want, key), vault);
        }
    } else if (have.is_array()) {
        for (json& value : have) value = without_secrets(std::move(value), want, vault);
    } else if (!have.is_null() && !have.is_boolean() && !stands_in(have, want)) {
        have = sealed_text(have, vault);
    }
    return have;
}

json presentable(json have, const json& want, const FieldRules& rules, const Vault& vault) {
    Cover{rules, vault}.walk(have, want, Ruling{});
    return have;
}

std::string forgotten_seal() {
    return fmt::format("{}=:forgotten{}", mark_begin, mark_end);
}

json with_seals_forgotten(json live) {
    const auto changed = change_texts(live, [](const std::string& text) -> Result<std::string> {
        return is_seal(text) ? forgotten_seal() : text;
    });
    assert(changed.ok());
    static_cast<void>(changed);
    return live;
}

bool holds_forgotten_seal(const json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>() == forgotten_seal();
    return value.is_structured() && std::ranges::any_of(value, holds_forgotten_seal);
}

}  // namespace driftless
