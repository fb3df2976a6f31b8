#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/base/files.hpp"
#include "config/base/vault.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::cli {

/// What was imported, as a commit that nobody has made yet.
class ImportedFiles final : public Files {
public:
    explicit ImportedFiles(const std::vector<ImportedManifest>& manifests);

    [[nodiscard]] std::string commit() const override { return "import"; }
    [[nodiscard]] Result<FileEntry> find(const std::string& path) const override;
    [[nodiscard]] Result<std::vector<FileEntry>> list(const std::string& folder) const override;
    [[nodiscard]] Result<std::string> read(const std::string& path) const override;
    [[nodiscard]] Result<std::string> read_large(const std::string& path,
                                                 std::size_t) const override {
        return read(path);
    }

private:
    std::map<std::string, std::string> texts_;  // by path
};

/// The secrets that were found, as if they lay where the manifests look for them. Those that nobody
/// shows are some text or other: no plan of an import can see what they are.
class ImportedSecrets final : public Secrets {
public:
    explicit ImportedSecrets(const std::vector<ImportedManifest>& manifests);
    [[nodiscard]] Result<Secret> read(const std::string& name, const std::string&) const override;

private:
    std::map<std::string, Secret> secrets_;
};

}  // namespace driftless::cli
