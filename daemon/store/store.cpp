#include "daemon/store/store.hpp"

#include "daemon/store/database_file.hpp"
#include "daemon/store/sql_store.hpp"

namespace driftless {
namespace {

Result<std::unique_ptr<Store>> open_own(const std::string& folder, net::Lane& lane,
                                        net::Clock& clock, const net::Redactor* redactor) {
    auto lock = FolderLock::take(folder);
    if (!lock) return std::move(lock).error();
    auto opened = open_owned(folder, clock.wall());
    if (!opened) return std::move(opened).error();
    if (redactor != nullptr) opened->database.redact_with(*redactor);
    return std::unique_ptr<Store>{std::make_unique<SqlStore>(
        std::move(opened->database), *std::move(lock), std::move(opened->lost), lane, clock)};
}

Result<std::unique_ptr<Store>> open_beside(const std::string& folder, net::Lane& lane,
                                           net::Clock& clock) {
    auto database = open_to_read(folder);
    if (!database) return std::move(database).error();
    return std::unique_ptr<Store>{
        std::make_unique<SqlStore>(*std::move(database), std::nullopt, "", lane, clock)};
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& folder, Access access, net::Lane& lane,
                                          net::Clock& clock, const net::Redactor* redactor) {
    auto store = access == Access::own ? open_own(folder, lane, clock, redactor)
                                       : open_beside(folder, lane, clock);
    if (!store) return std::move(store).error().in("open the store in " + in_quotes(folder));
    return store;
}

}  // namespace driftless
