#include "reconcilers/docker/engine_target.hpp"

#include "providers/docker/events.hpp"
#include "providers/docker/system.hpp"
#include "reconcilers/docker/container.hpp"
#include "reconcilers/docker/container_groups.hpp"
#include "reconcilers/docker/import_engine.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/network.hpp"
#include "reconcilers/docker/volume.hpp"

namespace driftless::docker {
namespace {

std::string attribute(const Event& event, std::string_view name) {
    const auto found = event.attributes.find(std::string{name});
    return found == event.attributes.end() ? "" : found->second;
}

class EngineTarget final : public Target {
public:
    EngineTarget(EngineParts parts, net::Clock& clock, net::Lane& lane)
        : transport_(std::move(parts.transport)),
          access_{.engine = Engine{*transport_},
                  .target = std::move(parts.target),
                  .installation = std::move(parts.installation),
                  .logins = std::move(parts.logins),
                  .self = std::move(parts.self),
                  .width = parts.width,
                  .clock = clock,
                  .lane = lane} {
        kinds_.emplace(marks::container_kind, std::make_unique<ContainerReconciler>(access_));
        kinds_.emplace(marks::network_kind, std::make_unique<NetworkReconciler>(access_));
        kinds_.emplace(marks::volume_kind, std::make_unique<VolumeReconciler>(access_));
    }

    const Kinds& kinds() const override { return kinds_; }

    asio::awaitable<Result<TargetAbout>> about() override {
        auto system = co_await read_system(access_.engine);
        if (!system) co_return std::move(system).error();
        const auto api = to_string(access_.engine.known_version());
        co_return TargetAbout{.what = fmt::format("Docker Engine {}, API {}", system->version, api),
                              .clock = system->clock,
                              .warnings = std::move(system->warnings)};
    }

    asio::awaitable<Result<void>> watch(std::function<void(Hint)> on_hint) override {
        // Events before the stream was open are lost: nothing remembered counts any more.
        std::function<void()> on_open = [this, on_hint] {
            access_.cache.clear();
            Hint hint;
            hint.all = true;
            hint.missed = true;
            hint.what = "the event stream began";
            on_hint(std::move(hint));
        };
        std::function<void(const Event&)> on_event = [this, on_hint](const Event& event) {
            if (auto hint = hint_of(event)) on_hint(*std::move(hint));
        };
        co_return co_await read_events(access_.engine, std::move(on_open), std::move(on_event));
    }

    asio::awaitable<Result<Imported>> import_live(ImportWish wish) override {
        co_return co_await import_engine(access_, std::move(wish));
    }

private:
    std::optional<Hint> hint_of(const Event& event);
    Hint container_hint(const Event& event, Hint hint);

    std::unique_ptr<net::HttpTransport> transport_;
    EngineAccess access_;
    Kinds kinds_;
};

std::optional<Hint> EngineTarget::hint_of(const Event& event) {
    Hint hint;
    hint.what = event.action + " " + event.type + " " + attribute(event, "name");
    if (event.type == "container") return container_hint(event, std::move(hint));
    if (event.type == "image") return std::nullopt;  // a moved tag changes nothing by itself
    if (event.type == "network") access_.cache.forget(attribute(event, "container"));
    hint.all = true;
    return hint;
}

Hint EngineTarget::container_hint(const Event& event, Hint hint) {
    access_.cache.forget(event.id);
    const std::string key = key_of(event.attributes);
    if (key.empty()) {
        hint.all = true;
    } else {
        hint.keys.push_back({access_.target, std::string{marks::container_kind}, key});
    }
    return hint;
}

}  // namespace

std::unique_ptr<Target> make_engine_target(EngineParts parts, net::Clock& clock, net::Lane& lane) {
    return std::make_unique<EngineTarget>(std::move(parts), clock, lane);
}

}  // namespace driftless::docker
