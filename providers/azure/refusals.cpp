#include "providers/azure/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_shown = 600;  // of a message: some carry whole policies

/// Where a code alone decides.
struct Row {
    std::string_view code;
    Way way;
    std::string_view advice;
};
constexpr std::array rows{
    Row{"AnotherOperationInProgress", Way::soon, ""},
    Row{"AadAuthOperationCannotBePerformedWhenServerIsNotAccessible", Way::soon, ""},
    Row{"CannotDeleteResource", Way::soon, ""},
    Row{"CertificateInUse", Way::soon, ""},
    Row{"Conflict", Way::soon, ""},
    Row{"ContainerAppOperationInProgress", Way::soon, ""},
    Row{"InUseSubnetCannotBeDeleted", Way::soon, ""},
    Row{"JavaComponentInUse", Way::soon, ""},
    Row{"OperationCancelled", Way::soon, ""},
    Row{"PrincipalNotFound", Way::soon, "the identity is new: it takes minutes until all know it"},
    Row{"PublicIPAddressCannotBeDeleted", Way::soon, ""},
    Row{"ReferencedResourceNotProvisioned", Way::soon, ""},
    Row{"RequestConflict", Way::soon, ""},
    Row{"RetryableError", Way::soon, ""},
    Row{"RetryableErrorDueToAnotherOperation", Way::soon, ""},
    Row{"ServerIsBusy", Way::soon, ""},
    Row{"ParentResourceNotFound", Way::absent, ""},
    Row{"ResourceGroupNotFound", Way::absent, ""},
    Row{"ResourceNotFound", Way::absent, ""},
    Row{"NotFound", Way::absent, ""},
    Row{"AuthorizationFailed", Way::later,
        "give the identity a role with that action on that scope"},
    Row{"LinkedAuthorizationFailed", Way::later,
        "give the identity a role with that action on the linked scope"},
    Row{"MissingSubscriptionRegistration", Way::later,
        "register the provider: az provider register --namespace NAMESPACE"},
    Row{"SubscriptionNotRegistered", Way::later,
        "register the provider: az provider register --namespace NAMESPACE"},
    Row{"OperationIdNotFound", Way::later, ""},  // of a resource it says nothing
    Row{"RequestDisallowedByPolicy", Way::later, "a policy of the subscription forbids it"},
    Row{"RoleAssignmentExists", Way::later,
        "who is named has that role there already, by an assignment of another name"},
    Row{"ScopeLocked", Way::later, "a lock forbids it: az lock list, and remove it if you may"},
    Row{"SkuNotAvailable", Way::later, "choose another size or region"},
    Row{"DeletedVaultNotFound", Way::later,
        "there is no such deleted vault: leave createMode out, and a new one is made"},
    Row{"CanNotRestoreANonExistingResource", Way::later,
        "there is no such deleted account: leave restore out, and a new one is made"},
    Row{"FlagMustBeSetForRestore", Way::later,
        "the name belongs to a deleted account: bring that back (restore: true), or purge it"},
    Row{"VaultAlreadyExists", Way::later,
        "the name is taken worldwide, perhaps by a deleted vault: recover or purge that"},
    Row{"ContainerAppSecretInvalid", Way::never, "give each secret a value, or a reference"},
    Row{"ContainerAppRegistriesPasswordSecretRefNotFound", Way::never,
        "declare the secret that the registry's password refers to"},
    Row{"InvalidRequestContent", Way::never, ""},
    Row{"InvalidResourceType", Way::never, "choose one of the versions that it lists"},
    Row{"NoRegisteredProviderFound", Way::never, "choose one of the versions or regions it lists"},
    Row{"LocationNotAvailableForResourceType", Way::never, "choose one of the regions it lists"},
    Row{"LocationRequired", Way::never, ""},
    Row{"InvalidResourceLocation", Way::never, "it is in another region already"},
    Row{"MissingRequiredParameter", Way::never, ""},
    Row{"PropertyChangeNotAllowed", Way::never, "that can't be changed in place"},
};

const Row* row_of(std::string_view code) {
    const auto found = std::ranges::find(rows, code, &Row::code);
    return found == rows.end() ? nullptr : &*found;
}

std::string text_of(const json& object, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        const auto found = object.find(key);
        if (found != object.end() && found->is_string()) return found->get<std::string>();
    }
    return "";
}

bool is_throttled(const Refusal& refusal) {
    return refusal.status == 429 && way_of(refusal) != Way::soon;
}

