#pragma once

#include <string>
#include <vector>

#include "providers/azure/container_apps.hpp"

namespace driftless::azure {

/// What is wrong with a revision, as Azure tells it: its own error and what each container that
/// isn't ready says, nothing twice. "" where nothing is told.
/// "ErrImagePull: not found (container web: Waiting, restarted 5 times)"
std::string trouble_told(const Revision& revision, const std::vector<Replica>& replicas);

/// What a person does about such words: "push that image, or give …". Ends a sentence.
std::string next_step(const std::string& words, const Revision& revision);

}  // namespace driftless::azure
