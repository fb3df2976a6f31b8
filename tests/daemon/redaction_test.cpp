// A canary that somebody else put into a text leaves by no door.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <sstream>

#include "daemon/cli/redacted_stream.hpp"
#include "daemon/http/pages.hpp"
#include "daemon/schedule/feed.hpp"
#include "daemon/secrets/secrets.hpp"
#include "daemon/store/store.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless {
namespace {

using testing::TempFolder;

const std::string canary = "Canary/\"7f3c\"+Bird";
// As it is, as JSON, in a URL, in base64 and in hex.
const std::string texts =
    canary + R"( Canary/\"7f3c\"+Bird Canary%2F%227f3c%22%2BBird Q2FuYXJ5LyI3ZjNjIitCaXJk )"
             "43616e6172792f2237663363222b42697264";

bool is_clean(const std::string& text) {
    for (const char* form : {"7f3c", "Q2FuYXJ5", "43616e6172"}) {
        if (text.find(form) != text.npos) return false;
    }
    return true;
}

class Redaction : public ::testing::Test {
protected:
    Redaction() {
        SecretSettings settings;
        settings.named["bird"].env = "BIRD";
        const auto secrets = make_secrets(settings, {{"BIRD", canary}}, &redactor);
        EXPECT_TRUE(secrets->read("bird", "mini1"));  // whoever reads one makes it known
    }
    net::Redactor redactor;
    boost::asio::io_context io;
    testing::VirtualClock clock;
};

TEST_F(Redaction, OfEvents) {
    Feed feed{io.get_executor(), "cafe", &redactor};
    Feed::Reader reader{feed, ""};
    feed.post("run_ended", {{"detail", texts}});
    EXPECT_NE(reader.pending().find("(secret)"), std::string::npos);
    EXPECT_TRUE(is_clean(reader.pending())) << reader.pending();
}

TEST_F(Redaction, OfAnswers) {
    EXPECT_TRUE(is_clean(http::dumped({{"detail", texts}}, &redactor)));
    EXPECT_EQ(http::dumped({{"detail", canary}}, &redactor), "{\"detail\":\"(secret)\"}\n");
}

TEST_F(Redaction, OfWhatACommandPrints) {
    std::ostringstream to;
    cli::RedactedStream out{to, redactor};
    out << "it says " << canary.substr(0, 5) << canary.substr(5) << '\n' << "rest " << texts;
    EXPECT_TRUE(to.str().starts_with("it says (secret)\n")) << to.str();
    out << std::flush;
    EXPECT_NE(to.str().find("rest (secret)"), std::string::npos);
    EXPECT_TRUE(is_clean(to.str())) << to.str();
}

TEST_F(Redaction, OfTheDatabaseFile) {
    const TempFolder folder;
    const auto lane = net::make_inline_lane(io.get_executor());
    {
        auto store = open_store(folder.path(), Access::own, *lane, clock, &redactor);
        ASSERT_TRUE(store);
        auto held =
            testing::run_on(io, clock, (*store)->hold_removals("mini1", "because " + texts));
        ASSERT_TRUE(held);
        const auto memory = testing::run_on(io, clock, (*store)->recall("mini1"));
        ASSERT_TRUE(memory);
        EXPECT_NE(memory->hold_removals.find("because (secret)"), std::string::npos);
    }
    for (const auto& file : std::filesystem::directory_iterator{folder.path()}) {
        EXPECT_TRUE(is_clean(testing::read_file(file.path()))) << file.path();
    }
}

}  // namespace
}  // namespace driftless
