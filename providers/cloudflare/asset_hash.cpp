#include "providers/cloudflare/asset_hash.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "config/base/hex.hpp"
#include "config/base/lower_case.hpp"
#include "providers/cloudflare/blake3.hpp"

namespace driftless::cloudflare {
namespace {

using Type = std::pair<std::string_view, std::string_view>;

/// What a site is made of, as Cloudflare's own tool calls it; sorted by extension.
constexpr std::array types{
    Type{"apng", "image/apng"},
    Type{"atom", "application/atom+xml"},
    Type{"avif", "image/avif"},
    Type{"bmp", "image/bmp"},
    Type{"conf", "text/plain"},
    Type{"css", "text/css"},
    Type{"csv", "text/csv"},
    Type{"doc", "application/msword"},
    Type{"epub", "application/epub+zip"},
    Type{"geojson", "application/geo+json"},
    Type{"gif", "image/gif"},
    Type{"glb", "model/gltf-binary"},
    Type{"gltf", "model/gltf+json"},
    Type{"gpx", "application/gpx+xml"},
    Type{"gz", "application/gzip"},
    Type{"heic", "image/heic"},
    Type{"htm", "text/html"},
    Type{"html", "text/html"},
    Type{"ics", "text/calendar"},
    Type{"jpe", "image/jpeg"},
    Type{"jpeg", "image/jpeg"},
    Type{"jpg", "image/jpeg"},
    Type{"js", "application/javascript"},
    Type{"json", "application/json"},
    Type{"jsonld", "application/ld+json"},
    Type{"log", "text/plain"},
    Type{"m4a", "audio/mp4"},
    Type{"manifest", "text/cache-manifest"},
    Type{"map", "application/json"},
    Type{"markdown", "text/markdown"},
    Type{"md", "text/markdown"},
    Type{"mjs", "application/javascript"},
    Type{"mov", "video/quicktime"},
    Type{"mp3", "audio/mpeg"},
    Type{"mp4", "video/mp4"},
    Type{"mpeg", "video/mpeg"},
    Type{"oga", "audio/ogg"},
    Type{"ogg", "audio/ogg"},
    Type{"ogv", "video/ogg"},
    Type{"otf", "font/otf"},
    Type{"pdf", "application/pdf"},
    Type{"png", "image/png"},
    Type{"rss", "application/rss+xml"},
    Type{"rtf", "application/rtf"},
    Type{"shtml", "text/html"},
    Type{"svg", "image/svg+xml"},
    Type{"svgz", "image/svg+xml"},
    Type{"text", "text/plain"},
    Type{"tif", "image/tiff"},
    Type{"tiff", "image/tiff"},
    Type{"toml", "application/toml"},
    Type{"ttc", "font/collection"},
    Type{"ttf", "font/ttf"},
    Type{"txt", "text/plain"},
    Type{"vcard", "text/vcard"},
    Type{"vtt", "text/vtt"},
    Type{"wasm", "application/wasm"},
    Type{"wav", "audio/wav"},
    Type{"weba", "audio/webm"},
    Type{"webm", "video/webm"},
    Type{"webmanifest", "application/manifest+json"},
    Type{"webp", "image/webp"},
    Type{"woff", "font/woff"},
    Type{"woff2", "font/woff2"},
    Type{"xhtml", "application/xhtml+xml"},
    Type{"xml", "application/xml"},
    Type{"xsl", "application/xml"},
    Type{"yaml", "text/yaml"},
    Type{"yml", "text/yaml"},
    Type{"zip", "application/zip"},
};
static_assert(std::ranges::is_sorted(types, {}, &Type::first));

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64_of(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const bool is_there = i + k < bytes.size();
            bits = bits << 8 | (is_there ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            const bool is_padding = i + k > bytes.size();
            text += is_padding ? '=' : digits[bits >> (18 - 6 * k) & 63];
        }
    }
    return text;
}

std::string_view extension_of(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    return dot == name.npos || dot == 0 ? std::string_view{} : name.substr(dot + 1);
}

std::string asset_hash(std::string_view content, std::string_view extension) {
    std::string text{content};
    text += extension;
    return to_hex(blake3(text)).substr(0, 32);
}

std::string content_type_of(std::string_view path) {
    const std::string extension = lower_case(std::string{extension_of(path)});
    const auto found = std::ranges::lower_bound(types, extension, {}, &Type::first);
    const bool is_known = found != types.end() && found->first == extension;
    return std::string{is_known ? found->second : "application/octet-stream"};
}

}  // namespace driftless::cloudflare
