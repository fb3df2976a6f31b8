#include "reconcilers/cloudflare/pages_upload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "providers/cloudflare/asset_hash.hpp"
#include "providers/cloudflare/pages_assets.hpp"
#include "providers/net/task_group.hpp"
#include "reconcilers/cloudflare/pages_site.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t uploads_at_once = 3;
constexpr std::size_t usual_bytes_of_upload = 5u << 20;  // a larger file goes alone
static_assert(usual_bytes_of_upload <= most_bytes_of_upload);
constexpr std::size_t most_remembered = 5 * most_site_files;  // hashes: about 10 MB
constexpr std::size_t files_between_words = 100;
constexpr double megabyte = 1'000'000.0;

/// Same bytes under the same extension are one file to Pages.
std::string kind_of(const SiteFile& file) {
    return file.id + "." + std::string{extension_of(file.path)};
}

/// Files that go out in one call, by their hashes.
using Parcel = std::map<std::string, const SiteFile*>;

/// One site on its way.
class Upload {
public:
    Upload(AccountAccess& access, Run& run, const Declared& want)
        : access_(access),
          run_(run),
          want_(want),
          files_(run.files_of(want.origin.commit)),
          assets_(access.account, want.key.name) {}

    asio::awaitable<Result<NewDeployment>> send() {
        if (files_ == nullptr) {
            co_return Error{Errc::unavailable, "read the files of commit " + want_.origin.commit +
                                                   ": it is not at hand"};
        }
        auto done = co_await read_site();
        if (done) done = co_await hash_all();
        if (done) done = co_await send_missing();
        if (!done) co_return std::move(done).error();
        co_return co_await deployment();
    }

private:
    asio::awaitable<Result<void>> read_site();
    asio::awaitable<Result<std::string>> hash_of(SiteFile file);
    asio::awaitable<Result<void>> hash_all();
    asio::awaitable<Result<void>> send_missing();
    asio::awaitable<void> send_one(Parcel parcel, Result<void>& result);
    asio::awaitable<Result<void>> send_parcel(Parcel parcel);
    asio::awaitable<Result<NewDeployment>> deployment();
    asio::awaitable<Result<std::string>> bytes_of(std::string path);
    std::vector<Parcel> parcels_of(const std::vector<std::string>& missing);
    void tell(std::string text) {
        if (run_.progress) run_.progress({want_.key, std::move(text)});
    }

    AccountAccess& access_;
    Run& run_;
    const Declared& want_;
    const Files* files_;
    PagesAssets assets_;
    Site site_;
    std::map<std::string, const SiteFile*> by_hash_;  ///< one of those that are the same
    json manifest_ = json::object();
    std::size_t sent_ = 0;  ///< bytes
    std::size_t all_ = 0;
};

asio::awaitable<Result<void>> Upload::read_site() {
    const std::string content = want_.spec.at("content");
    const std::string folder = want_.blobs.at(content).at("folder");
    using Listed = Result<std::vector<FileEntry>>;
    const Files* files = files_;
    std::function<Listed()> work = [files, folder] { return files->list(folder); };
    const Listed entries = co_await net::run_blocking<Listed>(access_.lane, std::move(work));
    if (!entries) co_return entries.error();
    site_ = site_of(*entries, folder);
    co_return Result<void>{};
}

asio::awaitable<Result<std::string>> Upload::bytes_of(std::string path) {
    using Bytes = Result<std::string>;
    const Files* files = files_;
    std::function<Bytes()> work = [files, path] {
        return files->read_large(path, most_bytes_of_file);
    };
    co_return co_await net::run_blocking<Bytes>(access_.lane, std::move(work));
}

/// Read and hashed once for all commits that hold the same file.
asio::awaitable<Result<std::string>> Upload::hash_of(SiteFile file) {
    const std::string kind = kind_of(file);
    const auto known = access_.pages.hashes.find(kind);
    if (known != access_.pages.hashes.end()) co_return known->second;
    using Hash = Result<std::string>;
    const Files* files = files_;
    std::function<Hash()> work = [files, path = file.path]() -> Hash {
        const auto bytes = files->read_large(path, most_bytes_of_file);
        if (!bytes) return bytes.error();
        return asset_hash(base64_of(*bytes), extension_of(path));
    };
    Hash hash = co_await net::run_blocking<Hash>(access_.lane, std::move(work));
    if (access_.pages.hashes.size() >= most_remembered) access_.pages.hashes.clear();
    if (hash) access_.pages.hashes.emplace(kind, *hash);
    co_return hash;
}