Errc code_for(const Refusal& refusal) {
    const Way way = way_of(refusal);
    if (way == Way::absent) return Errc::not_found;
    if (is_throttled(refusal)) return Errc::rate_limited;
    if (refusal.status == 401) return Errc::unauthenticated;
    if (refusal.status == 403 || refusal.code == "AuthorizationFailed") return Errc::forbidden;
    if (way == Way::soon || refusal.status == 409 || refusal.status == 412) return Errc::conflict;
    if (refusal.status >= 500) return Errc::unavailable;
    return Errc::invalid;
}

std::string_view advice_for(const Refusal& refusal) {
    if (const Row* row = row_of(refusal.code); row != nullptr && !row->advice.empty()) {
        return row->advice;
    }
    if (refusal.status == 401) return "look at the identity that the settings name";
    if (lower_case(refusal.message).find("using managed identity") != std::string::npos) {
        return "give that identity Key Vault Secrets User on the vault, and see that its network "
               "lets the environment in";
    }
    return "";
}

}  // namespace

Refusal refusal_in(const json& body) {
    Refusal refusal;
    if (!body.is_object()) return refusal;
    const auto nested = body.find("error");
    const json& error = nested != body.end() && nested->is_object() ? *nested : body;
    refusal.code = text_of(error, {"code", "Code"});
    refusal.message = text_of(error, {"message", "Message", "detail", "title"});
    const auto details = error.find("details");
    if (details == error.end() || !details->is_array()) return refusal;
    for (const json& detail : *details) {
        if (!detail.is_object()) continue;
        const std::string code = text_of(detail, {"code", "Code"});
        const std::string words = text_of(detail, {"message", "Message"});
        if (!words.empty()) refusal.message += fmt::format("; {}: {}", code, words);
        const Row* row = row_of(code);  // the reason behind "RetryableError", "BadRequest"
        const bool more_exact = row != nullptr && row_of(refusal.code) == nullptr;
        if (more_exact) refusal.code = code;
    }
    return refusal;
}

Refusal read_refusal(int status, const net::Headers& headers, const std::string& body) {
    const json parsed = json::parse(body, nullptr, false);
    Refusal refusal = refusal_in(parsed.is_discarded() ? json() : parsed);
    refusal.status = status;
    refusal.request_id = net::header_of(headers, "x-ms-request-id");
    if (refusal.request_id.empty()) {
        refusal.request_id = net::header_of(headers, "x-ms-correlation-request-id");
    }
    if (refusal.message.empty() && parsed.is_discarded() && !body.empty()) {
        refusal.message = "the answer is no JSON but " + in_quotes(body.substr(0, 60));
    }
    if (refusal.message.size() > most_shown)
        refusal.message = refusal.message.substr(0, most_shown) + "…";
    return refusal;
}

Way way_of(const Refusal& refusal) {
    if (const Row* row = row_of(refusal.code)) {
        // "NotFound" and its like mean absence only where the status says so too.
        if (row->way != Way::absent || refusal.status == 404) return row->way;
    }
    if (refusal.status == 404) return refusal.code.empty() ? Way::later : Way::absent;
    if (refusal.status == 409) return Way::later;
    return refusal.status == 400 ? Way::never : Way::later;
}

Error error_of(const Refusal& refusal) {
    Error error{code_for(refusal), ""};
    const std::string code = refusal.code.empty() ? "" : refusal.code + ": ";
    const std::string& words = refusal.message;
    error.message = fmt::format("HTTP {}: {}{}", refusal.status, code,
                                words.empty() ? "no reason is given" : words);
    const std::string_view advice = advice_for(refusal);
    if (!advice.empty()) error.message += fmt::format("; {}", advice);
    if (!refusal.request_id.empty()) {
        error.message += fmt::format(" (request {})", refusal.request_id);
    }
    return error;
}

std::optional<std::chrono::seconds> retry_after(const net::Headers& headers,
                                                std::string_view text) {
    std::string said = net::header_of(headers, "Retry-After");
    if (said.empty()) {
        const std::string folded = lower_case(text);
        constexpr std::string_view words = "retry after ";
        const auto at = folded.find(words);
        if (at != std::string::npos) said = folded.substr(at + words.size());
    }
    unsigned seconds = 0;
    const auto read = std::from_chars(said.data(), said.data() + said.size(), seconds);
    if (read.ec != std::errc{}) return std::nullopt;
    return std::chrono::seconds{std::min(seconds, 3'600U)};
}

}  // namespace driftless::azure
