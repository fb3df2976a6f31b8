#pragma once

#include <set>
#include <string>
#include <vector>

#include "providers/net/blocking.hpp"
#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/docker/tar.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::docker {

/// The files of a folder of the commit, with what is provided in it: what a volume of ours holds.
/// @param volume  its name, a key of the resource's blobs
asio::awaitable<Result<std::vector<TarFile>>> read_folder(net::Lane& lane, Run& run,
                                                          const Declared& want, std::string volume);

/// The files that a container has by themselves, at their paths from its root.
asio::awaitable<Result<std::vector<TarFile>>> read_files_of(net::Lane& lane, Run& run,
                                                            const Declared& want);

/// The volume that holds the files of a container, named by their content; empty where it has none.
/// @param sealed_files  "files" of its sealed spec
std::string volume_of_files(const std::string& installation, const json& sealed_files);

/// Are the files of this container mounted? @param container  inspected, or a create request
bool mounts_files(const json& container);

/// Makes and fills the volumes that hold folders of the commit, and from API 1.45 on its files,
/// where they aren't there yet. Whoever needs one that is being filled waits for it.
asio::awaitable<Result<void>> fill_volumes(EngineAccess& access, Run& run, const Declared& want);

/// The volumes that what git wants, or what worked last, has its content in.
std::set<std::string> declared_content(const EngineAccess& access, const Run& run);

/// Removes such volumes of a container that is gone; those that are declared or still in use stay.
asio::awaitable<void> drop_volumes(EngineAccess& access, Run& run, json container);

}  // namespace driftless::docker
