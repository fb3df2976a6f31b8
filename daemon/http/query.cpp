#include "daemon/http/query.hpp"

namespace driftless::http {
namespace {

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

Result<void> add_pair(std::string_view pair, std::map<std::string, std::string>& query) {
    if (pair.empty()) return {};
    const auto equals = pair.find('=');
    auto name = percent_decoded(pair.substr(0, equals));
    if (!name) return std::move(name).error();
    auto value = percent_decoded(equals == std::string_view::npos ? std::string_view{}
                                                                  : pair.substr(equals + 1));
    if (!value) return std::move(value).error();
    query.insert_or_assign(std::move(*name), std::move(*value));
    return {};
}

}  // namespace

Result<std::string> percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) return Error{Errc::invalid, "a broken % escape in the address"};
        const int byte = high * 16 + low;
        if (byte == 0) return Error{Errc::invalid, "a NUL in the address"};
        result += static_cast<char>(byte);
        i += 2;
    }
    return result;
}

Result<Address> parse_address(std::string_view target) {
    const auto mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    // Our paths hold names only: what is encoded in one is somebody's trick.
    if (path.find('%') != std::string_view::npos || path.find("..") != std::string_view::npos ||
        !path.starts_with('/')) {
        return Error{Errc::invalid, "not a path of this endpoint"};
    }
    Address address{.path = std::string{path}, .query = {}};
    std::string_view rest =
        mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        auto added = add_pair(rest.substr(0, end), address.query);
        if (!added) return std::move(added).error();
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return address;
}

}  // namespace driftless::http
