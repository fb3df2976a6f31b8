#include <algorithm>
#include <map>

#include "config/base/durations.hpp"
#include "config/compose/nodes.hpp"
#include "config/compose/service.hpp"

namespace driftless::compose {
namespace {

struct Pair {
    const char* one;
    const char* other;
};

bool is_digits(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_restart(const std::string& text) {
    if (text == "no" || text == "always" || text == "unless-stopped" || text == "on-failure")
        return true;
    return text.starts_with("on-failure:") && is_digits(text.substr(11));
}

bool is_pull_policy(const std::string& text) {
    const std::vector<std::string> words{"always",         "never", "missing",
                                         "if_not_present", "daily", "weekly"};
    if (std::ranges::find(words, text) != words.end()) return true;
    return text.starts_with("every_") && parse_duration(text.substr(6)).ok();
}

bool is_network_mode(const std::string& text) {
    const bool other = text.starts_with("service:") || text.starts_with("container:");
    return text == "host" || text == "none" || text == "bridge" || (other && !text.ends_with(':'));
}

/// [a-zA-Z0-9][a-zA-Z0-9_.-]+
bool is_container_name(const std::string& text) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const auto fits = [&](char c) { return letter(c) || c == '_' || c == '.' || c == '-'; };
    return text.size() > 1 && letter(text.front()) && std::ranges::all_of(text, fits);
}

/// Checks the words of one service. The rules stand one below the other, each with its way out.
class Service {
public:
    Service(Context& context, const Node& service, const std::string& where)
        : context_(context), service_(service), where_(where) {}

    void check() {
        check_word("restart", is_restart, "expected no, always, unless-stopped or on-failure[:n]");
        check_pull_policy();
        check_word(
            "network_mode", is_network_mode,
            "expected host, none, bridge, service:NAME or container:NAME; to join a network, "
            "name it below `networks`");
        check_word("container_name", is_container_name,
                   "two or more letters, digits, \"_\", \".\" and \"-\", beginning with a letter "
                   "or digit");
        check_equal_limits();
        check_network_mode();
        check_ulimits();
        check_mounts();
        if (const Node* name = service_.find("container_name")) {
            const std::string scale = text_at(service_, "scale");
            if (scale != "0" && scale != "1") {
                error(*name, "container_name",
                      "one name cannot serve " + scale + " containers; remove it, or scale to 1");
            }
        }
        const Node* order = find_at(service_, "deploy/update_config/order");
        if (order != nullptr && order->text == "start-first") {
            error(*order, "deploy.update_config.order",
                  "start-first is not supported yet; leave it out: the old container is stopped "
                  "first");
        }
    }

private:
    void error(const Node& node, const std::string& key, const std::string& message) {
        context_.error(node.place, below(where_, key), message);
    }

    template <class Is>
    void check_word(const char* key, Is is_right, const char* what) {
        const Node* value = service_.find(key);
        if (value == nullptr || is_right(value->text)) return;
        error(*value, key, context_.quoted(*value) + ": " + what);
    }

    void check_pull_policy() {
        const Node* policy = service_.find("pull_policy");
        if (policy != nullptr && policy->text == "build") {
            return error(*policy, "pull_policy",
                         "driftless does not build images; write missing or always");
        }
        check_word("pull_policy", is_pull_policy,
                   "expected missing, always, never, daily, weekly or every_12h");
    }

    void check_equal_limits() {
        constexpr Pair pairs[] = {
            {"cpus", "deploy/resources/limits/cpus"},
            {"mem_limit", "deploy/resources/limits/memory"},
            {"pids_limit", "deploy/resources/limits/pids"},
            {"mem_reservation", "deploy/resources/reservations/memory"},
        };
        for (const Pair& pair : pairs) {
            const Node* one = service_.find(pair.one);
            const Node* other = find_at(service_, pair.other);
            if (one == nullptr || other == nullptr || one->text == other->text) continue;
            error(*one, pair.one,
                  "differs from the same limit in `deploy` at " + to_string(other->place) +
                      "; keep one");
        }
    }

    void check_network_mode() {
        const Node* mode = service_.find("network_mode");
        if (mode == nullptr) return;
        if (service_.find("networks") != nullptr) {
            error(*mode, "network_mode", "excludes `networks`; remove one of them");
        }
        const Node* ports = service_.find("ports");
        if (ports == nullptr || ports->items.empty() || mode->text == "bridge") return;
        error(*ports, "ports",
              "cannot be published with network_mode " + in_quotes(mode->text) +
                  "; publish them where the network is, or remove them");
    }

    void check_ulimits() {
        const Node* limits = service_.find("ulimits");
        if (limits == nullptr) return;
        for (const auto& [name, place, limit] : limits->entries) {
            const std::string soft = text_at(limit, "soft");
            const std::string hard = text_at(limit, "hard");
            const bool more = soft.size() != hard.size() ? soft.size() > hard.size() : soft > hard;
            if (hard == "-1" || (soft != "-1" && !more)) continue;
            error(limit, below("ulimits", name), "the soft limit is above the hard one");
        }
    }

    /// One target, one mount: Compose takes the last one silently.
    void check_mounts() {
        for (const char* key : {"volumes", "tmpfs", "configs", "secrets"}) {
            const Node* list = service_.find(key);
            if (list == nullptr) continue;
            for (const Node& item : list->items) {
                const std::string target = item.is_scalar()
                                               ? item.text.substr(0, item.text.find(':'))
                                               : text_at(item, "target");
                const auto [there, is_new] = targets_.emplace(target, item.place);
                if (is_new || target.empty()) continue;
                error(item, key,
                      in_quotes(target) + " is mounted at " + to_string(there->second) +
                          " already; remove one of them");
            }
        }
        check_mount_sources();
    }

    void check_mount_sources() {
        const Node* list = service_.find("volumes");
        if (list == nullptr) return;
        for (const Node& mount : list->items) {
            const std::string type = text_at(mount, "type");
            const bool source = !text_at(mount, "source").empty();
            if (type == "bind" && !source) error(mount, "volumes", "a bind needs a `source`");
            if (type == "tmpfs" && source) error(mount, "volumes", "a tmpfs has no `source`");
            for (const char* other : {"bind", "volume", "tmpfs"}) {
                if (other == type || mount.find(other) == nullptr) continue;
                if (mount.find(other)->entries.empty()) continue;
                error(*mount.find(other), "volumes",
                      std::string{"options of `"} + other + "` on a mount of type " + type);
            }
        }
    }

    Context& context_;
    const Node& service_;
    const std::string& where_;
    std::map<std::string, Place> targets_;
};

}  // namespace

void check_service(Context& context, const Node& service, const std::string& where) {
    Service{context, service, where}.check();
}

}  // namespace driftless::compose
