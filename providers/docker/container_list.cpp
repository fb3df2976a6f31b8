#include "providers/docker/container_list.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <span>

#include "config/base/hex.hpp"

namespace driftless::docker {
namespace {

constexpr int deepest = 128;
constexpr int list_level = 1;
constexpr int container_level = 2;
constexpr int value_level = 3;  // of Names, Labels and Ports

std::string digest_of(const std::string& text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    ::SHA256(bytes, text.size(), digest.data());
    return to_hex(std::span{digest}.first<SHA256_DIGEST_LENGTH / 2>());
}

struct Port {
    std::string address;
    std::string type;
    std::uint64_t published = 0;
};

/// "80/tcp" for every address, "127.0.0.1:80/tcp" for one; nothing where none is published.
std::string held_port(const Port& port) {
    if (port.published == 0) return {};
    const auto held = fmt::format("{}/{}", port.published, port.type);
    if (port.address.empty() || port.address == "0.0.0.0" || port.address == "::") return held;
    const bool is_v6 = port.address.find(':') != std::string::npos;
    return (is_v6 ? "[" + port.address + "]:" : port.address + ":") + held;
}

/// What nlohmann's parser calls. All values go to the digest, few are kept.
class ListReader {
public:
    bool null() { return note('n', {}); }
    bool boolean(bool value) { return note(value ? 't' : 'f', {}); }
    bool number_integer(std::int64_t value) { return note('i', std::to_string(value)); }
    bool number_float(double, const std::string& text) { return note('d', text); }
    bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON has none
    bool number_unsigned(std::uint64_t value) {
        if (field_ == "Ports" && key_ == "PublicPort") port_.published = value;
        return note('i', std::to_string(value));
    }
    bool string(std::string& text) {
        note('s', field_ == "Status" ? without_uptime(text) : text);
        keep(text);
        return true;
    }
    bool key(std::string& text) {
        note('k', text);
        (depth_ == container_level ? field_ : key_) = text;
        return true;
    }
    bool start_array(std::size_t) { return begin('['); }
    bool end_array() { return end(']'); }
    bool start_object(std::size_t) {
        if (depth_ == list_level) container_ = {};
        if (depth_ == value_level && field_ == "Ports") port_ = {};
        return begin('{');
    }
    bool end_object() {
        end('}');
        if (depth_ == list_level) return finish();
        if (depth_ == value_level && field_ == "Ports") hold(held_port(port_));
        return true;
    }
    static bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
        return false;
    }

    std::vector<ContainerSummary> take() { return std::move(containers_); }

private:
    bool note(char type, std::string_view text) {
        seen_ += type;
        seen_ += text;
        seen_ += '\0';
        return depth_ >= container_level;  // the root is a list of objects
    }
    bool begin(char type) {
        seen_ += type;
        const char wanted = depth_ == 0 ? '[' : '{';
        return (depth_ >= container_level || type == wanted) && ++depth_ <= deepest;
    }
    bool end(char type) {
        seen_ += type;
        --depth_;
        return true;
    }

    void keep(std::string& text) {
        if (depth_ == container_level) {
            if (field_ == "Id")
                container_.id = std::move(text);
            else if (field_ == "Image")
                container_.image = std::move(text);
            else if (field_ == "ImageID")
                container_.image_id = std::move(text);
            else if (field_ == "State")
                container_.state = std::move(text);
            else if (field_ == "Status")
                container_.status = std::move(text);
        } else if (field_ == "Labels" && depth_ == value_level) {
            container_.labels.insert_or_assign(key_, std::move(text));
        } else if (field_ == "Names" && depth_ == value_level) {
            if (text.starts_with('/')) text.erase(0, 1);
            container_.names.push_back(std::move(text));
        } else if (field_ == "Ports") {
            if (key_ == "IP")
                port_.address = std::move(text);
            else if (key_ == "Type")
                port_.type = std::move(text);
        }
    }
    void hold(std::string port) {
        auto& ports = container_.ports;
        if (!port.empty() && std::ranges::find(ports, port) == ports.end()) {
            ports.push_back(std::move(port));
        }
    }
    bool finish() {
        if (container_.id.empty() || container_.state.empty()) return false;
        container_.fingerprint = digest_of(seen_);
        seen_.clear();
        containers_.push_back(std::move(container_));
        return true;
    }

    std::vector<ContainerSummary> containers_;
    ContainerSummary container_;
    Port port_;
    std::string seen_;  // of the container that is being read
    std::string field_;
    std::string key_;
    int depth_ = 0;
};

}  // namespace

Result<std::vector<ContainerSummary>> parse_container_list(std::string_view body) {
    ListReader reader;
    if (nlohmann::json::sax_parse(body.begin(), body.end(), &reader)) return reader.take();
    return Error{Errc::invalid, "the answer is no list of containers with id and state"};
}

std::string without_uptime(std::string_view status) {
    std::string kept;
    for (auto begin = status.find('('); begin != std::string_view::npos;
         begin = status.find('(', begin + 1)) {
        const auto end = status.find(')', begin);
        kept += status.substr(begin, end - begin + (end == std::string_view::npos ? 0 : 1));
    }
    return kept;
}

}  // namespace driftless::docker
