#include "reconcilers/docker/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace driftless::docker {
namespace {

// The ustar format: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
constexpr std::size_t block = 512;
constexpr std::size_t name_size = 100;
constexpr std::size_t sum_at = 148;
constexpr std::size_t sum_size = 8;
constexpr std::size_t type_at = 156;
constexpr char regular = '0';
constexpr char folder = '5';
constexpr char long_name = 'L';  // GNU: the next entry's name is this one's content
constexpr char extended = 'x';   // pax: "27 path=a/b/c\n"
constexpr char common = 'g';

void put(std::string& header, std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(at));
}

std::size_t sum_of(std::string header) {
    std::fill_n(header.begin() + sum_at, sum_size, ' ');
    return std::accumulate(
        header.begin(), header.end(), std::size_t{0},
        [](std::size_t sum, char letter) { return sum + static_cast<unsigned char>(letter); });
}

void append_entry(std::string& tar, char type, const TarFile& file) {
    std::string header(block, '\0');
    put(header, 0, std::string_view{file.path}.substr(0, name_size));
    put(header, 100, fmt::format("{:07o}", file.mode));
    put(header, 108, fmt::format("{:07o}", file.uid));
    put(header, 116, fmt::format("{:07o}", file.gid));
    put(header, 124, fmt::format("{:011o}", file.bytes.size()));
    put(header, 136, fmt::format("{:011o}", 0));
    header[type_at] = type;
    put(header, 257, "ustar");
    put(header, 263, "00");
    put(header, sum_at, fmt::format("{:06o}", sum_of(header)));
    tar += header + file.bytes;
    tar.append((block - tar.size() % block) % block, '\0');
}

std::string text_of(std::string_view field) {
    return std::string{field.substr(0, field.find('\0'))};
}

std::size_t octal_of(std::string_view field) {
    const auto first = field.find_first_not_of(' ');
    if (first == std::string_view::npos) return 0;
    std::size_t number = 0;
    std::from_chars(field.data() + first, field.data() + field.size(), number, 8);
    return number;
}

/// The path in a pax header, or nothing.
std::string pax_path(std::string_view records) {
    while (!records.empty()) {
        std::size_t size = 0;
        const auto read = std::from_chars(records.data(), records.data() + records.size(), size);
        if (read.ec != std::errc{} || size == 0 || size > records.size()) return {};
        const std::string_view record = records.substr(0, size - 1);
        const auto key = record.find(" path=");
        if (key != std::string_view::npos) return std::string{record.substr(key + 6)};
        records.remove_prefix(size);
    }
    return {};
}

Error broken() {
    return {Errc::invalid, "read a tar: it is broken"};
}

}  // namespace

std::string write_tar(const std::vector<TarFile>& files) {
    std::string tar;
    for (const TarFile& file : files) {
        if (file.path.size() > name_size) {
            append_entry(tar, long_name, {"././@LongLink", file.path + '\0', 0644});
        }
        append_entry(tar, regular, file);
    }
    tar.append(2 * block, '\0');
    return tar;
}

Result<std::vector<TarFile>> read_tar(const std::string& tar) {
    std::vector<TarFile> files;
    std::string name;
    for (std::size_t at = 0; at + block <= tar.size();) {
        const std::string header = tar.substr(at, block);
        if (header.find_first_not_of('\0') == std::string::npos) return files;
        const std::string_view fields{header};
        if (octal_of(fields.substr(sum_at, sum_size)) != sum_of(header)) return broken();
        const std::size_t size = octal_of(fields.substr(124, 11));
        if (size > tar.size() - at - block) return broken();
        std::string bytes = tar.substr(at + block, size);
        at += block + (size + block - 1) / block * block;
        const char type = header[type_at] == '\0' ? regular : header[type_at];
        if (type == common || type == folder) {
            if (type == folder) name.clear();
            continue;
        }
        if (type == long_name || type == extended) {
            name = type == extended ? pax_path(bytes) : text_of(bytes);
            continue;
        }
        if (type != regular) return Error{Errc::invalid, "read a tar: it holds more than files"};
        const std::string prefix = text_of(fields.substr(345, 155));
        if (name.empty())
            name = (prefix.empty() ? "" : prefix + "/") + text_of(fields.substr(0, 100));
        files.push_back({std::exchange(name, {}), std::move(bytes),
                         static_cast<int>(octal_of(fields.substr(100, 7)) & 07777U),
                         static_cast<int>(octal_of(fields.substr(108, 7))),
                         static_cast<int>(octal_of(fields.substr(116, 7)))});
    }
    return broken();
}

}  // namespace driftless::docker
