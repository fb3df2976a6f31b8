#pragma once

#include <string>

#include "config/node.hpp"
#include "reconcilers/expand.hpp"

namespace driftless {

/// Words that every import writes its manifests with.

/// A manifest's name that is as near to `text` as such names can be.
std::string manifest_name(const std::string& text);

/// The head of every manifest: apiVersion, kind, metadata, target, and an empty spec.
Node manifest_head(const std::string& kind, const std::string& name, const std::string& target);

/// A text as a node that is one whatever it looks like.
Node text_node(const std::string& text);

/// What a manifest expands to that names no file and no secret.
Expanded expand_alone(const Node& document, Expanded (*expand)(const Expansion&),
                      const std::string& installation, const TargetSettings& settings = {});

/// Why some text in it can't stand in a manifest; "" where all can.
std::string trouble_with_text(const json& value);

}  // namespace driftless
