// Records as the API tells them, recorded answers among them.
#include "providers/cloudflare/dns.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/support/fake_transport.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::cloudflare {
namespace {

using net::Method;
using ::testing::ElementsAre;

TEST(Record, IsReadWithEverythingThatCounts) {
    const auto record = parse_record(json::parse(R"({
        "id":"r1","name":"www.bnx.dev","type":"MX","content":"mail.bnx.dev","priority":10,
        "ttl":300,"proxied":false,"comment":null,"tags":["b","a"],"settings":{},
        "meta":{"read_only":true},"modified_on":"2026-01-01T00:00:00Z"})"));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->priority, 10);
    EXPECT_EQ(record->comment, "");
    EXPECT_THAT(record->tags, ElementsAre("a", "b"));
    EXPECT_TRUE(record->read_only);
}

TEST(Record, WithoutAnIdIsNoAnswer) {
    EXPECT_EQ(parse_record(json::parse(R"({"name":"x","type":"A"})")).error().code,
              Errc::unavailable);
}

TEST(RecordBatch, GoesOutInOneCallAndGivesTheIdsOfWhatIsNew) {
    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Account account{transport, "0123", Secret{"t"}};
    transport.answer(Method::post, "/zones/z1/dns_records/batch", 200,
                     R"({"success":true,"result":{"deletes":[{"id":"d"}],"patches":[],
                         "posts":[{"id":"n1"},{"id":"n2"}]}})");
    Dns dns{account};
    RecordBatch batch{{"d"}, {}, {{{"name", "a"}}, {{"name", "b"}}}};
    const auto made = testing::run_on(io, clock, dns.apply("z1", batch));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(*made, ElementsAre("n1", "n2"));
    EXPECT_EQ(json::parse(transport.seen().front().body),
              json::parse(R"({"deletes":[{"id":"d"}],"posts":[{"name":"a"},{"name":"b"}]})"));
}

Result<RecordUsage> usage_of(int status, std::string answer) {
    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Account account{transport, "0123", Secret{"t"}};
    transport.answer(Method::get, "/zones/z1/dns_records/usage", status, std::move(answer));
    Dns dns{account};
    return testing::run_on(io, clock, dns.usage("z1"));
}

TEST(RecordUsage, IsWhatTheZoneHasAndMayHave) {
    const auto usage =
        usage_of(200, R"({"success":true,"result":{"record_quota":200,"record_usage":17}})");
    ASSERT_TRUE(usage) << usage.error().message;
    EXPECT_EQ(usage->quota, 200U);
    EXPECT_EQ(usage->used, 17U);
}

TEST(RecordUsage, OfAnAccountWithAQuotaForAllItsZonesHasNone) {
    const auto usage =
        usage_of(200, R"({"success":true,"result":{"record_quota":null,"record_usage":17}})");
    ASSERT_TRUE(usage) << usage.error().message;
    EXPECT_EQ(usage->quota, std::nullopt);
}

TEST(RecordUsage, IsUnknownWhereTheAnswerTellsNone) {
    EXPECT_EQ(usage_of(200, R"({"success":true,"result":null})").error().code, Errc::unavailable);
    EXPECT_EQ(usage_of(200, "<html>").error().code, Errc::unavailable);
    EXPECT_EQ(
        usage_of(403, R"({"success":false,"errors":[{"code":10000,"message":"no"}]})").error().code,
        Errc::forbidden);
}

TEST(RecordedAnswers, OfRecordsAreReadWithoutLoss) {
    const auto folder = test::source_dir().parent_path() / "shared/corpus/cloudflare/responses";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no recorded answers at " << folder;
    std::size_t records = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator{folder}) {
        if (file.path().extension() != ".json") continue;
        std::ifstream text{file.path()};
        const json recording = json::parse(text, nullptr, false);
        for (const json& exchange : recording.value("interactions", json::array())) {
            const json body = exchange["response"].value("body", json{});
            const json result = body.is_object() ? body.value("result", json{}) : json{};
            for (const json& one : result.is_array() ? result : json::array()) {
                const bool is_record = one.is_object() && one.contains("proxiable");
                if (!is_record) continue;
                const auto record = parse_record(one);
                ASSERT_TRUE(record) << file.path() << ": " << one;
                EXPECT_EQ(record->content, one.value("content", ""));
                EXPECT_EQ(record->ttl, one["ttl"]);
                ++records;
            }
        }
    }
    EXPECT_GT(records, 20u);
}

}  // namespace
}  // namespace driftless::cloudflare
