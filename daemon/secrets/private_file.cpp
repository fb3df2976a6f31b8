#include "daemon/secrets/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace driftless {
namespace {

/// A descriptor that is closed when it goes.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool open() const { return number_ >= 0; }

private:
    int number_;
};

Error failed(Errc code, const std::string& path, std::string_view what) {
    return {code, fmt::format("read {}: {}", in_quotes(path), what)};
}

std::string last_problem() {
    return std::generic_category().message(errno);
}

Error not_opened(const std::string& path) {
    if (errno == ENOENT || errno == ENOTDIR) return failed(Errc::not_found, path, "no such file");
    if (errno == ELOOP)
        return failed(Errc::invalid, path, "it is a link; put the file itself there");
    if (errno == EACCES) return failed(Errc::forbidden, path, "not readable for driftless");
    return failed(Errc::unavailable, path, last_problem());
}

/// Anyone who may write to the folder could put another file in its place.
Result<void> check_folder(const std::string& path) {
    struct stat folder {};
    const std::string parent = std::filesystem::path(path).parent_path();
    if (::stat(parent.c_str(), &folder) != 0)
        return failed(Errc::unavailable, path, last_problem());
    if ((folder.st_mode & S_IWOTH) != 0 && (folder.st_mode & S_ISVTX) == 0) {
        return failed(Errc::forbidden, path,
                      fmt::format("everybody can write to its folder; run chmod o-w {}", parent));
    }
    return {};
}

enum class Others { nothing, may_read };

Result<void> check_file(const std::string& path, const struct stat& file, Others others,
                        std::size_t most) {
    if (!S_ISREG(file.st_mode)) return failed(Errc::invalid, path, "it is not a regular file");
    if (file.st_uid != ::geteuid() && file.st_uid != 0) {
        return failed(Errc::forbidden, path, "it belongs to another user; chown it to driftless'");
    }
    if (others == Others::may_read && (file.st_mode & 022) != 0) {
        return failed(Errc::forbidden, path,
                      fmt::format("others may change it; run chmod go-w {}", path));
    }
    if (others == Others::nothing && (file.st_mode & 077) != 0) {
        return failed(Errc::forbidden, path,
                      fmt::format("others may use it; run chmod 600 {}", path));
    }
    if (static_cast<std::size_t>(file.st_size) > most) {
        return failed(Errc::invalid, path, fmt::format("it has more than {} bytes", most));
    }
    return {};
}

Result<std::string> read_all(const Descriptor& file, const std::string& path, std::size_t most) {
    std::string bytes(most + 1, '\0');
    std::size_t size = 0;
    while (size < bytes.size()) {
        const ssize_t got = ::read(file.number(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(Errc::unavailable, path, last_problem());
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > most)
        return failed(Errc::invalid, path, fmt::format("it has more than {} bytes", most));
    bytes.resize(size);
    return bytes;
}

bool write_all(const Descriptor& file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(file.number()) == 0;
}

Result<std::string> read_file(const std::string& path, Others others, std::size_t most) {
    // Without O_NONBLOCK a named pipe would hold us here for ever.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
    if (!file.open()) return not_opened(path);
    struct stat about {};
    if (::fstat(file.number(), &about) != 0) return failed(Errc::unavailable, path, last_problem());
    if (auto fit = check_file(path, about, others, most); !fit) return std::move(fit).error();
    if (auto fit = check_folder(path); !fit) return std::move(fit).error();
    return read_all(file, path, most);
}

Error not_written(const std::string& path, std::string_view what) {
    return {Errc::unavailable,
            fmt::format("write {}: {}: {}", in_quotes(path), what, last_problem())};
}

/// A whole new file beside the place where it goes.
Result<void> write_half_done(const std::string& half_done, const std::string& path,
                             std::string_view bytes) {
    if (::unlink(half_done.c_str()) != 0 && errno != ENOENT) return not_written(path, "unlink");
    const Descriptor file{
        ::open(half_done.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!file.open()) return not_written(path, "open");
    if (!write_all(file, bytes)) return not_written(path, "write");
    return {};
}

/// What a folder lists is durable only when the folder is.
Result<void> make_durable(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path();
    const Descriptor folder{::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder.open() || ::fsync(folder.number()) != 0) return not_written(path, "fsync");
    return {};
}

}  // namespace

Result<std::string> read_private_file(const std::string& path, std::size_t most) {
    return read_file(path, Others::nothing, most);
}

Result<std::string> read_trusted_file(const std::string& path, std::size_t most) {
    return read_file(path, Others::may_read, most);
}

Result<void> write_new_private_file(const std::string& path, std::string_view bytes) {
    const std::string half_done = path + ".new";
    if (auto written = write_half_done(half_done, path, bytes); !written) return written;
    const int linked = ::link(half_done.c_str(), path.c_str());  // never over an existing one
    const int why = errno;
    ::unlink(half_done.c_str());
    errno = why;
    if (linked != 0 && why == EEXIST) {
        return Error{Errc::conflict, in_quotes(path) + ": there is one already"};
    }
    if (linked != 0) return not_written(path, "link");
    return make_durable(path);
}

Result<void> replace_private_file(const std::string& path, std::string_view bytes) {
    const std::string half_done = path + ".new";
    if (auto written = write_half_done(half_done, path, bytes); !written) return written;
    if (::rename(half_done.c_str(), path.c_str()) != 0) return not_written(path, "rename");
    return make_durable(path);
}

Result<void> make_private_folder(const std::string& path) {
    std::error_code problem;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), problem);
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return Error{Errc::unavailable,
                 fmt::format("make folder {}: {}", in_quotes(path), last_problem())};
}

}  // namespace driftless
