#include <algorithm>

#include "providers/docker/images.hpp"

namespace driftless::docker {
namespace {

bool is_lower_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

bool is_letter_or_digit(char letter) {
    return is_lower_or_digit(letter) || (letter >= 'A' && letter <= 'Z');
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// One step of a repository's path: "my-app", "a_b.c".
bool is_step(std::string_view text) {
    if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) {
        return false;
    }
    return std::ranges::all_of(text, [](char letter) {
        return is_lower_or_digit(letter) || letter == '.' || letter == '_' || letter == '-';
    });
}

bool is_path(std::string_view path) {
    while (true) {
        const auto end = std::min(path.find('/'), path.size());
        if (!is_step(path.substr(0, end))) return false;
        if (end == path.size()) return true;
        path.remove_prefix(end + 1);
    }
}

bool is_tag(std::string_view text) {
    if (text.empty() || text.size() > 128 || text.front() == '.' || text.front() == '-')
        return false;
    return std::ranges::all_of(text, [](char letter) {
        return is_letter_or_digit(letter) || letter == '.' || letter == '_' || letter == '-';
    });
}

bool is_digest(std::string_view text) {
    const auto colon = text.find(':');
    return colon != std::string_view::npos && colon > 0 && text.size() - colon > 32 &&
           is_hex(text.substr(colon + 1));
}

bool is_host(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char letter) {
        return is_letter_or_digit(letter) || letter == '.' || letter == '-' || letter == ':' ||
               letter == '[' || letter == ']';
    });
}

/// Is the text before the first "/" a registry, or the first step of a path at Docker Hub?
bool is_registry(std::string_view first) {
    return first.find_first_of(".:") != std::string_view::npos || first == "localhost" ||
           std::ranges::any_of(first, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

bool is_id(std::string_view text) {
    if (text.starts_with("sha256:")) text.remove_prefix(7);
    return text.size() == 64 && is_hex(text);
}

/// "ghcr.io/a/b" -> registry and path.
std::pair<std::string_view, std::string_view> split(std::string_view repository) {
    const auto slash = repository.find('/');
    if (slash == std::string_view::npos || !is_registry(repository.substr(0, slash))) {
        return {"docker.io", repository};
    }
    const auto host = repository.substr(0, slash);
    return {host == "index.docker.io" ? "docker.io" : host, repository.substr(slash + 1)};
}

/// Takes tag and digest off the end of `text`; of both, the digest counts. @return `latest` for
/// none
std::string take_tag(std::string_view& text) {
    std::string digest;
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        digest = text.substr(at + 1);
        if (!is_digest(digest)) return {};
        text = text.substr(0, at);
    }
    std::string tag = "latest";
    const auto colon = text.rfind(':');
    const auto slash = text.rfind('/');
    if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
        tag = text.substr(colon + 1);
        if (!is_tag(tag)) return {};
        text = text.substr(0, colon);
    }
    return digest.empty() ? tag : digest;
}

}  // namespace

Result<ImageRef> parse_image_ref(std::string_view text) {
    const Error wrong{Errc::invalid,
                      fmt::format("{} is not an image like repository:tag or repository@sha256:…",
                                  in_quotes(text))};
    if (is_id(text)) return wrong;
    auto repository = text;
    auto tag = take_tag(repository);
    const auto [registry, path] = split(repository);
    if (tag.empty() || repository.size() > 255 || !is_host(registry) || !is_path(path))
        return wrong;
    return ImageRef{std::string{repository}, std::move(tag), std::string{registry}};
}

std::string normal_image_ref(std::string_view text) {
    const auto ref = parse_image_ref(text);
    if (!ref) return std::string{text};
    return normal_repository(text) + (is_digest(ref->tag) ? "@" : ":") + ref->tag;
}

std::string normal_repository(std::string_view text) {
    const auto ref = parse_image_ref(text);
    if (!ref) return {};
    const auto [registry, path] = split(ref->repository);
    const bool is_official = registry == "docker.io" && path.find('/') == std::string_view::npos;
    return fmt::format("{}/{}{}", registry, is_official ? "library/" : "", path);
}

}  // namespace driftless::docker
