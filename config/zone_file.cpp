#include "config/zone_file.hpp"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "config/base/lower_case.hpp"
#include "config/yaml_text.hpp"
#include "config/zone_file_entries.hpp"

namespace driftless {
namespace {

constexpr std::size_t most_bytes = std::size_t{1024} * 1024;
constexpr std::uint32_t unsaid_ttl = 0x7FFF'FFFF;  // no zone has it: RFC 2181 ends right there

struct FreeName {
    void operator()(ldns_rdf* name) const { ldns_rdf_deep_free(name); }
};
struct FreeRecord {
    void operator()(ldns_rr* record) const { ldns_rr_free(record); }
};
struct FreeText {
    void operator()(char* text) const { std::free(text); }
};
using Name = std::unique_ptr<ldns_rdf, FreeName>;

std::string owned(char* text) {
    const std::unique_ptr<char, FreeText> kept{text};
    return text == nullptr ? "" : text;
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(" \t", at)) != text.npos) {
        const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

/// A class that stands before the ttl, which a zone file may have and the library doesn't know:
/// "www IN 1h A …" as "www 1h IN A …".
std::string ttl_first(const std::string& entry) {
    constexpr std::string_view blanks = " \t";
    const std::size_t owner_end = std::min(entry.find_first_of(blanks), entry.size());
    const std::size_t first = entry.find_first_not_of(blanks, owner_end);
    const std::size_t first_end = entry.find_first_of(blanks, first);
    const std::size_t second = entry.find_first_not_of(blanks, first_end);
    const std::size_t second_end = entry.find_first_of(blanks, second);
    if (second_end == entry.npos) return entry;
    const std::string word = entry.substr(first, first_end - first);
    const bool is_period = entry[second] >= '0' && entry[second] <= '9';
    if (lower_case(word) != "in" || !is_period) return entry;
    return entry.substr(0, first) + entry.substr(second, second_end - second) + " " + word +
           entry.substr(second_end);
}

/// The library writes letters beyond ASCII as `\195\188`; names of hosts are told as they are.
std::string with_letters(const std::string& name) {
    std::string text;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const auto digit = [&](std::size_t place) {
            return place < name.size() && name[place] >= '0' && name[place] <= '9';
        };
        const bool is_code = name[at] == '\\' && digit(at + 1) && digit(at + 2) && digit(at + 3);
        const int code = is_code ? std::stoi(name.substr(at + 1, 3)) : 0;
        if (code < 0x80 || code > 0xFF) {
            text += name[at];
            continue;
        }
        text += static_cast<char>(code);
        at += 3;
    }
    return text;
}

std::string field_text(const ldns_rdf& field) {
    const auto type = ldns_rdf_get_type(&field);
    if (type == LDNS_RDF_TYPE_CERT_ALG) return std::to_string(ldns_rdf2native_int16(&field));
    std::string text = owned(ldns_rdf2str(&field));
    return type == LDNS_RDF_TYPE_DNAME ? with_letters(text) : text;
}

class ZoneFileReader {
public:
    ZoneFileReader(std::string origin, Findings& findings)
        : origin_(std::move(origin)), findings_(findings) {}

    WrittenZone read(const std::vector<ZoneFileEntry>& entries) {
        if (origin_.empty()) origin_ = first_origin(entries);
        if (origin_.empty()) {
            error({entries.empty() ? Place{} : entries.front().place},
                  "nothing says which zone this is: neither $ORIGIN nor an SOA with a whole name; "
                  "name it with --zone");
            return {};
        }
        if (!origin_.ends_with('.')) origin_ += '.';
        zone_.name = origin_;
        for (const ZoneFileEntry& entry : entries) {
            if (entry.text.front() == '$') {
                directive(entry);
            } else {
                record(entry);
            }
        }
        return std::move(zone_);
    }

private:
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    /// What the file says before anybody needs it: a $ORIGIN, or the name of the SOA.
    static std::string first_origin(const std::vector<ZoneFileEntry>& entries) {
        for (const ZoneFileEntry& entry : entries) {
            const auto words = words_of(entry.text);
            if (lower_case(words.front()) == "$ttl") continue;
            const bool says = lower_case(words.front()) == "$origin" && words.size() > 1;
            const bool is_soa = std::ranges::any_of(
                words, [](const std::string& word) { return lower_case(word) == "soa"; });
            if (!says && !is_soa) return "";
            const std::string& name = says ? words[1] : words.front();
            return name.ends_with('.') ? name : "";
        }
        return "";
    }

