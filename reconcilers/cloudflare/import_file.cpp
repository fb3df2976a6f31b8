#include "reconcilers/cloudflare/import_file.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "config/base/lower_case.hpp"
#include "config/zone_file.hpp"
#include "reconcilers/cloudflare/dns_lint.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/octodns.hpp"
#include "reconcilers/cloudflare/record_set.hpp"
#include "reconcilers/cloudflare/set_words.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::int64_t least_ttl = 60;  // that every plan takes

/// Types that zone files have and Cloudflare doesn't, and what is done about it.
struct Foreign {
    std::string_view type;
    std::string_view why;
};
constexpr std::array<Foreign, 8> foreign_types{
    {{"SOA", "Cloudflare makes the zone's own"},
     {"SPF", "this type is no longer used by anybody; its text is to be a TXT"},
     {"RRSIG", "Cloudflare signs the zone itself"},
     {"NSEC", "Cloudflare signs the zone itself"},
     {"NSEC3", "Cloudflare signs the zone itself"},
     {"NSEC3PARAM", "Cloudflare signs the zone itself"},
     {"CDS", "Cloudflare signs the zone itself"},
     {"CDNSKEY", "Cloudflare signs the zone itself"}}};

std::string why_foreign(const std::string& type) {
    for (const Foreign& one : foreign_types) {
        if (one.type == type) return std::string{one.why};
    }
    return fmt::format("Cloudflare has no records of type {}", type);
}

/// A name that a file says by its own: "db.example.org", "example.org.zone", "example.org.yaml".
std::string zone_named_by(const std::string& path) {
    std::string name = path.substr(path.rfind('/') + 1);
    if (name.starts_with("db.")) name.erase(0, 3);
    for (const char* end : {".zone", ".db", ".txt", ".bind", ".hosts", ".yaml", ".yml"}) {
        if (name.ends_with(end)) name.erase(name.rfind('.'));
    }
    const auto host = canonical_host(name);
    return host && host->find('.') != host->npos ? *host : "";
}

class FileImport {
public:
    FileImport(const ToldZone& told, const std::string& target, const ZoneFile& file)
        : told_(told) {
        words_.zone = told.name;
        words_.target = target;
        words_.comment = fmt::format(
            "Written by `driftless import --from {}`. What it doesn't say counts as usual: an "
            "automatic ttl, not proxied.",
            file.path.substr(file.path.rfind('/') + 1));
    }

    Imported run() {
        for (const ToldRecord& record : told_.records) add(record);
        for (SetWords& set : words_.sets) sort_values(set.values);
        write_zone(std::move(words_), made_);
        return std::move(made_);
    }

private:
    void add(const ToldRecord& record) {
        const auto name = record_name(record.name, told_.name);
        const std::string type = record.type;
        const std::string what = fmt::format("{}: record {}", to_string(record.place),
                                             set_name(name ? *name : record.name, type));
        const DnsType* known = dns_type(type);
        auto value =
            known == nullptr ? Result<json>{json{}} : canonical_value(*known, record.value);
        std::string why = record.refused;
        if (why.empty() && known == nullptr) why = why_foreign(type);
        if (why.empty() && !name) why = name.error().message;
        if (why.empty() && !value) why = value.error().message;
        if (why.empty()) why = trouble_with_text(*value);
        if (why.empty()) why = trouble_with_value(*known, *value);
        if (why.empty()) why = trouble_with_place(*known, *name, told_.name);
        if (!why.empty()) {
            made_.left_out.push_back({what, std::move(why)});
            return;
        }
        join(set_for(record, *name, *known, what), record, *std::move(value), what);
    }

    SetWords& set_for(const ToldRecord& record, const std::string& name, const DnsType& type,
                      const std::string& what) {
        const auto [place, is_new] = places_.emplace(set_name(name, type.name), words_.sets.size());
        if (!is_new) return words_.sets[place->second];
        SetWords set;
        set.what = what;
        set.place = record.place;
        set.name = name;
        set.type = &type;
        if (!record.note.empty()) note(what, record.note);
        set.ttl = ttl_of(record, what);
        set.proxied = record.proxied;
        if (set.proxied) set.ttl.reset();
        words_.sets.push_back(std::move(set));
        told_ttls_.push_back(record.ttl);
        return words_.sets.back();
    }

    void join(SetWords& set, const ToldRecord& record, json value, const std::string& what) {
        if (std::ranges::find(set.values, value) != set.values.end()) {
            made_.left_out.push_back({what, "the same record stands there already: " + set.what});
            return;
        }
        const std::size_t at = places_.at(set_name(set.name, set.type->name));
        if (told_ttls_[at] != record.ttl && !set.proxied)
            note(what, "its ttl is not that of " + set.what + ", and one set has one: that counts");
        set.values.push_back(std::move(value));
    }

    std::optional<int> ttl_of(const ToldRecord& record, const std::string& what) {
        if (!record.ttl || *record.ttl == 1) return std::nullopt;  // 1 is automatic
        const auto fits = std::clamp(*record.ttl, least_ttl, longest_ttl);
        if (fits != *record.ttl && !record.proxied) {
            note(what, fmt::format("its ttl of {} became {}: Cloudflare takes {} to {}",
                                   *record.ttl, fits, least_ttl, longest_ttl));
        }
        return static_cast<int>(fits);
    }

    void note(const std::string& what, const std::string& text) {
        words_.notes.push_back(what + ": " + text);
    }

    const ToldZone& told_;
    ZoneWords words_;
    Imported made_;
    std::map<std::string, std::size_t> places_;  // of sets, by name and type
    std::vector<std::optional<std::int64_t>> told_ttls_;
};

Result<ToldZone> read_bind(const ZoneFile& file) {
    const auto read = [&](const std::string& origin) {
        return read_zone_file(file.text, file.path, origin);
    };
    auto zone = read(file.zone);
    const std::string named = zone_named_by(file.path);
    if (!zone && file.zone.empty() && !named.empty()) zone = read(named);
    if (!zone) return std::move(zone).error();
    ToldZone told;
    auto name = canonical_host(file.zone.empty() ? zone->name : file.zone);
    if (!name) return std::move(name).error().in(file.path);
    told.name = *std::move(name);
    for (WrittenRecord& record : zone->records) {
        ToldRecord one{.place = std::move(record.place),
                       .name = std::move(record.name),
                       .type = std::move(record.type),
                       .value = std::move(record.value)};
        one.ttl = record.ttl;
        told.records.push_back(std::move(one));
    }
    return told;
}

Result<ToldZone> read_yaml_zone(const ZoneFile& file) {
    auto records = read_octodns(file.text, file.path);
    if (!records) return std::move(records).error();
    const std::string said = file.zone.empty() ? zone_named_by(file.path) : file.zone;
    auto name = canonical_host(said);
    if (!name || said.empty()) {
        return Error{Errc::invalid,
                     file.path +
                         ": octoDNS names the file as the zone, as example.org.yaml; this "
                         "one says no zone; name it with --zone"};
    }
    return ToldZone{*std::move(name), *std::move(records)};
}

}  // namespace

Result<Imported> import_zone_file(const ZoneFile& file, const std::string& target) {
    const bool is_yaml = file.path.ends_with(".yaml") || file.path.ends_with(".yml");
    const auto told = is_yaml ? read_yaml_zone(file) : read_bind(file);
    if (!told) return told.error();
    return FileImport{*told, target, file}.run();
}

}  // namespace driftless::cloudflare
