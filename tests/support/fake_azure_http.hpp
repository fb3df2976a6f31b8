#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/net/http.hpp"

namespace driftless::test::arm {

using json = nlohmann::json;

/// One request, taken apart.
struct Request {
    net::Method method = net::Method::get;
    std::string target;                                      ///< path and query, as it came
    std::vector<std::string> steps;                          ///< of the path, decoded
    std::vector<std::pair<std::string, std::string>> query;  ///< decoded
    net::Headers headers;
    std::string body;
    /// What counts and faults go by: "PUT Microsoft.App/containerApps",
    /// "LIST Microsoft.App/containerApps", "POST Microsoft.App/containerApps:listSecrets",
    /// "POLL Microsoft.App", "TOKEN"; groups are of "Microsoft.Resources/resourceGroups".
    std::string route;

    [[nodiscard]] bool writes() const {
        return method != net::Method::get && method != net::Method::head;
    }
    [[nodiscard]] std::string asked(std::string_view key) const;  ///< of the query; "" where absent
    [[nodiscard]] std::string path() const;                       ///< the target less its query
};

Request request_of(net::Request request);

struct Answer {
    int status = 200;
    json body = nullptr;  ///< null: an empty body
    net::Headers headers{};
    std::string page{};  ///< in place of `body`: HTML, or half of something
};

/// What a handler throws to refuse.
struct Refusal {
    int status;
    std::string code;
    std::string message;
    net::Headers headers{};
    json details = nullptr;
};

Answer refused(const Refusal& refusal);

std::string low(std::string_view text);
bool same_word(std::string_view one, std::string_view other);  ///< whatever the case
std::string decoded(std::string_view text);                    ///< %20 and its like
/// What stands at a JSON pointer; null where nothing does.
json at_or_null(const json& body, const std::string& pointer);
std::string text_at(const json& body, const std::string& pointer);

/// What a path of ARM names. https://learn.microsoft.com/rest/api/resources
struct Place {
    enum class Is { nothing, resource, list, action, providers };
    Is is = Is::nothing;
    std::string id;            ///< of the resource; of a list: what is before its last step
    std::string subscription;  ///< "" for what is in none
    std::string group;
    std::string type;    ///< "Microsoft.App/containerApps", letters as they came
    std::string name;    ///< the last one; of an action: the resource's
    std::string above;   ///< id of the parent, or of an extension's scope, or of the group
    std::string action;  ///< "listSecrets"
    bool is_child = false;
};

Place place_of(const Request& request);

}  // namespace driftless::test::arm
