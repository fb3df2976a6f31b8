// Whose signature a commit must carry; signed by git, judged by ssh-keygen, as for everybody.
#include <gtest/gtest.h>

#include "tests/git/rig.hpp"
#include "tests/support/servers.hpp"

namespace driftless::git {
namespace {

using testing::make_ssh_key;
using testing::public_part;

class Signed : public SourceRig {
protected:
    void SetUp() override {
        if (!testing::is_program("/usr/bin/ssh-keygen")) GTEST_SKIP() << "needs ssh-keygen";
        anna = make_ssh_key(keys, "anna", "ed25519");
        allow("anna@example.org namespaces=\"git\" " + public_part(anna));
    }
    void allow(const std::string& lines) {
        testing::write_file(folder.at("signers"), lines + "\n");
    }
    std::string sign(const std::string& content, const std::string& key) {
        testing::write_file(repo.path() + "/a", content);
        repo.git("add --all");
        repo.git("-c gpg.format=ssh -c user.signingKey=" + key + ".pub commit -q -S -m signed");
        return repo.git("rev-parse HEAD");
    }
    /// The newest commit, with the last `from` in it another text, in its place.
    std::string rewritten(const std::string& from, const std::string& to) {
        std::string commit = repo.git("cat-file commit HEAD") + "\n";
        commit.replace(commit.rfind(from), from.size(), to);
        testing::write_file(folder.at("commit"), commit);
        const std::string id = repo.git("hash-object -w -t commit " + folder.at("commit"));
        repo.git("reset -q --hard " + id);
        return id;
    }
    /// A fetched source.
    std::unique_ptr<Source> fetched(bool every_commit = false) {
        SourceSettings all;
        all.name = "infra";
        all.url = repo.url();
        all.verify = SourceVerify{.signers = folder.at("signers"), .every_commit = every_commit};
        auto source = make(all);
        const auto tip = run(source->fetch());
        EXPECT_TRUE(tip) << tip.error().message;
        return source;
    }
    Result<void> verify(const std::string& commit) { return run(fetched()->verify(commit, "")); }

    testing::TempFolder keys;
    std::string anna;
};

TEST_F(Signed, ACommitOfAnAllowedSignerIsGood) {
    const std::string commit = sign("1", anna);
    const auto verified = verify(commit);
    EXPECT_TRUE(verified) << verified.error().message;
    int made = 0;
    for (const std::string type : {"ecdsa -b 256", "ecdsa -b 384", "rsa -b 2048"}) {
        const std::string key = make_ssh_key(keys, "other" + std::to_string(++made), type);
        allow("x@example.org " + public_part(key));
        const auto other = verify(sign(type, key));
        EXPECT_TRUE(other) << type << other.error().message;
    }
}

TEST_F(Signed, AnUnsignedCommitIsNot) {
    expect_error(verify(repo.commit({{"a", "1"}})), Errc::forbidden,
                 {"is not signed", "git config gpg.format ssh"});
}

TEST_F(Signed, ACommitOfAnotherSignerIsNot) {
    const std::string mallory = make_ssh_key(keys, "mallory", "ed25519");
    expect_error(verify(sign("1", mallory)), Errc::forbidden, {"not signed by anyone"});
}

TEST_F(Signed, ASignatureOfAnotherCommitIsNot) {
    sign("1", anna);
    const std::string forged = rewritten("signed\n", "forged\n");
    expect_error(verify(forged), Errc::forbidden, {"not signed by anyone", "incorrect"});
}

TEST_F(Signed, ASignerCountsInItsNamespaceAndTimeOnly) {
    const std::string commit = sign("1", anna);
    allow("anna@example.org namespaces=\"file\" " + public_part(anna));
    expect_error(verify(commit), Errc::forbidden, {"namespace"});
    allow("anna@example.org valid-before=\"20200101\" " + public_part(anna));
    expect_error(verify(commit), Errc::forbidden, {"expired"});
    allow("anna@example.org valid-after=\"20990101\" " + public_part(anna));
    expect_error(verify(commit), Errc::forbidden, {"not yet valid"});
    allow("anna@example.org valid-before=\"20200101\" " + public_part(anna) +
          "\nanna@example.org valid-after=\"20200101\" " + public_part(anna));
    EXPECT_TRUE(verify(commit));
}

TEST_F(Signed, AnotherKindOfSignatureIsToldApart) {
    repo.commit({{"a", "1"}});
    const std::string pgp = rewritten(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n\n");
    expect_error(verify(pgp), Errc::forbidden, {"not by an SSH key"});
}

TEST_F(Signed, EachNewCommitCountsWhereAllDo) {
    const std::string first = sign("1", anna);
    repo.commit({{"b", "unsigned"}});
    const std::string third = sign("3", anna);
    EXPECT_TRUE(run(fetched(false)->verify(third, first))) << "the tip alone";
    const auto source = fetched(true);
    expect_error(run(source->verify(third, first)), Errc::forbidden, {"is not signed"});
    EXPECT_TRUE(run(source->verify(third, ""))) << "nothing is known yet: the tip alone";
    const std::string fourth = sign("4", anna);
    EXPECT_TRUE(run(fetched(true)->verify(fourth, third)));
}

TEST_F(Signed, SignersThatCannotBeReadAreNoSigners) {
    const std::string commit = sign("1", anna);
    const auto source = fetched();
    std::filesystem::remove(folder.at("signers"));
    const auto verified = run(source->verify(commit, ""));
    ASSERT_TRUE(verified.failed());
    EXPECT_NE(verified.error().code, Errc::forbidden) << "it is our own fault, and tried again";
}

}  // namespace
}  // namespace driftless::git
