#include "config/compose/context.hpp"

#include <algorithm>
#include <vector>

namespace driftless::compose {
namespace {

constexpr std::size_t max_ports = 20'000;  // of a project, ranges expanded

class NothingLate : public LateValues {
    [[nodiscard]] Result<std::string> find(const LateRef& ref) const override {
        return Error{Errc::unavailable, "find " + in_quotes(ref.field) + ": not known yet"};
    }
};

std::string located(const std::string& where, const std::string& message) {
    return where.empty() ? message : where + ": " + message;
}

}  // namespace

void Context::error(const Place& place, const std::string& where, const std::string& message) {
    findings_.push_back({Finding::Severity::error, place, located(where, message)});
}

void Context::note(const Place& place, const std::string& where, const std::string& message) {
    Finding finding{Finding::Severity::note, place, located(where, message)};
    if (std::ranges::find(findings_, finding) == findings_.end()) {
        findings_.push_back(std::move(finding));  // a service that is extended is seen twice
    }
}

std::optional<std::string> Context::opened(const std::string& text, const Place& place,
                                           const std::string& where) {
    if (!has_marks(text)) return text;
    if (is_late(text)) {
        error(place, where, shown(text) + " is known late, so it cannot be used here");
        return std::nullopt;
    }
    if (input_.vault == nullptr) {
        error(place, where, "a secret cannot be used here");
        return std::nullopt;
    }
    auto plain = input_.vault->open(text, NothingLate{});
    if (!plain) {
        error(place, where, plain.error().message);
        return std::nullopt;
    }
    return std::string{plain->reveal()};
}

std::string Context::quoted(const Node& scalar) const {
    return opened_.contains(scalar.place) ? "a secret" : in_quotes(shown(scalar.text));
}

bool Context::open(Node& scalar, const std::string& where) {
    if (has_marks(scalar.text)) opened_.insert(scalar.place);
    auto plain = opened(scalar.text, scalar.place, where);
    if (plain) scalar.text = std::move(*plain);
    return plain.has_value();
}

bool Context::has_file(const std::string& path) const {
    return input_.provided.contains(path) || input_.files->find(path).ok();
}

std::optional<std::string> Context::read_file(const std::string& path, const Place& asked,
                                              const std::string& where) {
    const auto given = input_.provided.find(path);
    if (given != input_.provided.end()) return given->second;
    auto text = input_.files->read(path);
    if (text) return *std::move(text);
    const bool absent = text.error().code == Errc::not_found;
    error(asked, where,
          absent ? in_quotes(path) +
                       " is neither in the repository nor in `provide`; add it to one "
                       "of them"
                 : text.error().message);
    return std::nullopt;
}

bool Context::count_ports(std::size_t more, const Place& place, const std::string& where) {
    ports_ += more;
    if (ports_ <= max_ports) return true;
    error(place, where,
          fmt::format("more than {} ports in one project; use fewer or smaller ranges", max_ports));
    return false;
}

std::string below(const std::string& where, const std::string& key) {
    return where.empty() ? key : where + "." + key;
}

Result<std::string> resolve_path(const std::string& folder, const std::string& path) {
    if (path.empty()) return Error{Errc::invalid, "expected a path, found an empty text"};
    if (path.front() == '~') {
        return Error{Errc::invalid, in_quotes(path) +
                                        " names a home folder, and a daemon has none; "
                                        "write an absolute path"};
    }
    const bool absolute = path.front() == '/';
    const std::string whole = absolute || folder.empty() ? path : folder + "/" + path;
    std::vector<std::string> steps;
    for (std::size_t at = 0; at <= whole.size();) {
        const std::size_t end = std::min(whole.find('/', at), whole.size());
        const std::string step = whole.substr(at, end - at);
        at = end + 1;
        if (step.empty() || step == ".") continue;
        if (step != "..") {
            steps.push_back(step);
        } else if (!steps.empty()) {
            steps.pop_back();
        } else if (!absolute) {
            return Error{Errc::invalid, in_quotes(path) +
                                            " leaves the repository; write an absolute "
                                            "path of the host, or move the file in"};
        }
    }
    const std::string joined = fmt::format("{}", fmt::join(steps, "/"));
    if (absolute) return "/" + joined;
    return joined.empty() ? "." : joined;
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace driftless::compose
