#include "tests/support/fake_engine_archive.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace driftless::test {

namespace {

constexpr std::size_t block = 512;

std::string text_at(const std::string& tar, std::size_t at, std::size_t size) {
    const std::string field = tar.substr(at, size);
    return field.substr(0, field.find('\0'));
}
std::size_t octal_at(const std::string& tar, std::size_t at, std::size_t size) {
    return std::strtoull(text_at(tar, at, size).c_str(), nullptr, 8);
}
std::size_t whole_blocks(std::size_t size) {
    return (size + block - 1) / block * block;
}

/// The path of a pax header: "27 path=a/b\n".
std::string pax_path(std::string_view records) {
    const std::size_t at = records.find(" path=");
    if (at == std::string_view::npos) return {};
    const std::string_view rest = records.substr(at + 6);
    return std::string{rest.substr(0, rest.find('\n'))};
}

std::string clean(std::string path) {
    while (path.starts_with("./")) path.erase(0, 2);
    while (path.starts_with("/")) path.erase(0, 1);
    return path;
}

}  // namespace

std::map<std::string, std::string> untar(const std::string& tar) {
    std::map<std::string, std::string> files;
    std::string long_name;
    for (std::size_t at = 0; at + block <= tar.size() && tar[at] != '\0';) {
        std::string name = text_at(tar, at, 100);
        const std::string prefix =
            text_at(tar, at + 257, 5) == "ustar" ? text_at(tar, at + 345, 155) : "";
        if (!prefix.empty()) name = prefix + "/" + name;
        const std::size_t size = octal_at(tar, at + 124, 12);
        const char type = tar[at + 156];
        const std::string body = tar.substr(at + block, size);
        at += block + whole_blocks(size);
        if (type == 'L') long_name = body.substr(0, body.find('\0'));
        if (type == 'x') long_name = pax_path(body);
        if (type == 'L' || type == 'x' || type == 'g') continue;
        if (type == '0' || type == '\0') files[clean(long_name.empty() ? name : long_name)] = body;
        long_name.clear();
    }
    return files;
}

std::string tar_of(const std::map<std::string, std::string>& files) {
    std::string tar;
    for (const auto& [path, bytes] : files) {
        std::string head(block, '\0');
        const auto put = [&head](std::size_t at, std::string_view text) {
            std::ranges::copy(text, head.begin() + static_cast<std::ptrdiff_t>(at));
        };
        put(0, std::string_view{path}.substr(0, 100));
        put(100, "0000644");
        put(108, "0000000");
        put(116, "0000000");
        put(124, fmt::format("{:011o}", bytes.size()));
        put(136, "00000000000");
        put(148, "        ");
        put(156, "0");
        put(257, std::string_view{"ustar\00000", 8});
        unsigned sum = 0;
        for (const char c : head) sum += static_cast<unsigned char>(c);
        put(148, fmt::format("{:06o}", sum) + std::string{'\0'});
        tar += head + bytes + std::string(whole_blocks(bytes.size()) - bytes.size(), '\0');
    }
    return tar + std::string(2 * block, '\0');
}

std::string base64(const std::string& bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t word = 0;
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        for (std::size_t i = 0; i < 3; ++i) {
            word = word << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= count ? digits[word >> (18 - 6 * i) & 63] : '=';
        }
    }
    return text;
}

}  // namespace driftless::test
