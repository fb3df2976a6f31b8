#pragma once

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::docker {

// Tags that move. What a followed tag stands for becomes a field of the spec, `image_digest`, so
// that a moved tag is a change like any other: planned, replaced, and rolled back where the new
// image doesn't work. It is asked for where `pull_policy` says so: `always` at each new commit and
// at a person's reconcile, `daily`, `weekly` and `every_…` when so much time has passed. When that
// was, and what came of it, is learned for later runs.

/// Asks the registries for what is due, and puts the digests into the run's facts.
asio::awaitable<void> resolve_tags(EngineAccess& access, Run& run, Scope scope);

/// Keeps in mind the image of a container that works, or did before it was replaced: what to come
/// back to, should a followed tag have moved to one that doesn't. @param want  null: nobody wants
/// it
asio::awaitable<void> learn_image(EngineAccess& access, Run& run, const Declared* want,
                                  const json& container);

/// Does git say to follow the tag?
bool follows_tag(const json& spec);
/// Does it say so at each new commit?
bool follows_always(const json& spec);
/// Why the tag of a followed image could not be looked up; nothing where it could.
const Error* trouble_with_tag(const EngineAccess& access, const json& spec);
/// It goes on as it is; whoever asks is told why nobody knows whether its image is the newest.
void tell_trouble(const EngineAccess& access, const Declared* want, Live& live);
/// What tells apart the images that containers are made from: reference, digest, platform.
std::string image_key(const json& spec);
/// The credentials of the registry that an image comes from; none for any other.
RegistryLogin login_for(const EngineAccess& access, const std::string& reference);

}  // namespace driftless::docker
