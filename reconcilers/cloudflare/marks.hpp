#pragma once

#include <string>
#include <string_view>

namespace driftless::cloudflare {

inline constexpr std::string_view record_kind = "cloudflare.dns_record";
inline constexpr std::string_view setting_kind = "cloudflare.zone_setting";

/// What a comment says of who made a thing: "driftless:bnx-home protect; the web server". The name
/// of an installation has at most twelve letters, so that this much of the hundred that a comment
/// may have on a free plan stays for the user's own words.
inline constexpr std::size_t longest_mark = 33;

struct CommentMark {
    std::string installation;  ///< empty: no mark
    bool protect = false;
    std::string text;  ///< the user's own words
};

CommentMark read_comment(std::string_view comment);
std::string write_comment(const CommentMark& mark);

}  // namespace driftless::cloudflare
