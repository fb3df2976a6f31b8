#pragma once

#include <string>

#include "reconcilers/cloudflare/told_record.hpp"

namespace driftless::cloudflare {

/// Reads a zone as octoDNS' YamlProvider keeps it: records by name, one or a list of several types,
/// `value` or `values`, what `octodns.cloudflare` says of proxied and auto-ttl. What only some of
/// its providers get is taken where cloudflare is one of them.
/// @return `invalid` with every finding in one message, each with file:line:column
/// https://octodns.readthedocs.io/en/latest/records.html
Result<std::vector<ToldRecord>> read_octodns(const std::string& text, const std::string& file);

}  // namespace driftless::cloudflare