    void directive(const ZoneFileEntry& entry) {
        const auto words = words_of(entry.text);
        const std::string word = lower_case(words.front());
        if ((word == "$origin" || word == "$ttl") && words.size() != 2)
            return error(entry.place, words.front() + ": expected one word behind it");
        if (word == "$origin") return set_origin(words[1]);
        if (word == "$ttl") return set_ttl(entry.place, words[1]);
        error(entry.place,
              fmt::format("{}: only $ORIGIN and $TTL are read; write out what it stands for, as "
                          "`named-compilezone -o - ZONE FILE` does",
                          words.front()));
    }

    void set_origin(const std::string& name) {
        if (name == "@") return;
        const bool below_root = origin_ == ".";
        origin_ = name.ends_with('.') ? name : name + "." + (below_root ? "" : origin_);
    }

    void set_ttl(const Place& place, const std::string& text) {
        const char* end = nullptr;
        const std::uint32_t seconds = ldns_str2period(text.c_str(), &end);
        const bool is_number = text.front() >= '0' && text.front() <= '9';
        if (!is_number || (end != nullptr && *end != '\0')) {
            return error(place, fmt::format("$TTL: expected seconds, or such as 1h30m, found {}",
                                            in_quotes(text)));
        }
        ttl_ = seconds;
    }

    void record(const ZoneFileEntry& entry) {
        const Name origin{ldns_dname_new_frm_str(origin_.c_str())};
        if (!origin) {
            return error(entry.place, fmt::format("$ORIGIN: {} is no name", in_quotes(origin_)));
        }
        ldns_rdf* before = before_.release();
        ldns_rr* made = nullptr;
        const auto status =
            ldns_rr_new_frm_str(&made, ttl_first(entry.text).c_str(), ttl_, origin.get(), &before);
        before_.reset(before);
        const std::unique_ptr<ldns_rr, FreeRecord> read{made};
        if (status != LDNS_STATUS_OK || !read) {
            return error(entry.place, fmt::format("this is no record that can be read: {}",
                                                  ldns_get_errorstr_by_id(status)));
        }
        WrittenRecord record;
        record.place = entry.place;
        record.name = with_letters(owned(ldns_rdf2str(ldns_rr_owner(read.get()))));
        record.type = owned(ldns_rr_type2str(ldns_rr_get_type(read.get())));
        const std::uint32_t ttl = ldns_rr_ttl(read.get());
        if (ttl != unsaid_ttl) record.ttl = ttl;
        for (std::size_t at = 0; at < ldns_rr_rd_count(read.get()); ++at) {
            if (at > 0) record.value += ' ';
            record.value += field_text(*ldns_rr_rdf(read.get(), at));
        }
        if (record.type == "SOA") zone_.name = record.name;
        zone_.records.push_back(std::move(record));
    }

    std::string origin_;
    Findings& findings_;
    WrittenZone zone_;
    std::uint32_t ttl_ = unsaid_ttl;
    Name before_;  ///< whose the next entry is, if it names nobody
};

}  // namespace

Result<WrittenZone> read_zone_file(const std::string& text, const std::string& file,
                                   const std::string& origin) {
    Findings findings;
    WrittenZone zone;
    if (const auto clean = clean_text(text, file, most_bytes, findings)) {
        const auto entries = cut_zone_file(*clean, file, findings);
        if (findings.empty()) zone = ZoneFileReader{origin, findings}.read(entries);
    }
    if (findings.empty()) return zone;
    std::string all;
    for (const Finding& finding : findings) all += (all.empty() ? "" : "\n") + to_string(finding);
    return Error{Errc::invalid, all};
}

}  // namespace driftless
