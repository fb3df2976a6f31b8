#include "daemon/schedule/status.hpp"

#include <array>

namespace driftless {

namespace {

constexpr std::array target_table{
    Word{"ok", "it answered at the last look", "nothing is to be done"},
    Word{"unreachable",
         "it could not be read: nobody answers, or not as this driftless understands",
         "tried again with back-off up to ten minutes, and at once when it is back; its resources "
         "are shown as they were seen last"},
    Word{"unauthorized", "it refused the credential, or what was asked with it",
         "tried again with back-off: `driftless doctor` names what is missing"},
    Word{"throttled", "it said that it is asked too often", "tried again when it said"},
    Word{"suspended", "a person suspended it",
         "nothing is changed there until its time is over, or until `driftless resume`"},
};
static_assert(target_table.size() == static_cast<std::size_t>(TargetWord::suspended) + 1);

constexpr std::array source_table{
    Word{"ok", "its newest commit is in force", "nothing is to be done"},
    Word{"stale", "it could not be read at the last try",
         "the last commit stays in force, and drift is repaired towards it; tried again with "
         "back-off up to ten minutes"},
    Word{"auth_failed",
         "it refused the credential, or its own key or certificate is not one that is trusted",
         "as `stale`; after a refused credential ten minutes pass, unless `driftless reconcile` "
         "asks: the reason says what to put right"},
    Word{"invalid", "its newest commit has errors",
         "targets with an error keep their last good commit, the others go on: the errors have "
         "their file, line and column"},
    Word{"unverified", "its newest commit is not signed by whom the settings name",
         "the last verified commit stays in force: sign it, or add the signer"},
    Word{"rewound", "its history was rewritten: the commit before is not part of it any more",
         "changes go on, removals wait for `driftless confirm HASH`"},
    Word{"empty", "its newest commit declares nothing, or its folder is gone",
         "nothing is removed; what was declared last stays in force"},
};
static_assert(source_table.size() == static_cast<std::size_t>(SourceWord::empty) + 1);

}  // namespace

std::span<const Word> target_words() {
    return target_table;
}

std::span<const Word> source_words() {
    return source_table;
}

std::string_view name(TargetWord word) {
    return target_table.at(static_cast<std::size_t>(word)).name;
}

std::string_view name(SourceWord word) {
    return source_table.at(static_cast<std::size_t>(word)).name;
}

std::string why_of(const Suspension& suspension) {
    std::string why = suspension.until ? "suspended until " + net::to_string(*suspension.until)
                                       : "suspended until somebody resumes it";
    if (!suspension.reason.empty()) why += ": " + suspension.reason;
    return why;
}

TargetWord word_for(const Error& error) {
    switch (error.code) {
        case Errc::unauthenticated:
        case Errc::forbidden: return TargetWord::unauthorized;
        case Errc::rate_limited: return TargetWord::throttled;
        default: return TargetWord::unreachable;
    }
}

}  // namespace driftless
