#pragma once

#include "reconcilers/plan.hpp"
#include "reconcilers/rule_book.hpp"

namespace driftless {

/// Is there a secret, an output or a seal anywhere in it?
bool holds_marks(const json& value);

/// Digest of the spec as `sealed` makes it; empty where something in it is late.
std::string early_digest(const json& spec, const Vault& vault);

/// A declared spec as a diff sees it.
struct SealedSpec {
    const Declared* want = nullptr;
    json own;  ///< the sealed spec; null where the declared one holds no marks
    std::string digest;

    [[nodiscard]] const json& spec() const { return own.is_null() ? want->spec : own; }
};
/// Copies nothing where nothing is to be sealed. Refers to `want`.
/// @return `unavailable` with what it waits for, while a late value is not there
Result<SealedSpec> seal_spec(const Declared& want, const Vault& vault, const LateValues& late);

/// Every text in `have` as a seal, save what stands in `want` at the same place literally.
json without_secrets(json have, const json& want, const Vault& vault);

/// `have` as it may be shown and stored: under the rules' `secret` paths, what git does not hold
/// literally is sealed. `want` is sealed already, or null.
json presentable(json have, const json& want, const FieldRules& rules, const Vault& vault);

/// Stands for a seal that was made with a key that is lost.
std::string forgotten_seal();
/// `live` with every seal that it holds replaced by `forgotten_seal()`.
json with_seals_forgotten(json live);
bool holds_forgotten_seal(const json& value);

}  // namespace driftless
