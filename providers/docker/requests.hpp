#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "providers/docker/engine.hpp"

namespace driftless::docker {

/// One request in the form that all typed calls share.
net::Request request_to(net::Method method, std::string target);
/// The same with a JSON body.
net::Request request_with(net::Method method, std::string target, const nlohmann::json& body);

/// Sends it; the answer's body doesn't matter. @param doing  "start container \"x\"", for errors
asio::awaitable<Result<void>> act(Engine& engine, net::Request request, std::string doing);
/// Sends it and reads the answer, a JSON object. @return `invalid` when it is none
asio::awaitable<Result<nlohmann::json>> ask(Engine& engine, net::Request request,
                                            std::string doing);
/// Like `act`, for a removal: what is not there, or is being removed already, is removed.
asio::awaitable<Result<void>> remove(Engine& engine, std::string target, std::string doing);

/// The text at `key` of an object. @return `invalid` when there is none
Result<std::string> text_at(const nlohmann::json& object, const std::string& key);
/// The objects of an array. @return `invalid` when it is none, or holds anything else
Result<std::vector<nlohmann::json>> objects_of(nlohmann::json list);

}  // namespace driftless::docker
