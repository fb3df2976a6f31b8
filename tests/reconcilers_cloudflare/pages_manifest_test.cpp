// From a PagesProject to its resources, and what is wrong with one.
#include "reconcilers/cloudflare/pages_manifest.hpp"

#include <gmock/gmock.h>

#include "reconcilers/cloudflare/pages_site.hpp"
#include "tests/reconcilers_cloudflare/manifest_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ManifestScene pages_scene() {
    ManifestScene scene{.expander = expand_pages_project, .file = "bnx.yaml", .manifest = {}};
    scene.manifest.kind = "PagesProject";
    scene.manifest.name = "bnx";
    scene.manifest.place = {"bnx.yaml", 1, 1};
    scene.beside = {{"site/index.html", "<h1>hi</h1>"}, {"site/_headers", "/*\n  X-A: b\n"}};
    return scene;
}

std::string content(ManifestScene& scene) {
    const Expanded expanded = scene.expand("folder: site");
    EXPECT_THAT(expanded.findings, IsEmpty());
    return expanded.resources.at(1).spec.at("content");
}

TEST(PagesProject, BecomesAProjectItsDomainsAndWhatItServes) {
    ManifestScene scene = pages_scene();
    const Expanded pages = scene.expand(
        "productionBranch: trunk\n"
        "domains: [WWW.bnx.dev, bnx.dev]\n"
        "folder: ./site/\n");
    EXPECT_THAT(pages.findings, IsEmpty());
    ASSERT_EQ(pages.resources.size(), 4U);
    const Declared& project = pages.resources.at(0);
    EXPECT_EQ(to_string(project.key), "edge/cloudflare.pages_project/bnx");
    EXPECT_EQ(project.spec, json::parse(R"({"name":"bnx","production_branch":"trunk",
        "mark":"driftless:sim"})"));
    EXPECT_TRUE(project.data);
    const Declared& domain = pages.resources.at(1);
    EXPECT_EQ(to_string(domain.key), "edge/cloudflare.pages_domain/bnx/www.bnx.dev");
    EXPECT_EQ(domain.needs.front().key, project.key);
    EXPECT_EQ(domain.origin.place, (Place{"bnx.yaml", 2, 11}));
    const Declared& deployment = pages.resources.at(3);
    EXPECT_EQ(to_string(deployment.key), "edge/cloudflare.pages_deployment/bnx");
    EXPECT_EQ(deployment.needs.front().key, project.key);
    const std::string hash = deployment.spec.at("content");
    EXPECT_THAT(hash, SizeIs(32));
    EXPECT_EQ(deployment.blobs.at(hash).at("folder"), "site");
}

TEST(PagesProject, WithoutFolderAndDomainsItIsAProjectAlone) {
    ManifestScene scene = pages_scene();
    scene.manifest.protect = true;
    const Expanded pages = scene.expand("{}");
    ASSERT_THAT(pages.resources, SizeIs(1));
    EXPECT_EQ(pages.resources.front().spec.at("production_branch"), "main");
    EXPECT_EQ(pages.resources.front().spec.at("mark"), "driftless:sim protect");
}

TEST(PagesProject, ItsContentIsOfWhatIsServedAndHow) {
    ManifestScene scene = pages_scene();
    const std::string before = content(scene);
    const auto with = [&](const std::string& path, const std::string& text) {
        ManifestScene other = pages_scene();
        other.beside[path] = text;
        return content(other);
    };
    EXPECT_EQ(with("elsewhere/index.html", "x"), before);
    EXPECT_EQ(with("site/.DS_Store", "x"), before);
    EXPECT_EQ(with("site/a/node_modules/b.js", "x"), before);
    EXPECT_EQ(with("site/_routes.json", "{}"), before);
    EXPECT_NE(with("site/index.html", "<h1>ho</h1>"), before);
    EXPECT_NE(with("site/about.html", "x"), before);
    EXPECT_NE(with("site/_headers", "/*\n  X-A: c\n"), before);
    EXPECT_NE(with("site/_redirects", "/a /b 301\n"), before);
    ManifestScene moved = pages_scene();
    moved.beside = {{"index.html", "<h1>hi</h1>"}, {"_headers", "/*\n  X-A: b\n"}};
    const Expanded expanded = moved.expand("folder: .");
    EXPECT_EQ(expanded.resources.at(1).spec.at("content"), before)
        << "the folder's name is no part";
}

