#include "daemon/cli/output.hpp"

#include <ostream>

#include "daemon/cli/text.hpp"

namespace driftless::cli {

void show(Machine& machine, std::string text) {
    // A secret that is folded would no longer be found: it goes first.
    machine.out << folded(machine.redactor.redacted(std::move(text)), machine.columns);
}

void show_json(Machine& machine, const nlohmann::json& document) {
    machine.out << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void Progress::say(const std::string& text) {
    if (silent_ || !machine_.terminal) return;
    machine_.out << "\r\x1b[K"
                 << cut(clean(text), machine_.columns == 0 ? 79 : machine_.columns - 1)
                 << std::flush;
    shown_ = true;
}

void Progress::clear() {
    if (!shown_) return;
    machine_.out << "\r\x1b[K" << std::flush;
    shown_ = false;
}

}  // namespace driftless::cli