asio::awaitable<Result<void>> Upload::hash_all() {
    for (const SiteFile& file : site_.files) {
        if (manifest_.size() % files_between_words == files_between_words - 1) {
            tell(fmt::format("reading {} of {} files", manifest_.size() + 1, site_.files.size()));
        }
        const auto hash = co_await hash_of(file);
        if (!hash) co_return hash.error();
        manifest_[file.url] = *hash;
        by_hash_.emplace(*hash, &file);
    }
    co_return Result<void>{};
}

/// Small files first, so that they go out together.
std::vector<Parcel> Upload::parcels_of(const std::vector<std::string>& missing) {
    std::vector<std::pair<std::size_t, std::string>> by_size;
    for (const std::string& hash : missing) {
        const auto found = by_hash_.find(hash);
        if (found != by_hash_.end()) by_size.emplace_back(found->second->size, hash);
    }
    std::ranges::sort(by_size);
    std::vector<Parcel> parcels;
    std::size_t bytes = 0;
    for (const auto& [size, hash] : by_size) {
        const bool is_full = parcels.empty() || bytes + size > usual_bytes_of_upload ||
                             parcels.back().size() >= most_files_of_upload;
        if (is_full) {
            parcels.emplace_back();
            bytes = 0;
        }
        parcels.back().emplace(hash, by_hash_.at(hash));
        bytes += size;
        all_ += size;
    }
    return parcels;
}

asio::awaitable<Result<void>> Upload::send_parcel(Parcel parcel) {
    AssetBucket bucket;
    std::size_t size = 0;
    for (const auto& [hash, file] : parcel) {
        const auto bytes = co_await bytes_of(file->path);
        if (!bytes) co_return bytes.error();
        bucket.add(hash, base64_of(*bytes), content_type_of(file->path));
        size += bytes->size();
    }
    auto sent = co_await assets_.upload(std::move(bucket));
    if (!sent) co_return std::move(sent).error();
    sent_ += size;
    tell(fmt::format("uploading to Pages: {:.1f} of {:.1f} MB",
                     static_cast<double>(sent_) / megabyte, static_cast<double>(all_) / megabyte));
    co_return Result<void>{};
}

asio::awaitable<void> Upload::send_one(Parcel parcel, Result<void>& result) {
    result = co_await send_parcel(std::move(parcel));
}

asio::awaitable<Result<void>> Upload::send_missing() {
    std::vector<std::string> hashes;
    for (const auto& [hash, file] : by_hash_) hashes.push_back(hash);
    const auto missing = co_await assets_.missing(hashes);
    if (!missing) co_return missing.error();
    if (missing->empty()) co_return Result<void>{};
    std::vector<Parcel> parcels = parcels_of(*missing);
    std::vector<Result<void>> results(parcels.size(), Result<void>{});
    std::vector<asio::awaitable<void>> work;
    for (std::size_t at = 0; at < parcels.size(); ++at) {
        work.push_back(send_one(std::move(parcels[at]), results[at]));
    }
    auto ended = co_await net::side_by_side(std::move(work), uploads_at_once);
    if (!ended) co_return std::move(ended).error();
    for (Result<void>& result : results) {
        if (!result) co_return std::move(result).error();
    }
    // A failure costs the next upload only: what is forgotten is sent again.
    const auto kept = co_await assets_.keep(std::move(hashes));
    if (!kept && kept.error().code == Errc::canceled) co_return kept.error();
    co_return Result<void>{};
}

asio::awaitable<Result<NewDeployment>> Upload::deployment() {
    NewDeployment made;
    made.manifest = std::move(manifest_);
    made.commit = want_.origin.commit;
    made.message = deployment_message(access_.installation, want_.spec.at("content"));
    for (const SiteFile& file : site_.rules) {
        auto text = co_await bytes_of(file.path);
        if (!text) co_return std::move(text).error();
        made.files.emplace_back(file.url.substr(1), *std::move(text));
    }
    co_return made;
}

}  // namespace

asio::awaitable<Result<NewDeployment>> upload_site(AccountAccess& access, Run& run,
                                                   const Declared& want) {
    Upload upload{access, run, want};
    co_return co_await upload.send();
}

}  // namespace driftless::cloudflare
