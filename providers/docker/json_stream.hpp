#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::docker {

/// Splits a stream of JSON objects, as events and pulls send them, wherever the bytes were cut and
/// whatever stands between the objects.
class JsonStream {
public:
    /// Takes the next bytes. @return the objects that they complete, as text; `invalid` when what
    /// comes is no object, or one is over 4 MiB
    Result<std::vector<std::string>> feed(std::string_view bytes);
    /// Has an object begun that isn't complete?
    [[nodiscard]] bool is_inside() const { return depth_ > 0; }

private:
    void inside(char letter);

    std::string object_;
    int depth_ = 0;
    bool in_text_ = false;
    bool escaped_ = false;
};

/// Is nothing in the text nested deeper than `most`? So that a recursive reader is safe from it.
bool is_nested_at_most(std::string_view text, int most);

}  // namespace driftless::docker
