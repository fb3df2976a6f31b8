#include "daemon/secrets/secrets.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "daemon/secrets/private_file.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::testing {
namespace {

class SecretsTest : public ::testing::Test {
protected:
    void put(const std::string& name, const std::string& bytes, mode_t mode = 0600) {
        write_file(folder.at(name), bytes);
        ::chmod(folder.at(name).c_str(), mode);
    }
    Result<Secret> read(const std::string& name, const std::string& target = "mini1") {
        settings.folder = folder.path();
        return make_secrets(settings, environment)->read(name, target);
    }
    void expect_error(const std::string& name, Errc code, const std::string& said) {
        const auto secret = read(name);
        ASSERT_TRUE(secret.failed());
        EXPECT_EQ(driftless::name(secret.error().code), driftless::name(code));
        EXPECT_NE(secret.error().message.find(said), std::string::npos) << secret.error().message;
    }

    TempFolder folder;
    SecretSettings settings;
    std::map<std::string, std::string> environment;
};

TEST_F(SecretsTest, AreReadFromFilesOfTheTargetThenOfAll) {
    put("mini1/db", "one\n");
    put("all/db", "two");
    put("all/lines", "a\nb\n\n");
    EXPECT_EQ(read("db")->reveal(), "one");
    EXPECT_EQ(read("db", "mini2")->reveal(), "two");
    EXPECT_EQ(read("lines")->reveal(), "a\nb\n") << "one newline goes";
}

TEST_F(SecretsTest, OfTheSettingsThemselvesBelongToNoTarget) {
    put("all/git", "one\n");
    EXPECT_EQ(read("git", for_every_target)->reveal(), "one");
    EXPECT_EQ(read("gut", for_every_target).error().message,
              "secret \"gut\": driftless.yaml knows no such secret; did you mean \"git\"?");
}

TEST_F(SecretsTest, TrustedFilesMayBeReadByOthersAndChangedByNone) {
    put("pins", "x", 0644);
    EXPECT_EQ(*read_trusted_file(folder.at("pins"), 100), "x");
    put("pins", "x", 0664);
    const auto open_to_group = read_trusted_file(folder.at("pins"), 100);
    ASSERT_TRUE(open_to_group.failed());
    EXPECT_EQ(open_to_group.error().code, Errc::forbidden);
    EXPECT_NE(open_to_group.error().message.find("chmod go-w"), std::string::npos);
    std::filesystem::create_symlink(folder.at("pins"), folder.at("link"));
    EXPECT_EQ(read_trusted_file(folder.at("link"), 100).error().code, Errc::invalid);
}

TEST_F(SecretsTest, OfAnotherTargetAreNotThere) {
    put("mini2/db", "one");
    expect_error("db", Errc::not_found, "no such secret");
}

TEST_F(SecretsTest, AreReadFromTheEnvironmentAndNamedFiles) {
    environment = {{"GRAFANA", "pw"}};
    put("elsewhere", "file");
    settings.named["grafana"] = {.env = "GRAFANA", .file = "", .targets = {"mini1"}, .place = {}};
    settings.named["file"] = {
        .env = "", .file = folder.at("elsewhere"), .targets = {}, .place = {}};
    settings.named["unset"] = {.env = "UNSET", .file = "", .targets = {}, .place = {}};
    settings.named["bound"] = {.env = "GRAFANA", .file = "", .targets = {"edge"}, .place = {}};
    EXPECT_EQ(read("grafana")->reveal(), "pw");
    EXPECT_EQ(read("file")->reveal(), "file");
    expect_error("unset", Errc::not_found, "UNSET");
    expect_error("bound", Errc::forbidden, "other targets");
}

TEST_F(SecretsTest, CredentialsOfTheServiceAreReadFromItsFolder) {
    put("credentials/git", "hunter2\n", 0440);  // as systemd shows its access control list
    settings.named["forge"] = {
        .env = {}, .file = {}, .credential = "git", .targets = {}, .place = {}};
    expect_error("forge", Errc::not_found, "LoadCredential=git:PATH");
    environment["CREDENTIALS_DIRECTORY"] = folder.at("credentials");
    EXPECT_EQ(read("forge")->reveal(), "hunter2");
    put("credentials/git", "hunter2", 0666);
    expect_error("forge", Errc::forbidden, "chmod go-w");
}

TEST_F(SecretsTest, AMissingOneNamesTheNearestThatTheTargetMayUse) {
    put("mini1/plausible-db", "x");
    put("mini2/plausible-dc", "x");
    expect_error("plausible-bd", Errc::not_found, "did you mean \"plausible-db\"");
}

TEST_F(SecretsTest, AnEmptyOneIsAnError) {
    put("mini1/empty", "");
    put("mini1/newline", "\n");
    environment = {{"EMPTY", ""}};
    settings.named["env"] = {.env = "EMPTY", .file = "", .targets = {}, .place = {}};
    for (const char* name : {"empty", "newline", "env"}) expect_error(name, Errc::invalid, "empty");
}

TEST_F(SecretsTest, OthersMayNotReadIt) {
    for (const mode_t mode : {0644u, 0640u, 0604u, 0620u}) {
        put("mini1/db", "one", mode);
        expect_error("db", Errc::forbidden, "chmod 600");
    }
}

TEST_F(SecretsTest, OthersMayNotPutAnotherInItsPlace) {
    put("mini1/db", "one");
    ::chmod(folder.at("mini1").c_str(), 0777);
    expect_error("db", Errc::forbidden, "everybody can write");
    ::chmod(folder.at("mini1").c_str(), 01777);
    EXPECT_TRUE(read("db").ok());
}

TEST_F(SecretsTest, OnlyARegularFileOfLimitedSizeIsRead) {
    put("mini1/big", std::string((64u << 10) + 1, 'x'));
    put("mini1/just", std::string(64u << 10, 'x'));
    std::filesystem::create_symlink(folder.at("mini1/just"), folder.at("mini1/link"));
    std::filesystem::create_directory(folder.at("mini1/folder"));
    ::mkfifo(folder.at("mini1/pipe").c_str(), 0600);
    EXPECT_TRUE(read("just").ok());
    expect_error("big", Errc::invalid, "65536");
    expect_error("link", Errc::invalid, "link");
    expect_error("folder", Errc::invalid, "regular");
    expect_error("pipe", Errc::invalid, "regular");
}

TEST_F(SecretsTest, HoldNoBytesThatAreReserved) {
    put("mini1/nul", std::string("a\0b", 3));
    put("mini1/mark", "a\xEF\xB7\x90s:x\xEF\xB7\x91");
    expect_error("nul", Errc::invalid, "NUL");
    expect_error("mark", Errc::invalid, "reserved");
}

TEST_F(SecretsTest, NamesLeadNowhereElse) {
    put("secret", "x");
    for (const char* name : {"../secret", "..", "", "/etc/passwd", "a/b", "-x", "A"}) {
        expect_error(name, Errc::invalid, "not a name");
    }
    EXPECT_EQ(read("secret", "..").error().code, Errc::invalid);
}

TEST_F(SecretsTest, ErrorsNeverQuoteThem) {
    put("mini1/mark", "canary\xEF\xB7\x90");
    EXPECT_EQ(read("mark").error().message.find("canary"), std::string::npos);
}

}  // namespace
}  // namespace driftless::testing
