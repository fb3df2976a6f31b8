#include "reconcilers/azure/app_memory.hpp"

namespace driftless::azure {
namespace {

std::string subject_of(const ResourceKey& key) {
    return "app " + key.name;
}

json to_json(const AppMemory& memory) {
    if (memory == AppMemory{}) return nullptr;
    return {{"lentSuffix", memory.lent_suffix}, {"handsOver", memory.hands_over},
            {"secrets", memory.secrets},        {"restarts", memory.restarts},
            {"notEnded", memory.not_ended},     {"whyNotEnded", memory.why_not_ended}};
}

bool flag_of(const json& said, const char* key) {
    const auto found = said.find(key);
    return found != said.end() && found->is_boolean() && found->get<bool>();
}

std::string text_of(const json& said, const char* key) {
    const auto found = said.find(key);
    return found != said.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

AppMemory memory_of(const Facts& facts, const ResourceKey& key) {
    const auto found = facts.learned.find(subject_of(key));
    if (found == facts.learned.end() || !found->second.is_object()) return {};
    const json& said = found->second;
    return {text_of(said, "lentSuffix"), flag_of(said, "handsOver"), text_of(said, "secrets"),
            flag_of(said, "restarts"),   text_of(said, "notEnded"),  text_of(said, "whyNotEnded")};
}

asio::awaitable<Result<void>> remember(Run& run, ResourceKey key, AppMemory memory) {
    if (memory == memory_of(run.facts, key)) co_return Result<void>{};
    std::string subject = subject_of(key);
    json said = to_json(memory);
    auto noted = co_await run.journal.learn(run.facts.target, subject, said);
    if (!noted) co_return noted;
    if (said.is_null()) {
        run.facts.learned.erase(subject);
    } else {
        run.facts.learned.insert_or_assign(std::move(subject), std::move(said));
    }
    co_return noted;
}

}  // namespace driftless::azure
