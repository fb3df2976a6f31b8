#include "reconcilers/azure/app_trouble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

/// What words of a reason tell, and what to do then. The first that fits counts.
struct Advice {
    std::array<const char*, 6> words;
    const char* advice;
};
constexpr std::array advices{
    Advice{{"pull", "manifest unknown", "manifestunknown", "image not found", "errimage", ""},
           "push that image, or give the app's identity AcrPull on its registry"},
    Advice{{"secret", "key vault", "keyvault", "managed identity", "", ""},
           "give the app's identity Key Vault Secrets User, or declare the secret that it names"},
    Advice{{"oomkilled", "out of memory", "insufficient memory", "", "", ""},
           "give its containers more memory"},
    Advice{{"probe", "port", "", "", "", ""},
           "see that the container listens where its ingress and probes ask it"},
};

bool holds(const std::string& text, const char* word) {
    return *word != '\0' && text.find(word) != std::string::npos;
}

/// Adds what isn't said yet.
void add(std::string& told, const std::string& words, const char* separator) {
    if (words.empty() || told.find(words) != std::string::npos) return;
    if (!told.empty()) told += separator;
    told += words;
}

std::string told_of(const ReplicaContainer& container, const std::string& said) {
    std::string words = container.running;
    if (said.find(container.details) == std::string::npos) add(words, container.details, ": ");
    if (container.restarts > 0) {
        add(words, fmt::format("restarted {} times", container.restarts), ", ");
    }
    return words.empty() ? "" : "container " + container.name + ": " + words;
}

}  // namespace

std::string trouble_told(const Revision& revision, const std::vector<Replica>& replicas) {
    std::string told = revision.error;
    if (revision.details.find(told) != std::string::npos && !told.empty()) told.clear();
    add(told, revision.details, ", ");
    std::string inside;
    for (const Replica& replica : replicas) {
        for (const ReplicaContainer& container : replica.containers) {
            if (!container.ready) add(inside, told_of(container, told), "; ");
        }
        if (!inside.empty()) break;  // the others have the same
    }
    if (told.empty()) return inside;
    return inside.empty() ? told : fmt::format("{} ({})", told, inside);
}

std::string next_step(const std::string& words, const Revision& revision) {
    const std::string folded = lower_case(words);
    for (const Advice& advice : advices) {
        const bool fits = std::ranges::any_of(
            advice.words, [&folded](const char* word) { return holds(folded, word); });
        if (fits) return advice.advice;
    }
    const auto end = revision.name.rfind("--");
    return fmt::format("read its log: az containerapp logs show --name {} --revision {}",
                       revision.name.substr(0, end), revision.name);
}

}  // namespace driftless::azure
