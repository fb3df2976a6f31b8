#pragma once

#include <string>

#include "tests/support/fake_cloudflare_world.hpp"

namespace driftless::test {

/// Why a record is not taken: `cause` 0 means 1004 with the words alone.
[[noreturn]] void refuse_record(const CloudflareHabits& habits, int cause,
                                const std::string& message);

/// A record out of what a client sent (of a PATCH: what it would be afterwards), checked and
/// rewritten as the service does. Neither its id nor its dates are set.
CloudflareRecord record_of(const json& body, const CloudflareZone& zone,
                           const CloudflareHabits& habits);
/// What a client would have to send for it: what a PATCH changes.
json sent_form(const CloudflareRecord& record);
/// Equal for records that the service takes for identical: type, name, content, priority.
std::string identity_of(const CloudflareRecord& record);

/// The pieces, each used by record_of.
std::string full_name(const std::string& name, const CloudflareZone& zone,
                      const CloudflareHabits& habits);
std::string punycode_name(const std::string& name);  ///< labels of it, lower-cased
/// A TXT's content as it is stored: quoted, in chunks of at most 255 bytes.
std::string txt_content(const std::string& sent, bool quotes);
std::string txt_value(const std::string& content);  ///< all its strings joined
/// Whether a proxied record may point there: not at private or Cloudflare's own addresses.
bool may_be_origin(const std::string& type, const std::string& content);

/// The types whose content the service composes out of `data`.
bool has_data(const std::string& type);
/// Their data, checked and completed, and the content for it.
json data_of(const std::string& type, const json& sent, const CloudflareHabits& habits);
std::string content_of(const std::string& type, const json& data, std::optional<int> priority);

}  // namespace driftless::test
