#include "providers/docker/container_list.hpp"

#include <openssl/sha.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <span>

#include "config/base/hex.hpp"

namespace driftless::docker {
namespace {

constexpr auto blanks = " \t\r\n";
constexpr int deepest = 128;
constexpr int container_level = 1;
constexpr int value_level = 2;  // of Names, Labels and Ports

/// One container's text within the list.
struct Entry {
    std::string_view text;
    std::string_view status;  ///< of it: what stands between the quotes; empty where there is none
};

/// Cuts a list into its entries by counting brackets outside of texts, without reading any.
class Cutter {
public:
    explicit Cutter(std::string_view body) : rest_(body) {}

    /// @return nothing: it is no list of maps
    std::optional<std::vector<Entry>> entries() {
        std::vector<Entry> entries;
        if (next() != '[') return std::nullopt;
        char letter = next();
        while (letter == '{') {
            auto entry = map();
            if (!entry) return std::nullopt;
            entries.push_back(*entry);
            letter = next();
            if (letter != ',') continue;
            letter = next();
            if (letter != '{') return std::nullopt;
        }
        if (letter != ']' || next() != '\0') return std::nullopt;
        return entries;
    }

private:
    /// The next letter that is no blank; '\0' at the end.
    char next() {
        const auto begin = rest_.find_first_not_of(blanks);
        if (begin == rest_.npos) return '\0';
        const char letter = rest_[begin];
        rest_.remove_prefix(begin + 1);
        return letter;
    }

    /// The rest of a text whose opening quote was taken.
    std::optional<std::string_view> text() {
        std::size_t end = 0;
        while ((end = rest_.find_first_of("\"\\", end)) != rest_.npos && rest_[end] == '\\') {
            end += 2;
        }
        if (end == rest_.npos) return std::nullopt;
        const auto text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return text;
    }

    /// Was the text before us a key?
    [[nodiscard]] bool is_key() const {
        const auto colon = rest_.find_first_not_of(blanks);
        return colon != rest_.npos && rest_[colon] == ':';
    }

    /// The rest of a map whose bracket was taken.
    std::optional<Entry> map() {
        Entry entry;
        const char* begin = rest_.data() - 1;
        bool is_status = false;
        for (int depth = 1; depth > 0;) {
            const auto at = rest_.find_first_of("{}[]\"");
            if (at == rest_.npos) return std::nullopt;
            const char letter = rest_[at];
            rest_.remove_prefix(at + 1);
            if (letter == '"') {
                const auto found = text();
                if (!found) return std::nullopt;
                if (is_status) entry.status = *found;
                is_status = depth == 1 && *found == "Status" && is_key();
            } else {
                depth += letter == '{' || letter == '[' ? 1 : -1;
            }
        }
        entry.text = {begin, static_cast<std::size_t>(rest_.data() - begin)};
        return entry;
    }

    std::string_view rest_;
};

/// A digest of all that the list shows of a container, uptime apart.
std::string fingerprint_of(const Entry& entry) {
    const auto at = entry.status.empty()
                        ? entry.text.size()
                        : static_cast<std::size_t>(entry.status.data() - entry.text.data());
    std::string seen{entry.text.substr(0, at)};
    seen += without_uptime(entry.status);
    seen += entry.text.substr(at + entry.status.size());
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    ::SHA256(reinterpret_cast<const unsigned char*>(seen.data()), seen.size(), digest.data());
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
    auto held = fmt::format("{}/{}", port.published, port.type);
    if (port.address.empty() || port.address == "0.0.0.0" || port.address == "::") return held;
    const bool is_v6 = port.address.find(':') != std::string::npos;
    return (is_v6 ? "[" + port.address + "]:" : port.address + ":") + held;
}

/// What nlohmann's parser calls for one container. Few of its values are kept, and no tree is made.
class EntryReader {
public:
    bool null() { return depth_ > 0; }
    bool boolean(bool) { return depth_ > 0; }
    bool number_integer(std::int64_t) { return depth_ > 0; }
    bool number_float(double, const std::string&) { return depth_ > 0; }
    bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON has none
    bool number_unsigned(std::uint64_t value) {
        if (field_ == "Ports" && key_ == "PublicPort") port_.published = value;
        return depth_ > 0;
    }
    bool string(std::string& text) {
        keep(text);
        return depth_ > 0;
    }
    bool key(std::string& text) {
        (depth_ == container_level ? field_ : key_) = text;
        return true;
    }
    bool start_array(std::size_t) { return begin(); }
    bool end_array() { return end(); }
    bool start_object(std::size_t) {
        if (depth_ == value_level && field_ == "Ports") port_ = {};
        return begin();
    }
    bool end_object() {
        end();
        if (depth_ == value_level && field_ == "Ports") hold(held_port(port_));
        return true;
    }
    static bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
        return false;
    }

    ContainerSummary take() { return std::move(container_); }

private:
    bool begin() { return ++depth_ <= deepest; }
    bool end() {
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

    ContainerSummary container_;
    Port port_;
    std::string field_;
    std::string key_;
    int depth_ = 0;
};

std::optional<ContainerSummary> parse_entry(std::string_view text) {
    EntryReader reader;
    const bool parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
    ContainerSummary container = reader.take();
    if (!parsed || container.id.empty() || container.state.empty()) return std::nullopt;
    return container;
}

}  // namespace

Result<std::vector<ContainerSummary>> ContainerListReader::read(std::string_view body) {
    const Error no_list{Errc::invalid, "the answer is no list of containers with id and state"};
    const auto entries = Cutter{body}.entries();
    if (!entries) return no_list;
    std::vector<ContainerSummary> list;
    std::unordered_map<std::string, ContainerSummary> known;
    for (const Entry& entry : *entries) {
        std::string fingerprint = fingerprint_of(entry);
        const auto seen = known_.find(fingerprint);
        std::optional<ContainerSummary> container;
        if (seen == known_.end() || entry.status.find('\\') != entry.status.npos) {
            container = parse_entry(entry.text);
            if (!container) return no_list;
            container->fingerprint = fingerprint;
        } else {
            container = std::move(seen->second);
            container->status = entry.status;
            known_.erase(seen);
        }
        list.push_back(
            known.insert_or_assign(std::move(fingerprint), *std::move(container)).first->second);
    }
    known_ = std::move(known);
    return list;
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
