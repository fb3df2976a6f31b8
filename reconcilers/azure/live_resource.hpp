#pragma once

#include <string>
#include <unordered_map>

#include "reconcilers/azure/operation_note.hpp"
#include "reconcilers/azure/subscription_access.hpp"
#include "reconcilers/azure/type_book.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::azure {

inline constexpr std::string_view resource_kind = "azure.resource";

/// What a run knows of resources by their ids, before it looks.
class KnownResources {
public:
    KnownResources(const SubscriptionAccess& access, const Run& run);

    struct One {
        ResourceKey key;
        std::string id;                  ///< as git, or the inventory, writes it
        const Declared* want = nullptr;  ///< what git wants of it, if it does
        json sealed;  ///< `want`'s spec as a diff sees it; null while something in it is late
    };
    /// @param id  in letters of any case. @return nullptr: nobody's
    [[nodiscard]] const One* find(std::string_view id) const;
    /// The same of an answered body: an assignment of a declared role may have another name, since
    /// nobody can be given the same role twice.
    [[nodiscard]] const One* find_body(const json& body) const;
    [[nodiscard]] const std::unordered_map<std::string, One>& all() const { return by_id_; }

private:
    void take_wanted(const Run& run);

    std::unordered_map<std::string, One> by_id_;             ///< by folded id
    std::unordered_map<std::string, const One*> by_role_{};  ///< by `given_role`
};

/// What an answered body tells of a resource.
class Seer {
public:
    Seer(SubscriptionAccess& access, const Run& run, const KnownResources& known)
        : access_(access), run_(run), known_(known) {}

    /// @return `invalid`: the answer is no resource
    [[nodiscard]] Result<Live> see(const json& body) const;
    /// One that is not there yet, but whose making was begun. @return none: no such thing
    [[nodiscard]] std::optional<Live> see_begun(const KnownResources::One& one) const;

private:
    [[nodiscard]] Owner owner_of(const json& body, bool declared) const;
    void tell_state(Live& live, const json& body) const;
    void tell_operation(Live& live, const OperationNote& note) const;
    [[nodiscard]] json with_unread(const KnownResources::One& one, json spec) const;

    SubscriptionAccess& access_;
    const Run& run_;
    const KnownResources& known_;
};

/// "Succeeded", "InProgress"; of a server "Ready". "" where it tells none: it is there, and
/// settled.
std::string state_of(const json& body);
bool is_under_way(std::string_view state);

/// Where what was last written is learned, of resources that hold what no answer shows.
std::string unread_subject(const ResourceKey& key);

}  // namespace driftless::azure
