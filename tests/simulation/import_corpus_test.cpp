// Zones as other programs keep them, from the corpus beside the project: imported, brought about on
// an empty zone, and then quiet. What has no place at Cloudflare is told, record by record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "reconcilers/cloudflare/import_file.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/support/paths.hpp"

namespace driftless::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

fs::path corpus() {
    return source_dir() / "../shared/corpus/cloudflare/desired";
}

std::string text_at(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What one zone becomes.
struct Counts {
    std::size_t live = 0;  ///< records
    std::size_t left_out = 0;
    std::size_t notes = 0;
};

class ImportCorpus : public ::testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(corpus())) {
            GTEST_SKIP() << "the corpus is not here: " << corpus().lexically_normal().string();
        }
    }

    static Imported imported(const cloudflare::ZoneFile& file) {
        auto made = cloudflare::import_zone_file(file, edge);
        EXPECT_TRUE(made) << made.error().message;
        return made ? *std::move(made) : Imported{};
    }
    static std::string told(const Imported& made) {
        std::string text;
        for (const LeftOut& one : made.left_out) text += one.what + ": " + one.why + "\n";
        for (const ImportedManifest& manifest : made.manifests) {
            for (const std::string& note : manifest.notes) text += "note: " + note + "\n";
        }
        return text;
    }

    /// From the file to a zone that is as it says, and stays so.
    static void expect_brought_about(const cloudflare::ZoneFile& file, const std::string& zone,
                                     const Counts& counts) {
        SCOPED_TRACE(file.path + " as " + zone);
        const Imported made = imported(file);
        EXPECT_THAT(made.left_out, SizeIs(counts.left_out)) << told(made);
        if (counts.live == 0) {
            EXPECT_THAT(made.manifests, IsEmpty());
            return;
        }
        ASSERT_THAT(made.manifests, SizeIs(1)) << told(made);
        const ImportedManifest& manifest = made.manifests.front();
        EXPECT_EQ(manifest.name, zone);
        EXPECT_THAT(manifest.notes, SizeIs(counts.notes)) << told(made);
        World world{{edge}};
        const std::string id = world.cloudflare()->add_zone(zone, "pro");
        world.repository.push({manifest.files.begin(), manifest.files.end()});
        world.start();
        world.run_for(settled_after);
        EXPECT_THAT(world.cloudflare()->records(id), SizeIs(counts.live)) << told(made);
        const auto& resources = world.status(edge).resources;
        EXPECT_FALSE(resources.empty());
        for (const auto& [key, status] : resources)
            EXPECT_EQ(status.status, Status::in_sync) << to_string(key) << ": " << status.why;
        world.clear_logs();
        world.run_for(quiet_for);
        EXPECT_THAT(world.writes(), IsEmpty());
    }
    static void expect_brought_about(const std::string& path, const std::string& zone,
                                     const Counts& counts) {
        const std::string text = text_at(corpus() / path);
        ASSERT_FALSE(text.empty()) << path << " can't be read";
        expect_brought_about({path, text, ""}, zone, counts);
    }
};

// 349 records: the SOA, four name servers of the zone itself and five names with "+" have no place;
// six have a ttl of 15.
TEST_F(ImportCorpus, BindAsAPersonWritesIt) {
    expect_brought_about("dnscontrol-get-zones/example.org.zone", "example.org", {339, 10, 6});
    expect_brought_about("dnscontrol-get-zones/simple.com.zone", "simple.com", {14, 5, 0});
}

TEST_F(ImportCorpus, BindAsAProgramWritesIt) {
    expect_brought_about("dnscontrol-get-zones/example.org.zone.zone", "example.org", {339, 10, 6});
    expect_brought_about("dnscontrol-get-zones/simple.com.zone.zone", "simple.com", {14, 5, 0});
}

TEST_F(ImportCorpus, BothSayTheSame) {
    for (const char* zone : {"example.org", "simple.com"}) {
        const std::string path = fmt::format("dnscontrol-get-zones/{}.zone", zone);
        const Imported one = imported({path, text_at(corpus() / path), ""});
        const Imported other = imported({path + ".zone", text_at(corpus() / (path + ".zone")), ""});
        ASSERT_THAT(one.manifests, SizeIs(1));
        ASSERT_THAT(other.manifests, SizeIs(1));
        EXPECT_EQ(one.left_out.size(), other.left_out.size());
        const auto sets = [](const Imported& made) {
            const std::string& text = made.manifests.front().files.begin()->second;
            std::multiset<std::string> lines;  // the order is the file's
            std::istringstream all{text};
            for (std::string line; std::getline(all, line);) {
                if (!line.starts_with('#')) lines.insert(line);
            }
            return lines;
        };
        EXPECT_EQ(sets(one), sets(other)) << zone;
    }
}

