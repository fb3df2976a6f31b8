#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/resource_key.hpp"
#include "config/base/secret.hpp"

namespace driftless {

/// Texts of a spec may hold marks in place of values that must not be seen, or are not known yet.
/// A mark stands between two noncharacters of Unicode, which no input may hold (readers refuse
/// them):
///   U+FDD0 "s:" keyed-hash U+FDD1             a secret that the Vault holds: the text is tainted
///   U+FDD0 "o:" key "#" field U+FDD1          an output of another resource: a late value
///   U+FDD0 "=:" keyed-hash U+FDD1             a seal: a whole text as a diff sees it
inline constexpr std::string_view mark_begin = "\xEF\xB7\x90";
inline constexpr std::string_view mark_end = "\xEF\xB7\x91";

/// One output of one resource, named by its manifest: Tunnel/home, field token.
struct LateRef {
    ResourceKey of;     ///< target, manifest kind, manifest name
    std::string field;  ///< a dotted path into its outputs

    auto operator<=>(const LateRef&) const = default;
};

bool has_marks(std::string_view text);   ///< any mark at all
bool is_tainted(std::string_view text);  ///< holds a secret's mark
bool is_late(std::string_view text);     ///< holds a late value's mark
bool is_seal(std::string_view text);     ///< is, as a whole, a seal
std::string late_mark(const LateRef& ref);
/// The late values that `text` holds, in order.
std::vector<LateRef> late_refs(std::string_view text);
/// The text for a person: "postgres://app:(secret)@db", "(output token of edge/Tunnel/home)",
/// "(sealed)".
std::string shown(std::string_view text);

/// Gives a late value, or says why it is not there yet.
class LateValues {
public:
    virtual ~LateValues() = default;
    /// @return `unavailable` while it is not there yet; `not_found`: a ready resource has no such
    /// field
    [[nodiscard]] virtual Result<std::string> find(const LateRef& ref) const = 0;
};

/// Keeps secrets out of sight: puts a mark where one was, opens marks for the call that sends them,
/// and seals texts so that they can be compared without being seen. Keyed by a file beside the
/// database; the same key and text always give the same mark and seal.
class Vault {
public:
    virtual ~Vault() = default;
    /// Takes a secret in and gives the mark that stands for it. Safe to repeat.
    virtual std::string mark(const Secret& secret) = 0;
    /// The plain text: every secret's mark and every late value's mark replaced by its value.
    /// @return `unavailable` for a late value that is not there yet; `internal` for an unknown mark
    [[nodiscard]] virtual Result<Secret> open(std::string_view text,
                                              const LateValues& late) const = 0;
    /// The seal of a plain text.
    [[nodiscard]] virtual std::string seal(std::string_view plain) const = 0;
    /// False when the key was lost or is new: seals made before then say nothing, and nothing may
    /// be replaced because of one.
    [[nodiscard]] virtual bool remembers() const { return true; }
};

/// What manifests may name by `{secret: NAME}`: reads the secrets of the settings.
class Secrets {
public:
    virtual ~Secrets() = default;
    /// @param target  a secret may be bound to targets
    /// @return `not_found` (with the nearest name), `forbidden` for another target, `invalid`:
    /// empty,
    ///         unreadable, readable by others
    [[nodiscard]] virtual Result<Secret> read(const std::string& name,
                                              const std::string& target) const = 0;
};

}  // namespace driftless
