#include "config/manifest.hpp"

#include <gtest/gtest.h>

#include "tests/support/golden.hpp"
#include "tests/support/memory_files.hpp"

namespace driftless {
namespace {

using test::MemoryFiles;

const std::vector<std::string> kinds{"ComposeProject", "DnsZone"};

std::string manifest(const std::string& name, const std::string& target = "mini1",
                     const std::string& more = "") {
    return "apiVersion: driftless/v1\nkind: ComposeProject\nmetadata: {name: " + name +
           "}\ntarget: " + target + "\n" + more + "spec: {file: compose.yaml}\n";
}

Manifests read(const MemoryFiles& files) {
    return read_manifests(files, kinds);
}

std::string told(const Findings& findings) {
    std::string text;
    for (const Finding& finding : findings) text += to_string(finding) + "\n";
    return text;
}

TEST(Manifests, ReadEveryKey) {
    const MemoryFiles files{{{"apps/p.yaml", R"(apiVersion: driftless/v1
kind: ComposeProject
metadata: {name: plausible, labels: {team: bnx}, was: [old-name]}
targets: [staging, prod]
dependsOn: [DnsZone/bnx.dev, DnsZone/x@edge]
policy: {protect: true, ignore: ["/services/web/environment/BUILD_ID"]}
spec:
  file: compose.yaml
)"}}};
    const Manifests read_back = read(files);
    EXPECT_TRUE(read_back.findings.empty());
    EXPECT_TRUE(read_back.unparsed.empty());
    ASSERT_EQ(read_back.all.size(), 2U);
    const Manifest& prod = read_back.all[0];
    EXPECT_EQ(prod.key(), (ResourceKey{"prod", "ComposeProject", "plausible"}));
    EXPECT_EQ(prod.labels.at("team"), "bnx");
    EXPECT_EQ(prod.was, std::vector<std::string>{"old-name"});
    EXPECT_EQ(prod.depends_on,
              (std::vector<ResourceKey>{{"prod", "DnsZone", "bnx.dev"}, {"edge", "DnsZone", "x"}}));
    EXPECT_EQ(prod.depends_on_places[1], (Place{"apps/p.yaml", 5, 30}));
    EXPECT_TRUE(prod.protect);
    EXPECT_EQ(prod.ignore, std::vector<std::string>{"/services/web/environment/BUILD_ID"});
    EXPECT_EQ(prod.spec.find("file")->text, "compose.yaml");
    EXPECT_EQ(prod.place, (Place{"apps/p.yaml", 1, 1}));
    EXPECT_EQ(read_back.all[1].depends_on[0].target, "staging");
    EXPECT_EQ(read_back.files_of.at("staging"), std::vector<std::string>{"apps/p.yaml"});
}

TEST(Manifests, LeaveOtherFilesAlone) {
    const MemoryFiles files{{
        {"compose.yaml", "services: {web: {image: ghcr.io/bnx/driftless/web}}\n"},
        {"broken.yaml", "a: [\n# driftless/v1\nimage: x/driftless/y\n"},
        {"helm.yml", "{{ .Values.x }}\n"},
        {"other.yaml", "apiVersion: v1\nkind: Service\n"},
        {"README.md", "apiVersion: driftless/v1\n"},
        {"empty.yaml", ""},
        {"mixed.yaml", "a: 1\n---\n---\n" + manifest("web")},
        {"list.yaml", "- apiVersion: driftless/v1\n"},
    }};
    const Manifests read_back = read(files);
    EXPECT_EQ(told(read_back.unparsed), "");
    EXPECT_TRUE(read_back.findings.empty());
    ASSERT_EQ(read_back.all.size(), 1U);
    EXPECT_EQ(read_back.all[0].place, (Place{"mixed.yaml", 4, 1}));
}

TEST(Manifests, AnErrorHoldsBackItsOwnTargetsOnly) {
    const MemoryFiles files{{
        {"a.yaml", manifest("web", "mini1", "colour: red\n") + "---\n" + manifest("db", "mini2")},
    }};
    const Manifests read_back = read(files);
    EXPECT_TRUE(has_errors(read_back.findings.at("mini1")));
    EXPECT_FALSE(read_back.findings.contains("mini2"));
    EXPECT_TRUE(read_back.unparsed_files.empty());
}

TEST(Manifests, Fault8AFileThatCannotBeParsedIsUnparsedAlone) {
    const MemoryFiles files{
        {{"bad.yaml", manifest("web") + "  x: [\n"}, {"good.yaml", manifest("db")}}};
    const Manifests read_back = read(files);
    EXPECT_EQ(read_back.unparsed_files, std::vector<std::string>{"bad.yaml"});
    EXPECT_EQ(read_back.all.size(), 1U);
    EXPECT_TRUE(read_back.findings.empty());
}

TEST(Manifests, AreUnparsedWhileNobodyKnowsWhomTheyAreFor) {
    const MemoryFiles files{{
        {"a.yaml",
         "apiVersion: driftless/v1\nkind: ComposeProject\nmetadata: {name: a}\nspec: {}\n"},
        {"b.yaml", manifest("b", "[x]")},
        {"c.yaml", manifest("c", "Mini1")},
    }};
    const Manifests read_back = read(files);
    EXPECT_EQ(read_back.unparsed_files, (std::vector<std::string>{"a.yaml", "b.yaml", "c.yaml"}));
    EXPECT_TRUE(read_back.all.empty());
}

TEST(Manifests, TellAllFaultsWithTheirPlaces) {
    const MemoryFiles files{{
        {"keys.yaml", R"(apiVersion: driftless/v1
kind: ComposeProjct
metadata: {name: Web/1, lables: {a: b}, was: ["../x"], labels: [a]}
target: mini1
dependson: []
dependsOn: [nothing, DnsZone/x@Bad]
policy: {protect: maybe, ignore: [services/web], mode: converge}
spec: text
)"},
        {"kind.yaml", "apiVersion: driftless/v1\nkind: Wurst\ntarget: mini1\nspec: {}\n"},
        {"tag.yaml", manifest("tagged", "mini1", "policy: !reset {}\n")},
        {"twice.yaml", manifest("twice") + "---\n" + manifest("twice")},
        {"version.yaml",
         "apiVersion: driftless/v2\nkind: DnsZone\nmetadata: {name: a}\ntarget: mini1\nspec: {}\n"},
        {"slip.yaml",
         "apiversion: driftless/v1\nkind: DnsZone\nmetadata: {name: b}\ntarget: mini1\nspec: {}\n"},
        {"both.yaml", manifest("both", "mini1", "targets: [mini1]\n")},
        {"same.yaml",
         "apiVersion: driftless/v1\nkind: DnsZone\nmetadata: {name: c}\ntargets: [mini1, "
         "mini1]\nspec: {}\n"},
        {"nospec.yaml",
         "apiVersion: driftless/v1\nkind: DnsZone\nmetadata: {name: d}\ntarget: mini1\n"},
    }};
    const Manifests read_back = read(files);
    std::string all = "# mini1\n" + told(read_back.findings.at("mini1"));
    all += "# unparsed\n" + told(read_back.unparsed);
    test::expect_golden("config/manifest_faults.txt", all);
}

// ---- Values
std::string values(const std::string& name, const std::string& target, const std::string& spec) {
    return "apiVersion: driftless/v1\nkind: Values\nmetadata: {name: " + name + "}\n" +
           (target.empty() ? "" : "target: " + target + "\n") + "spec: " + spec + "\n";
}

TEST(Values, OfATargetWinOverThoseOfAll) {
    const MemoryFiles files{{
        {"all.yaml", values("all", "", "{web: {tag: v1, port: 80}, list: [1, 2]}")},
        {"mini1.yaml", values("mini1", "mini1", "{web: {tag: v2}, list: [3]}")},
        {"more.yaml", values("more", "mini1", "{web: {colour: red}}")},
    }};
    const Manifests read_back = read(files);
    EXPECT_TRUE(read_back.findings.empty());
    EXPECT_TRUE(read_back.all.empty());
    const Node& mini1 = read_back.values.at("mini1");
    EXPECT_EQ(mini1.find("web")->find("tag")->text, "v2");
    EXPECT_EQ(mini1.find("web")->find("port")->text, "80");
    EXPECT_EQ(mini1.find("web")->find("colour")->text, "red");
    EXPECT_EQ(mini1.find("list")->items.size(), 1U);
    const Node& others = read_back.values.at(std::string{every_target});
    EXPECT_EQ(others.find("web")->find("tag")->text, "v1");
}

TEST(Values, OfEqualRankMayNotSayTheSameTwice) {
    const MemoryFiles files{{
        {"a.yaml", values("a", "mini1", "{web: {tag: v1}}")},
        {"b.yaml", values("b", "mini1", "{web: {tag: v2}}")},
        {"c.yaml", values("c", "", "{x: 1}")},
        {"d.yaml", values("d", "", "{x: 1}")},
    }};
    const Manifests read_back = read(files);
    EXPECT_EQ(told(read_back.findings.at("mini1")),
              "b.yaml:5:19: the value \"web.tag\" is there twice, first at a.yaml:5:19\n");
    EXPECT_EQ(told(read_back.findings.at(std::string{every_target})),
              "d.yaml:4:11: the value \"x\" is there twice, first at c.yaml:4:11\n");
}

// ---- the catalogue of faults, 12 to 18
TEST(Faults, Fault12ALinkIsAnErrorWithItsPath) {
    MemoryFiles files{{{"good.yaml", manifest("web")}}};
    files.add_link("link.yaml", "../../etc/passwd").add_link("folder", "../out");
    const Manifests read_back = read(files);
    EXPECT_EQ(told(read_back.unparsed), "link.yaml: a symbolic link; put the file itself here\n");
    EXPECT_EQ(read_back.unparsed_files, std::vector<std::string>{"link.yaml"});
    EXPECT_EQ(read_back.all.size(), 1U);
}

TEST(Faults, Fault13ASubmoduleIsNeverFetched) {
    MemoryFiles files{{{"good.yaml", manifest("web")}}};
    files.add_submodule("vendor").add_submodule("vendor.yaml");
    EXPECT_EQ(told(read(files).unparsed), "vendor.yaml: a submodule; these are never fetched\n");
}

TEST(Faults, Fault14AnLfsPointerIsToldAsSuch) {
    const MemoryFiles files{
        {{"big.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"}}};
    EXPECT_NE(told(read(files).unparsed).find("Git LFS pointer"), std::string::npos);
}

TEST(Faults, Fault15OtherEncodingsAreRefusedWithTheirOffset) {
    std::string wide;
    for (const char letter : manifest("web")) wide += std::string{letter} + '\0';
    const MemoryFiles files{{
        {"latin1.yaml", manifest("caf\xE9")},
        {"utf16.yaml", "\xFF\xFE" + wide},
        {"windows.yaml", "\xEF\xBB\xBF" + manifest("crlf")},
    }};
    const Manifests read_back = read(files);
    EXPECT_EQ(told(read_back.unparsed),
              "latin1.yaml:3:21: byte 66 (0xe9) is not UTF-8; save the file as UTF-8\n"
              "utf16.yaml:1:1: byte 0 (0xff) is not UTF-8; save the file as UTF-8\n");
    EXPECT_EQ(read_back.all.size(), 1U);
}

TEST(Faults, Fault16TooBigAFile) {
    const MemoryFiles files{{{"a.yaml", manifest("web") + std::string(1U << 20U, '#')}}};
    const Manifests read_back = read(files);
    EXPECT_NE(told(read_back.unparsed).find("the limit is 1048576"), std::string::npos);
    EXPECT_EQ(read_back.unparsed_files, std::vector<std::string>{"a.yaml"});
}

TEST(Faults, Fault16TooMuchYamlTogether) {
    MemoryFiles files;
    for (int i = 0; i < 17; ++i) {
        files.add("f" + std::to_string(i) + ".yaml", std::string(1U << 20U, '#'));
    }
    files.add("picture.png", std::string(20U << 20U, 'x'));
    const Manifests read_back = read(files);
    EXPECT_EQ(read_back.unparsed_files, std::vector<std::string>{std::string{whole_commit}});
    EXPECT_NE(told(read_back.unparsed).find("more than 16777216 bytes"), std::string::npos);
}

TEST(Faults, Fault16TooManyFiles) {
    MemoryFiles files;
    for (int i = 0; i < 20'001; ++i) files.add("f" + std::to_string(i), "");
    const Manifests read_back = read(files);
    EXPECT_EQ(told(read_back.unparsed), "/: the commit holds 20001 files; the limit is 20000\n");
    EXPECT_EQ(read_back.unparsed_files, std::vector<std::string>{std::string{whole_commit}});
}

TEST(Faults, Fault16TooLongAPath) {
    std::string path;
    while (path.size() < 1'100) path += "folder/";
    const MemoryFiles files{{{path + "a.yaml", manifest("web")}}};
    EXPECT_NE(told(read(files).unparsed).find("the limit is 1024"), std::string::npos);
}

TEST(Faults, Fault17ABombHoldsBackItsFileAlone) {
    std::string bomb = manifest("bomb") + "---\na: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char level = 'b'; level <= 'i'; ++level) {
        bomb += std::string{level} + ": &" + level + " [";
        for (int i = 0; i < 9; ++i) bomb += std::string{"*"} + static_cast<char>(level - 1) + ",";
        bomb += "]\n";
    }
    const MemoryFiles files{{{"bomb.yaml", bomb}, {"good.yaml", manifest("web")}}};
    const Manifests read_back = read(files);
    EXPECT_EQ(read_back.unparsed_files, std::vector<std::string>{"bomb.yaml"});
    EXPECT_EQ(read_back.all.size(), 1U);
}

TEST(Faults, Fault18HostileNamesAreRefused) {
    for (const std::string name : {"'../x'", "-flag", "'a\\b'", "\"a\\nb\"", "javascript:x",
                                   "'a b'", "A", "\"\\u202Ex\"", "a/b", "''"}) {
        const MemoryFiles files{{{"a.yaml", manifest(name)}}};
        const Manifests read_back = read(files);
        ASSERT_TRUE(read_back.findings.contains("mini1")) << name;
        EXPECT_TRUE(has_errors(read_back.findings.at("mini1"))) << name;
        EXPECT_TRUE(read_back.all.empty()) << name;
    }
}

}  // namespace
}  // namespace driftless
