#pragma once

#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/node.hpp"

namespace driftless::compose {

/// "127.0.0.1:8000-8002:80-82/udp" in long form, one map for each container port.
/// @return `invalid` with what is wrong with it
Result<std::vector<Node>> read_port(const std::string& text, const Place& place);
/// What makes a port of the long form one of its kind: "127.0.0.1:8080:80/tcp".
std::string port_identity(const Node& port);
/// "8000" or "8000-8010", as a long form's `published` has it.
bool is_port_or_range(const std::string& text);
/// What `expose` holds, ranges expanded: "80", and "80/udp" and "81/udp" of "80-81/udp".
Result<std::vector<std::string>> read_exposed(const std::string& text);

/// "./data:/data:ro" in long form: the source as written, the target as written.
Result<Node> read_mount(const std::string& text, const Place& place);

/// "/dev/a:/dev/b:rw" in long form.
Result<Node> read_device(const std::string& text, const Place& place);

/// "host:1.2.3.4", "host=1.2.3.4,::1" as "host=1.2.3.4", "host=::1".
Result<std::vector<std::string>> read_host(const std::string& text);
/// One of them, from its name and its addresses.
Result<std::vector<std::string>> read_host(const std::string& name, const std::string& addresses);

}  // namespace driftless::compose
