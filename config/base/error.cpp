#include "config/base/error.hpp"

#include <array>

#include "config/base/error_words.hpp"
#include "config/base/printable.hpp"

namespace driftless {

namespace {

constexpr std::array words{
    Word{"canceled", "driftless ended it itself: it stops, or something newer came",
         "the next run goes on from what it finds"},
    Word{"conflict", "the thing is in another state than the call needs, or somebody else holds it",
         "the next run plans anew; what belongs to somebody else waits for `driftless adopt KEY`"},
    Word{"forbidden",
         "the other side knows who asks and does not allow it, or a file is open to others",
         "tried again with back-off: grant the right, or close the file to others"},
    Word{"internal", "a fault of driftless itself",
         "tried again with back-off: please report it, with its line of the log"},
    Word{"invalid", "what was given, or what came back, is not what it should be",
         "content that was refused as such is not tried again until it changes; all else is, with "
         "back-off"},
    Word{"not_found", "the other side says that it does not exist: the only code that means absent",
         "tried again with back-off"},
    Word{"rate_limited", "too many calls",
         "tried again when the other side said, else with back-off; the limit of a registry holds "
         "only that registry's images up"},
    Word{"timed_out", "no answer within the deadline; the call may have had its effect",
         "what is there now is looked at first, then it is tried again with back-off"},
    Word{"unauthenticated", "the credential is missing, or was refused",
         "tried again with back-off, once each time: put the right one in its place"},
    Word{"unavailable", "nobody answers, or answers that it cannot now",
         "tried again with back-off; what was seen last stays in force"},
};
static_assert(words.size() == static_cast<std::size_t>(Errc::unavailable) + 1);

}  // namespace

std::span<const Word> error_words() {
    return words;
}

std::string_view name(Errc code) {
    return words.at(static_cast<std::size_t>(code)).name;
}

std::string in_quotes(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') quoted += '\\';
        quoted += letter;
    }
    return printable(quoted) + '"';
}

}  // namespace driftless
