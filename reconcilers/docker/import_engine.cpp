#include "reconcilers/docker/import_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/base/resource_key.hpp"
#include "providers/net/task_group.hpp"
#include "reconcilers/docker/container_groups.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/project_words.hpp"

namespace driftless::docker {
namespace {

constexpr std::string_view swarm_service = "com.docker.swarm.service.name";

/// A container that answers to a project, and what a look at it gave.
struct Found {
    const ContainerSummary* summary;
    std::string project;
    std::string service;
    int number;
    json container = nullptr;  ///< null: it is gone since the list
};

/// One import: what is read, and what comes of it.
struct Import {
    EngineAccess& access;
    const ImportWish& wish;
    std::vector<Found> found = {};
    std::map<std::string, std::string> refused = {};  ///< project -> why
    Imported made = {};
    std::optional<Error> failure = std::nullopt;
};

/// As Compose names a project, and nothing that could leave a folder.
bool is_project_name(const std::string& text) {
    return is_name(text) && text.find('.') == std::string::npos;
}

/// Why a container can belong to no project of ours; empty where it can.
std::string stranger(const ContainerSummary& container) {
    if (!label_of(container, swarm_service).empty()) {
        return "belongs to the Swarm service " + in_quotes(label_of(container, swarm_service));
    }
    const std::string oneoff = label_of(container, marks::oneoff);
    if (oneoff == "True" || oneoff == "true") return "a one-off of `docker compose run`";
    for (const auto label : {marks::project, marks::service, marks::number}) {
        if (!label_of(container, label).empty()) continue;
        return "was not made by Compose, whose labels are what a running container is taken over "
               "by without a restart; declare it with its container_name, and `driftless adopt` "
               "replaces it";
    }
    if (!is_project_name(label_of(container, marks::project)))
        return "the project on its labels is no name that Compose would give";
    return "";
}

bool is_passing(const ContainerSummary& container) {
    const bool kept = container.names.end() !=
                      std::ranges::find_if(container.names, [&](const std::string& name) {
                          return !kept_name(container.id, name).empty();
                      });
    return kept || !label_of(container, marks::content).empty();
}

int number_of_label(const ContainerSummary& container) {
    const std::string text = label_of(container, marks::number);
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// A project that somebody looks after already.
std::string keeper(const Import& import, const ContainerSummary& container,
                   const std::string& project) {
    const std::string mark = label_of(container, marks::installation);
    if (mark.empty()) return "";
    if (mark != import.access.installation)
        return "another driftless looks after it: installation " + in_quotes(mark);
    if (import.wish.only == project) return "";
    return fmt::format("driftless looks after it already, by {}; --project {} writes it again",
                       label_of(container, marks::manifest), project);
}

void sort_in(Import& import, const ContainerSummary& container) {
    const std::string project = label_of(container, marks::project);
    if (is_passing(container)) return;
    if (!import.wish.only.empty() && import.wish.only != project) return;
    std::string why = stranger(container);
    if (!why.empty()) {
        import.made.left_out.push_back({"container " + own_name(container), std::move(why)});
        return;
    }
    std::string whose = keeper(import, container, project);
    if (!whose.empty()) import.refused.emplace(project, std::move(whose));
    import.found.push_back(
        {&container, project, label_of(container, marks::service), number_of_label(container)});
}

/// Of two with one number the one that runs counts, as in a plan.
void drop_doubles(Import& import) {
    const auto place = [](const Found& one) {
        return std::tuple{one.project, one.service, one.number, one.summary->state != "running"};
    };
    std::ranges::stable_sort(import.found, {}, place);
    std::vector<Found> kept;
    for (Found& one : import.found) {
        const bool again = !kept.empty() && kept.back().project == one.project &&
                           kept.back().service == one.service && kept.back().number == one.number;
        if (!again) {
            kept.push_back(std::move(one));
            continue;
        }
        import.made.left_out.push_back({"container " + own_name(*one.summary),
                                        fmt::format("has the labels of {}, too; remove one of them",
                                                    own_name(*kept.back().summary))});
    }
    import.found = std::move(kept);
}

asio::awaitable<void> look_at(Import& import, Found& one) {
    auto shown = co_await import.access.containers.inspect(one.summary->id);
    if (shown) {
        one.container = *std::move(shown);
    } else if (shown.error().code != Errc::not_found) {
        import.failure = std::move(shown).error();
    }
}

/// What the image gives; none where it is gone, so that nobody can tell.
asio::awaitable<Result<std::optional<ImageDefaults>>> image_of(EngineAccess& access,
                                                               const json& container) {
    const std::string id = shown_text(container, "/Image");
    const auto known = access.image_defaults.find(id);
    if (known != access.image_defaults.end()) co_return std::optional{known->second};
    const auto image = co_await access.images.inspect(id);
    if (!image && image.error().code == Errc::not_found) co_return std::optional<ImageDefaults>{};
    if (!image) co_return image.error();
    ImageDefaults defaults = image_defaults(*image);
    access.image_defaults.insert_or_assign(id, defaults);
    co_return std::optional{std::move(defaults)};
}

asio::awaitable<Result<std::vector<LiveProject>>> read_projects(Import& import) {
    std::vector<asio::awaitable<void>> work;
    for (Found& one : import.found) {
        if (!import.refused.contains(one.project)) work.push_back(look_at(import, one));
    }
    const auto joined = co_await net::side_by_side(std::move(work), import.access.width);
    if (!joined) co_return joined.error();
    if (import.failure) co_return *import.failure;
    std::vector<LiveProject> projects;
    for (Found& one : import.found) {
        if (one.container.is_null()) continue;
        if (projects.empty() || projects.back().name != one.project)
            projects.push_back({one.project, {}});
        const auto image = co_await image_of(import.access, one.container);
        if (!image) co_return image.error();
        if (!*image) {
            import.refused.emplace(
                one.project,
                fmt::format("the image {} of container {} is gone from the engine, so nobody can "
                            "tell what it gives; pull it, then try again",
                            in_quotes(shown_text(one.container, "/Config/Image")),
                            in_quotes(own_name(*one.summary))));
            continue;
        }
        projects.back().containers.push_back(
            {one.service, one.number, own_name(*one.summary), std::move(one.container), **image});
    }
    co_return projects;
}

asio::awaitable<Result<EngineView>> read_view(EngineAccess& access,
                                              const std::vector<ContainerSummary>& containers) {
    EngineView view;
    view.target = access.target;
    auto engine = co_await read_system(access.engine);
    if (!engine) co_return std::move(engine).error();
    view.engine = *std::move(engine);
    auto networks = co_await access.networks.list();
    if (!networks) co_return std::move(networks).error();
    view.networks = *std::move(networks);
    auto volumes = co_await access.volumes.list();
    if (!volumes) co_return std::move(volumes).error();
    view.volumes = *std::move(volumes);
    for (const ContainerSummary& one : containers) view.names[one.id] = own_name(one);
    co_return view;
}

void write_down(Import& import, const std::vector<LiveProject>& projects, const EngineView& view) {
    for (const LiveProject& project : projects) {
        if (import.refused.contains(project.name)) continue;
        auto manifest = manifest_of(project, view, import.wish);
        if (manifest) {
            import.made.manifests.push_back(*std::move(manifest));
        } else {
            import.refused.emplace(project.name, manifest.error().message);
        }
    }
    for (auto& [project, why] : import.refused)
        import.made.left_out.push_back({"project " + project, why});
}

}  // namespace

asio::awaitable<Result<Imported>> import_engine(EngineAccess& access, ImportWish wish) {
    const auto list = co_await access.containers.list();
    if (!list) co_return Error{list.error()}.in("import");
    Import import{access, wish};
    for (const ContainerSummary& container : *list) sort_in(import, container);
    drop_doubles(import);
    const auto view = co_await read_view(access, *list);
    if (!view) co_return Error{view.error()}.in("import");
    const auto projects = co_await read_projects(import);
    if (!projects) co_return Error{projects.error()}.in("import");
    write_down(import, *projects, *view);
    co_return std::move(import.made);
}

}  // namespace driftless::docker
