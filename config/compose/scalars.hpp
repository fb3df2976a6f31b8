#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"

namespace driftless::compose {

/// What a scalar is to Compose's YAML reader. Quoted and interpolated ones are texts.
enum class Sort { null, boolean, integer, number, text };
Sort sort_of(const Node& node);

/// "a whole number", "a list", …: for "expected …, found …".
std::string described(const Node& node);

/// A scalar as text: `010` is "8", `1e3` is "1000", `True` is "true"; null is "".
std::string text_of(const Node& scalar);

std::optional<bool> read_boolean(const Node& scalar);
std::optional<std::int64_t> read_integer(const Node& scalar);
std::optional<double> read_number(const Node& scalar);
/// Bytes: a whole number, or "64m", "1.5gb", "10 KiB": binary units, any case. `-1` is allowed.
std::optional<std::int64_t> read_size(const Node& scalar);
/// File permissions: `0440` and "0440" are octal, 288 is decimal.
std::optional<std::int64_t> read_mode(const Node& scalar);

/// The shortest text of a number that Go prints: "0.5", "1000".
std::string number_text(double number);

/// Splits as a shell does: quotes and backslashes, no expansion. Marks are kept whole.
/// @return `invalid`: an open quote, or an operator outside of quotes, where Compose would cut
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace driftless::compose
