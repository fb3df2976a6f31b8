// What Pages calls a file by: BLAKE3 held against its own vectors, and the names against those that
// Cloudflare's tool makes.
#include "providers/cloudflare/asset_hash.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <fstream>

#include "config/base/hex.hpp"
#include "providers/cloudflare/blake3.hpp"
#include "tests/support/paths.hpp"

namespace driftless::cloudflare {
namespace {

using json = nlohmann::json;

json data(const std::string& name) {
    std::ifstream file{test::source_dir() / "tests" / "data" / "cloudflare" / name};
    return json::parse(file);
}

TEST(Blake3, GivesWhatItsVectorsSay) {
    const json vectors = data("blake3.json");
    for (const json& one : vectors.at("cases")) {
        std::string bytes(one.at("length").get<std::size_t>(), '\0');
        for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 251);
        EXPECT_EQ(to_hex(blake3(bytes)), one.at("hash").get<std::string>()) << bytes.size();
    }
    EXPECT_GT(vectors.at("cases").size(), 20U);
}

TEST(AssetHash, IsOfTheContentInBase64AndTheExtension) {
    const json hashes = data("asset_hashes.json");
    for (const json& one : hashes.at("text")) {
        const std::string content = base64_of(one.at("content").get<std::string>());
        EXPECT_EQ(asset_hash(content, one.at("ext").get<std::string>()), one.at("hash"));
    }
    for (const json& one : hashes.at("vectors")) {
        std::string bytes(one.at("size").get<std::size_t>(), '\0');
        const auto seed = one.at("seed").get<std::size_t>();
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<char>((i * 7 + seed) % 251);
        }
        const std::string path = one.at("path");
        EXPECT_EQ(extension_of(path), one.at("ext").get<std::string>()) << path;
        EXPECT_EQ(asset_hash(base64_of(bytes), extension_of(path)),
                  one.at("hash").get<std::string>())
            << path;
    }
}

TEST(AssetHash, AnExtensionIsOfTheNameAlone) {
    EXPECT_EQ(extension_of("a/b.tar.gz"), "gz");
    EXPECT_EQ(extension_of("v1.2/readme"), "");
    EXPECT_EQ(extension_of(".well-known/.hidden"), "");
    EXPECT_EQ(extension_of("ends."), "");
}

TEST(ContentType, IsByExtensionWhateverItsCase) {
    EXPECT_EQ(content_type_of("index.html"), "text/html");
    EXPECT_EQ(content_type_of("img/A.JPG"), "image/jpeg");
    EXPECT_EQ(content_type_of("zip.zip"), "application/zip");
    EXPECT_EQ(content_type_of("a.apng"), "image/apng");
    EXPECT_EQ(content_type_of("a.zzz"), "application/octet-stream");
    EXPECT_EQ(content_type_of("CNAME"), "application/octet-stream");
}

}  // namespace
}  // namespace driftless::cloudflare
