// Secrets that driftless itself puts where manifests can name them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "daemon/secrets/private_file.hpp"
#include "daemon/secrets/secrets.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::testing {
namespace {

class SecretSinkTest : public ::testing::Test {
protected:
    SecretSinkTest() {
        settings.secrets.folder = folder.at("secrets");
        std::filesystem::create_directory(settings.secrets.folder);
        settings.targets.emplace("mini1", TargetSettings{});
        settings.targets.emplace("edge", TargetSettings{});
    }
    void put(const std::string& name, const std::string& bytes) {
        write_file(folder.at("secrets/" + name), bytes);
        ::chmod(folder.at("secrets/" + name).c_str(), 0600);
    }
    std::unique_ptr<SecretSink> sink() { return make_secret_sink(settings); }
    std::string read(const std::string& name = "ci") {
        const auto secret = make_secrets(settings.secrets, {})->read(name, "mini1");
        return secret ? std::string{secret->reveal()} : secret.error().message;
    }
    void expect_refused(const SecretSlot& where, Errc code, const std::string& said) {
        for (const auto& result : {sink()->check(where), sink()->reserve(where),
                                   sink()->keep(where, "x", Secret{"y"})}) {
            ASSERT_TRUE(result.failed());
            EXPECT_EQ(driftless::name(result.error().code), driftless::name(code));
            EXPECT_NE(result.error().message.find(said), std::string::npos)
                << result.error().message;
        }
    }

    TempFolder folder;
    Settings settings;
    const SecretSlot slot{"mini1", "ci", "edge"};
};

TEST_F(SecretSinkTest, WhatIsKeptIsASecretThatManifestsCanName) {
    ASSERT_TRUE(sink()->check(slot));
    EXPECT_FALSE(std::filesystem::exists(folder.at("secrets/mini1"))) << "a check changes nothing";
    ASSERT_TRUE(sink()->reserve(slot));
    EXPECT_EQ(*sink()->kept_for(slot), "");
    ASSERT_TRUE(sink()->keep(slot, "c1.access", Secret{"hush"}));
    EXPECT_EQ(*sink()->kept_for(slot), "c1.access");
    EXPECT_EQ(read(), "hush");
    struct stat file {};
    ASSERT_EQ(::stat(folder.at("secrets/mini1/ci").c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600U);
    ASSERT_TRUE(sink()->reserve(slot));
    EXPECT_EQ(*sink()->kept_for(slot), "c1.access") << "to take a place again loses nothing";
    ASSERT_TRUE(sink()->keep(slot, "c2.access", Secret{"other"}));
    EXPECT_EQ(*sink()->kept_for(slot), "c2.access");
    EXPECT_EQ(read(), "other");
}

TEST_F(SecretSinkTest, HalfOfAPairIsNone) {
    ASSERT_TRUE(sink()->reserve(slot));
    ASSERT_TRUE(sink()->keep(slot, "c1.access", Secret{"hush"}));
    put("mini1/ci", "another");  // as a crash between both files leaves it
    EXPECT_EQ(*sink()->kept_for(slot), "");
    std::filesystem::remove(folder.at("secrets/mini1/ci"));
    EXPECT_EQ(*sink()->kept_for(slot), "");
    ASSERT_TRUE(sink()->keep(slot, "c1.access", Secret{"third"}));
    EXPECT_EQ(*sink()->kept_for(slot), "c1.access");
}

TEST_F(SecretSinkTest, AnothersSecretIsNeverReplaced) {
    std::filesystem::create_directory(folder.at("secrets/mini1"));
    put("mini1/ci", "by hand");
    expect_refused(slot, Errc::conflict, "not ours to replace");
    EXPECT_EQ(read(), "by hand");
    std::filesystem::create_directory(folder.at("secrets/all"));
    put("all/shared", "for all");
    expect_refused({"mini1", "shared", "edge"}, Errc::conflict, "not ours to replace");
    ASSERT_TRUE(sink()->reserve({"mini1", "mine", "edge"}));
    expect_refused({"mini1", "mine", "edge2"}, Errc::conflict, "not ours to replace");
    EXPECT_EQ(*sink()->kept_for({"mini1", "mine", "edge2"}), "");
}

TEST_F(SecretSinkTest, ANameOfTheSettingsIsTheirs) {
    settings.secrets.named.emplace("named", NamedSecret{});
    CloudflareEndpoint account;
    account.token_secret = "cloudflare-token";
    settings.targets.at("edge").endpoint = account;
    for (const char* name : {"named", "cloudflare-token"}) {
        expect_refused({"mini1", name, "edge"}, Errc::forbidden, "another name");
    }
    for (const char* name : {"../ci", "", "a/b"}) {
        expect_refused({"mini1", name, "edge"}, Errc::invalid, "no name");
    }
    expect_refused({"mini9", "ci", "edge"}, Errc::invalid, "no such target");
    expect_refused({"all", "ci", "edge"}, Errc::invalid, "no such target");
}

TEST_F(SecretSinkTest, WhereItCannotWriteItSaysHowToLetIt) {
    write_file(folder.at("plain"), "");  // no folder: also root may not write below it
    settings.secrets.folder = folder.at("plain");
    expect_refused(slot, Errc::forbidden, "ReadWritePaths=");
    settings.secrets.folder = "";
    expect_refused(slot, Errc::invalid, "secrets.folder");
    EXPECT_EQ(*sink()->kept_for(slot), "");
}

}  // namespace
}  // namespace driftless::testing
