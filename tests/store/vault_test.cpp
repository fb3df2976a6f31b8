#include <gtest/gtest.h>
#include <sys/stat.h>

#include "daemon/secrets/secrets.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/virtual_clock.hpp"

namespace driftless::testing {
namespace {

const LateRef token{{"edge", "Tunnel", "home"}, "token"};

class OneLateValue final : public LateValues {
public:
    Result<std::string> find(const LateRef& ref) const override {
        if (ref == token) return value;
        return Error{Errc::unavailable, "not there yet"};
    }
    std::string value = "late";
};

TEST(Vault, OpensWhatItMarked) {
    const auto vault = make_vault("key");
    const std::string mark = vault->mark(Secret{"pass"});
    EXPECT_EQ(mark.find("pass"), std::string::npos);
    EXPECT_TRUE(is_tainted(mark));
    EXPECT_EQ(vault->mark(Secret{"pass"}), mark) << "the same each time";
    EXPECT_NE(vault->mark(Secret{"other"}), mark);
    const OneLateValue late;
    const std::string text = "postgres://" + mark + ":" + late_mark(token) + "@" + mark + "/db";
    EXPECT_EQ(vault->open(text, late)->reveal(), "postgres://pass:late@pass/db");
    EXPECT_EQ(vault->open("plain", late)->reveal(), "plain");
    EXPECT_EQ(vault->open("", late)->reveal(), "");
}

TEST(Vault, OpensAValueOnceOnly) {
    const auto vault = make_vault("key");
    OneLateValue late;
    late.value = vault->mark(Secret{"pass"});
    EXPECT_EQ(vault->open(late_mark(token), late)->reveal(), late.value);
}

TEST(Vault, SaysWhyATextCannotBeOpened) {
    const auto vault = make_vault("key");
    const OneLateValue late;
    EXPECT_EQ(vault->open(late_mark({{"edge", "Tunnel", "x"}, "id"}), late).error().code,
              Errc::unavailable);
    EXPECT_EQ(vault->open(make_vault("other")->mark(Secret{"x"}), late).error().code,
              Errc::internal);
    EXPECT_EQ(vault->open(vault->seal("x"), late).error().code, Errc::internal);
    EXPECT_EQ(vault->open(std::string(mark_begin) + "s:1", late).error().code, Errc::internal);
}

TEST(Vault, SealsTellTextsApartAndShowNothing) {
    const auto vault = make_vault("key");
    EXPECT_TRUE(is_seal(vault->seal("pass")));
    EXPECT_EQ(vault->seal("pass"), vault->seal("pass"));
    EXPECT_NE(vault->seal("pass"), vault->seal("pasS"));
    EXPECT_NE(vault->seal("pass"), make_vault("other")->seal("pass"));
    EXPECT_EQ(vault->mark(Secret{"pass"}).find(vault->seal("pass").substr(5, 32)),
              std::string::npos)
        << "a mark and a seal of one text have nothing in common";
}

class VaultKey : public ::testing::Test {
protected:
    Result<std::unique_ptr<Vault>> open() { return open_vault(folder.at("state"), random); }

    TempFolder folder;
    SeededRandom random{7};
    std::string key = folder.at("state/vault.key");
};

TEST_F(VaultKey, IsMadeOnceAndClosedToOthers) {
    const std::string seal = (*open())->seal("x");
    EXPECT_EQ((*open())->seal("x"), seal);
    struct stat about {};
    ASSERT_EQ(::stat(key.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u);
    EXPECT_EQ(about.st_size, 32);
    ASSERT_EQ(::stat(folder.at("state").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0700u);
    EXPECT_TRUE((*open())->remembers());
}

TEST_F(VaultKey, ThatIsLostIsNotForgottenUntilAPersonSaysSo) {
    ASSERT_TRUE(open().ok());
    write_file(folder.at("state/driftless.db"), "");
    EXPECT_TRUE((*open())->remembers());
    std::filesystem::remove(key);
    EXPECT_FALSE((*open())->remembers());
    EXPECT_FALSE((*open())->remembers()) << "at the next start too";
    std::filesystem::remove(folder.at("state/vault.forgot"));
    EXPECT_TRUE((*open())->remembers());
}

TEST_F(VaultKey, OthersMayNotReadIt) {
    ASSERT_TRUE(open().ok());
    ::chmod(key.c_str(), 0644);
    EXPECT_EQ(open().error().code, Errc::forbidden);
}

TEST_F(VaultKey, OfAnotherSizeIsRefusedAndKept) {
    ASSERT_TRUE(open().ok());
    write_file(key, "short");
    EXPECT_EQ(open().error().code, Errc::invalid);
    EXPECT_EQ(read_file(key), "short");
}

TEST_F(VaultKey, HalfWrittenIsWrittenAnew) {
    std::filesystem::create_directories(folder.at("state"));
    write_file(key + ".new", "half");
    EXPECT_TRUE(open().ok());
    EXPECT_FALSE(std::filesystem::exists(key + ".new"));
}

}  // namespace
}  // namespace driftless::testing
