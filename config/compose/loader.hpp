#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/compose/context.hpp"
#include "config/compose/template.hpp"

namespace driftless::compose {

/// What the files of one project, or of one included project, are read with.
struct Unit {
    std::string folder;     ///< of the commit, where relative paths begin
    Variables variables;    ///< for interpolation
    std::string file = "";  ///< the file that is extended; empty for the project's own
};

/// Reads compose files and everything that they name, into one merged tree in canonical form.
class Loader {
public:
    explicit Loader(Context& context) : context_(context) {}

    /// The project's `.env` below the variables given.
    std::optional<Unit> unit_of(const std::string& folder, const Variables& above);
    /// The last `name:` of the files, interpolated; an empty scalar where there is none.
    std::optional<Node> name_in(const std::vector<std::string>& paths, const Unit& unit);
    /// All files, each with its includes and extends, merged in order.
    std::optional<Node> load(const std::vector<std::string>& paths, const Unit& unit,
                             const Place& asked);

private:
    const std::vector<Node>* parse(const std::string& path, const Place& asked,
                                   const std::string& where);
    bool interpolate(Node& node, Template& variables, const std::string& where);
    std::optional<std::vector<Node>> shaped(const std::string& path, const Unit& unit,
                                            const Place& asked, const std::string& where);
    std::optional<Node> with_includes(Node document, const Unit& unit);
    std::optional<Node> included(const Node& item, const Unit& unit, const std::string& where);
    std::optional<std::vector<std::string>> local_paths(const Node& node, const std::string& folder,
                                                        const std::string& where);
    bool add_variables(Variables& variables, const std::vector<std::string>& files,
                       const Place& asked, const std::string& where);

    bool extend_all(Node& document, const Unit& unit);
    /// Gives `service` what it extends. @param chain  who extends whom, for cycles
    bool extend(Node& service, const Node& services, const Unit& unit, const std::string& where,
                std::vector<std::string>& chain);
    const Node* services_of(const std::string& file, const Unit& unit, const Place& asked,
                            const std::string& where);

    Context& context_;
    std::map<std::string, std::vector<Node>> parsed_;
    /// By path and variables; canonical, not yet extended.
    std::map<std::pair<std::string, Variables>, Node> extended_files_;
    std::vector<std::string> open_;  ///< files that are being loaded, for cycles
    int loads_ = 0;
};

}  // namespace driftless::compose
