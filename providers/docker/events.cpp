#include "providers/docker/events.hpp"

#include <nlohmann/json.hpp>

#include "providers/docker/json_stream.hpp"
#include "providers/docker/requests.hpp"

namespace driftless::docker {
namespace {

using json = nlohmann::json;

/// Health probes make three events each that say nothing: they are kept out of our channel.
const json& filter() {
    static const json kinds{
        {"type", {"container", "network", "volume", "image"}},
        {"event",
         {"create", "start", "die", "stop", "kill", "oom", "destroy", "rename", "update", "pause",
          "unpause", "health_status", "connect", "disconnect", "remove", "tag", "untag", "delete",
          "pull"}},
    };
    return kinds;
}

std::string text_in(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// @return nothing for what is no event
std::optional<Event> parse_event(const std::string& text) {
    const auto message = json::parse(text, nullptr, false);
    if (!message.is_object() || !message.contains("Actor")) return std::nullopt;
    const auto& actor = message["Actor"];
    if (!actor.is_object()) return std::nullopt;
    Event event{text_in(message, "Type"), text_in(message, "Action"), text_in(actor, "ID"), {}};
    const auto attributes = actor.find("Attributes");
    if (attributes != actor.end() && attributes->is_object()) {
        for (const auto& [key, value] : attributes->items()) {
            if (value.is_string()) event.attributes.emplace(key, value.get<std::string>());
        }
    }
    return event;
}

}  // namespace

asio::awaitable<Result<void>> read_events(Engine& engine, std::function<void()> on_open,
                                          std::function<void(const Event&)> on_event) {
    const std::string doing = "watch events";
    auto target = "/events?filters=" + percent_encoded(filter().dump());
    auto request = request_to(net::Method::get, std::move(target));
    auto stream = co_await engine.open(std::move(request));
    if (!stream) co_return std::move(stream).error().in(doing);
    on_open();
    JsonStream messages;
    while (true) {
        // An engine may have nothing to say for days, and the end of a socket shows by itself.
        auto bytes = co_await (*stream)->read(std::chrono::days{30});
        if (!bytes) co_return std::move(bytes).error().in(doing);
        if (bytes->empty()) break;
        auto texts = messages.feed(*bytes);
        if (!texts) co_return std::move(texts).error().in(doing);
        for (const std::string& text : *texts) {
            if (const auto event = parse_event(text)) on_event(*event);
        }
    }
    engine.forget_version();
    co_return Error{Errc::unavailable, doing + ": the engine ended the stream"};
}

}  // namespace driftless::docker
