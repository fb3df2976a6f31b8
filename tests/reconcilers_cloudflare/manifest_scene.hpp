#pragma once

#include <string>

#include "reconcilers/expand.hpp"
#include "tests/support/memory_files.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::cloudflare {

/// One manifest for the target `edge`, and what it becomes.
struct ManifestScene {
    Expander expander;
    std::string file;  ///< where its spec stands, for places
    Manifest manifest;
    std::map<std::string, std::string> beside{};  ///< other files of the commit
    test::ToyVault vault{};
    test::ToySecrets secrets{{{"token", "s3cret"}}};
    TargetSettings target{"edge", {}, {}, {}, {}};

    Expanded expand(const std::string& spec) {
        const test::MemoryFiles files{beside, "c0ffee"};
        Findings yaml;
        const auto documents = read_yaml(spec, file, yaml);
        manifest.target = target.name;
        manifest.spec = documents->front();
        const References references{nullptr, &secrets, &vault, target.name};
        return expander({manifest, files, references, target, "sim"});
    }
    /// All that is wrong, a line each.
    std::string refusals(const std::string& spec) {
        std::string text;
        for (const Finding& finding : expand(spec).findings) text += to_string(finding) + "\n";
        return text;
    }
};

}  // namespace driftless::cloudflare
