#pragma once

#include <string>

#include "config/compose/context.hpp"
#include "config/compose/keys.hpp"

namespace driftless::compose {

/// Brings one file's interpolated tree into canonical long form, as the table of keys says: typed
/// values are read, short forms become long ones, paths become clean paths of the commit. Keys that
/// the table doesn't know or doesn't take are left for the check, since a later file may drop them.
class Shaper {
public:
    /// @param folder  of the commit, where relative paths begin
    Shaper(Context& context, std::string folder) : context_(context), folder_(std::move(folder)) {}

    /// @param path  the value's row in the table, "" for a whole file
    /// @param where  for messages: "services.web"
    void shape(Node& node, const std::string& path, const std::string& where);

private:
    void shape_scalar(Node& node, const Key& key, const std::string& where);
    void shape_other(Node& node, const Key& key, const std::string& where);
    bool shape_number(Node& node, const Key& key);
    void shape_path(Node& node, const std::string& where);
    void shape_map(Node& node, const std::string& path, const std::string& where);
    void shape_named(Node& node, const std::string& path, const std::string& where);
    void shape_list(Node& node, const std::string& path, const std::string& where);
    void shape_pairs(Node& node, const Key& key, const std::string& where);
    void shape_command(Node& node, const Key& key, const std::string& where);
    void shape_names(Node& node, const Key& key, const std::string& where);
    void shape_hosts(Node& node, const std::string& where);
    void shape_ports(Node& node, const Key& key, const std::string& where);
    void shape_mounts(Node& node, const Key& key, const std::string& where);
    void shape_devices(Node& node, const Key& key, const std::string& where);
    void shape_grants(Node& node, const Key& key, const std::string& where);
    void shape_env_files(Node& node, const Key& key, const std::string& where);
    void finish_port(Node& port, const std::string& where);
    void finish_mount(Node& mount, const std::string& where);

    bool add_pair(Node& map, const Node& item, const Key& key, const std::string& where);
    void expected(const Node& node, const std::string& where, const std::string& what);
    bool is_list(const Node& node, const std::string& where);

    Context& context_;
    std::string folder_;
};

}  // namespace driftless::compose