TEST(Site, HoldsFilesByTheirAddressAndRulesApart) {
    const test::MemoryFiles files{{{"site/a/b.html", "x"},
                                   {"site/_headers", ""},
                                   {"site/deep/_headers", "served as any file"}}};
    const Site site = site_of(*files.list("site"), "site");
    ASSERT_THAT(site.files, SizeIs(2));
    EXPECT_EQ(site.files.at(0).url, "/a/b.html");
    EXPECT_EQ(site.files.at(1).url, "/deep/_headers");
    ASSERT_THAT(site.rules, SizeIs(1));
    EXPECT_EQ(site.rules.at(0).path, "site/_headers");
}

TEST(PagesProject, TellsAllThatIsWrongWithItsPlace) {
    ManifestScene scene = pages_scene();
    scene.manifest.name = "bnx.dev";
    scene.manifest.was = {"old"};
    std::string all = scene.refusals(R"(
productionBranch: ""
domains: ["*.bnx.dev", localhost, bnx.pages.dev, a.bnx.dev, A.bnx.dev, "a..b", [x]]
folder: stie
branch: main
)");
    scene = pages_scene();
    for (const char* folder :
         {"../site", "/site", "site/index.html", "{from: Tunnel/home, field: id}", "[site]"}) {
        all += scene.refusals(fmt::format("folder: {}", folder));
    }
    scene.beside = {{"site/_headers", ""}};
    all += scene.refusals("folder: site");
    test::expect_golden("cloudflare/pages_faults.txt", all);
}

TEST(PagesProject, TellsWhatOfItsFolderPagesWouldRefuseOrLeaveOut) {
    ManifestScene scene = pages_scene();
    scene.beside["site/_worker.js"] = "export default {}";
    scene.beside["site/movie.mp4"] = std::string((25u << 20) + 1, 'm');
    std::string headers = "X-Early: 1\n# remark\n/a\n  X-A: 1\n  no colon\n  ! X-B\n/b\n  " +
                          std::string(2'000, 'h') + ": 1\n";
    for (int at = 0; at < 100; ++at) headers += fmt::format("/p{}\n  X-P: {}\n", at, at);
    scene.beside["site/_headers"] = headers;
    std::string redirects = "/from /to 301\n/alone\n/long /" + std::string(1'000, 'r') + "\n";
    for (int at = 0; at < 2'000; ++at) redirects += fmt::format("/s{} /t\n", at);
    for (int at = 0; at < 101; ++at) redirects += fmt::format("/m{}/* /t\n", at);
    scene.beside["site/_redirects"] = redirects;
    test::expect_golden("cloudflare/pages_site_faults.txt", scene.refusals("folder: site"));
}

TEST(PagesProject, LinksAreNotPublishedAndSubmodulesCanNotBe) {
    test::MemoryFiles files{{{"site/index.html", "x"}}};
    files.add_link("site/link", "/etc/passwd");
    files.add_submodule("site/theme");
    Findings findings;
    const auto entries = files.list("site");
    check_site(files, *entries, "site", {"bnx.yaml", 3, 9}, findings);
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_THAT(to_string(findings.at(0)), HasSubstr("site/link: it is a symbolic link"));
    EXPECT_EQ(findings.at(0).severity, Finding::Severity::note);
    EXPECT_THAT(to_string(findings.at(1)), HasSubstr("site/theme: it is a submodule"));
    EXPECT_EQ(findings.at(1).severity, Finding::Severity::error);
    EXPECT_THAT(site_of(*entries, "site").files, SizeIs(1));
}

TEST(PagesProject, TooManyFilesAreTooMany) {
    std::vector<FileEntry> entries;
    for (std::size_t at = 0; at <= most_site_files; ++at) {
        FileEntry entry;
        entry.path = fmt::format("site/{:05}.html", at);
        entries.push_back(std::move(entry));
    }
    Findings findings;
    check_site(test::MemoryFiles{}, entries, "site", {"bnx.yaml", 3, 9}, findings);
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_THAT(to_string(findings.front()),
                HasSubstr("bnx.yaml:3:9: spec.folder: it holds 20001"));
    findings.clear();
    entries.pop_back();
    check_site(test::MemoryFiles{}, entries, "site", {"bnx.yaml", 3, 9}, findings);
    EXPECT_THAT(findings, IsEmpty());
}

}  // namespace
}  // namespace driftless::cloudflare