// Left out of the first: name servers of the zone itself and those that are addresses (6), DNAME,
// SPF, URLFWD (2), what octoDNS ignores or gives to others alone (2). Its geo is a note.
TEST_F(ImportCorpus, OctoDns) {
    expect_brought_about("octodns/unit.tests.yaml", "unit.tests", {28, 12, 1});
    expect_brought_about("octodns-cloudflare/unit.tests.yaml", "unit.tests", {30, 6, 0});
}

// ---- DNSControl: its JavaScript is a program, and only DNSControl runs it. Beside each lies what
// comes of it, as JSON.

std::string word(const json& record, const char* key, const std::string& otherwise = "0") {
    const auto found = record.find(key);
    if (found == record.end()) return otherwise;
    return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string txt_words(const std::string& text) {
    std::string all;
    for (std::size_t at = 0; at < text.size(); at += 255)
        all += " \"" + text.substr(at, 255) + "\"";
    return all;
}

std::string value_of(const std::string& type, const json& record) {
    std::string target = record.at("target");
    if (type == "MX") return word(record, "mxpreference") + " " + target;
    if (type == "TXT") return txt_words(target);
    if (type == "SSHFP") {
        return word(record, "sshfpalgorithm") + " " + word(record, "sshfpfingerprint") + " " +
               target;
    }
    if (type == "TLSA" || type == "SMIMEA") {
        const std::string begin = type == "TLSA" ? "tlsa" : "smimea";
        return word(record, (begin + "usage").c_str()) + " " +
               word(record, (begin + "selector").c_str()) + " " +
               word(record, (begin + "matchingtype").c_str()) + " " + target;
    }
    if (type == "HTTPS" || type == "SVCB")
        return word(record, "svcpriority") + " " + target + " " + word(record, "svcparams", "");
    return target;
}

/// A domain of DNSControl's JSON as a zone file. @param others  what is no record of DNS
cloudflare::ZoneFile as_zone_file(const json& domain, std::size_t& others) {
    const std::string zone = domain.at("name");
    std::string text = "$ORIGIN " + zone + ".\n";
    for (const json& record : domain.at("records")) {
        std::string type = record.at("type");
        const bool is_rule = type.starts_with("CF_") || type.starts_with("CLOUDFLAREAPI_");
        others += is_rule ? 1 : 0;
        if (is_rule) continue;
        const std::string value = value_of(type, record);
        if (type == "ALIAS") type = "CNAME";  // which at Cloudflare may stand at the apex
        text += fmt::format("{} {} IN {} {}\n", record.at("name").get<std::string>(),
                            word(record, "ttl"), type, value);
    }
    return {zone + ".zone", text, ""};
}

struct DnsControl {
    std::string file;
    std::vector<Counts> domains;
    std::size_t others = 0;  ///< routes of Workers and redirects
};

TEST_F(ImportCorpus, DnsControlAsItsJson) {
    const std::vector<DnsControl> all{
        {"002-ttl", {{1, 0, 1}}},
        {"005-ignored-records", {{0, 0, 0}, {0, 0, 0}}},
        {"010-alias", {{0, 1, 0}}},  // to itself
        {"013-mx", {{1, 0, 0}}},
        {"018-dkim", {{1, 0, 0}}},
        {"022-sshfp", {{8, 0, 0}}},
        {"028-dextend", {{2, 0, 0}, {2, 0, 0}, {4, 0, 0}}},
        {"032-reverseip", {{9, 0, 0}}},
        {"036-dextendcf", {{3, 0, 0}}, 3},
        {"040-cfWorkerRoute", {{0, 0, 0}}, 1},
        {"047-SVCB", {{2, 0, 0}}},
        {"050-cfSingleRedirect", {{1, 0, 0}}, 5},
    };
    for (const DnsControl& one : all) {
        const json document =
            json::parse(text_at(corpus() / "dnscontrol-parse-tests" / (one.file + ".json")));
        const json& domains = document.at("domains");
        ASSERT_EQ(domains.size(), one.domains.size()) << one.file;
        std::size_t others = 0;
        for (std::size_t at = 0; at < domains.size(); ++at) {
            SCOPED_TRACE(one.file);
            const auto file = as_zone_file(domains[at], others);
            expect_brought_about(file, domains[at].at("name"), one.domains[at]);
        }
        EXPECT_EQ(others, one.others) << one.file;
    }
}

/// Two of its tests write base64 where DNS has hexadecimal digits.
TEST_F(ImportCorpus, DnsControlsCertificatesThatAreNone) {
    for (const char* name : {"015-tlsa", "057-smimea"}) {
        const json document = json::parse(
            text_at(corpus() / "dnscontrol-parse-tests" / (std::string{name} + ".json")));
        std::size_t others = 0;
        const auto file = as_zone_file(document.at("domains").at(0), others);
        const auto made = cloudflare::import_zone_file(file, edge);
        ASSERT_FALSE(made) << name;
        EXPECT_THAT(made.error().message, HasSubstr("foo.com.zone:2:1: this is no record"));
    }
}

}  // namespace
}  // namespace driftless::test
