#include "reconcilers/azure/type_data.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <deque>
#include <map>

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/type_text.hpp"

namespace driftless::azure {
namespace {

constexpr std::string_view dns_records = "microsoft.network/privatednszones/";

std::string_view take_word(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto end = text.data() + text.size();
    if (text.empty() || std::from_chars(text.data(), end, number).ptr != end) return std::nullopt;
    return number;
}

ValueType type_of(char letter) {
    switch (letter) {
        case 's': return ValueType::text;
        case 'i': return ValueType::number;
        case 'b': return ValueType::boolean;
        case 'a': return ValueType::list;
        case 'm': return ValueType::map;
        case 'x': return ValueType::any;
        default: return ValueType::object;
    }
}

class TypeReader {
public:
    std::vector<TypeData> read(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            read_line(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return std::move(all_);
    }

private:
    void read_line(std::string_view line) {
        if (line.empty() || line.front() == '#') return;
        if (line.front() == '=') {
            take_word(line);
            return read_values(line);
        }
        if (line.front() == '@') {
            const std::string_view type = take_word(line).substr(1);
            all_.push_back({std::string{type}, std::string{line}, {}});
            return;
        }
        const std::size_t depth = line.find_first_not_of(' ');
        add(read_node(line.substr(depth)), depth);
    }

    void read_values(std::string_view line) {
        std::vector<std::string>& values = lists().emplace_back();
        while (!line.empty()) {
            const std::size_t end = std::min(line.find('|'), line.size());
            values.emplace_back(line.substr(0, end));
            line.remove_prefix(std::min(end + 1, line.size()));
        }
    }

    /// The lists of values, which the nodes point into.
    static std::deque<std::vector<std::string>>& lists() {
        static std::deque<std::vector<std::string>> lists;
        return lists;
    }

    static TypeNode read_node(std::string_view line) {
        TypeNode node;
        node.name = take_word(line);
        const std::string_view flags = take_word(line);
        node.type = type_of(flags.front());
        for (const char flag : flags.substr(1)) set_flag(node, flag);
        while (!line.empty()) {
            if (line.front() == '~') {
                node.pattern = line.substr(1);
                break;
            }
            set_option(node, take_word(line));
        }
        return node;
    }

    static void set_flag(TypeNode& node, char flag) {
        switch (flag) {
            case 'R': node.required = true; break;
            case 'r': node.read_only = true; break;
            case 'w': node.write_only = true; break;
            case 'S': node.secret = true; break;
            case 'c': node.create_only = true; break;
            case 'u': node.unchecked = true; break;
            case 'I': node.fixed_by_id = true; break;
            default: assert(false);
        }
    }

    static void set_option(TypeNode& node, std::string_view option) {
        const char kind = option.front();
        option.remove_prefix(1);
        const std::string_view first = option.substr(0, option.find(','));
        const std::string_view second =
            first.size() == option.size() ? "" : option.substr(first.size() + 1);
        if (kind == '?') {
            node.discriminator = option;
        } else if (kind == '#') {
            node.least = number_of<double>(first);
            node.most = number_of<double>(second);
        } else if (kind == '%') {
            node.shortest = number_of<std::size_t>(first);
            node.longest = number_of<std::size_t>(second);
        } else {
            node.values = &lists().at(number_of<std::size_t>(option).value());
            node.closed = kind == '!';
        }
    }

    void add(TypeNode node, std::size_t depth) {
        TypeNode* above = &all_.back().root;
        for (std::size_t step = 1; step < depth; ++step) above = &above->below.back();
        above->below.push_back(std::move(node));
    }

    std::vector<TypeData> all_;
};

const TypeNode* find(const std::vector<TypeNode>& nodes, std::string_view name) {
    const auto found = std::ranges::find(nodes, name, &TypeNode::name);
    return found == nodes.end() ? nullptr : &*found;
}

/// Of "<name=ClientPort>" and "name": is it the variant "clientport"?
bool is_variant(const TypeNode& node, const std::string& field, std::string_view variant) {
    return lower_case(node.name) == lower_case("<" + field + "=" + std::string{variant} + ">");
}

}  // namespace

const TypeNode* TypeNode::child(std::string_view key, std::string_view variant) const {
    if (type == ValueType::map) return find(below, "{}");
    if (type == ValueType::list) return find(below, "[]");
    if (const TypeNode* common = find(below, key)) return common;
    if (discriminator.empty() || variant.empty()) return nullptr;
    for (const TypeNode& node : below) {
        if (is_variant(node, discriminator, variant)) return find(node.below, key);
    }
    return nullptr;
}

std::vector<std::string> TypeNode::names(std::string_view variant) const {
    std::vector<std::string> names;
    for (const TypeNode& node : below) {
        const bool is_one = node.name.starts_with('<');
        if (!is_one && !node.read_only) names.push_back(node.name);
        if (!is_one || !is_variant(node, discriminator, variant)) continue;
        for (const TypeNode& inner : node.below) {
            if (!inner.read_only) names.push_back(inner.name);
        }
    }
    return names;
}

const std::vector<TypeData>& all_type_data() {
    static const std::vector<TypeData> all = TypeReader{}.read(type_text());
    return all;
}

const TypeData* type_data(std::string_view type) {
    static const auto by_name = [] {
        std::map<std::string, const TypeData*, std::less<>> known;
        for (const TypeData& data : all_type_data()) known.emplace(lower_case(data.type), &data);
        return known;
    }();
    const std::string folded = lower_case(type);
    const auto found = by_name.find(folded);
    if (found != by_name.end()) return found->second;
    const bool is_record = folded.starts_with(dns_records) &&
                           folded.find('/', dns_records.size()) == std::string::npos;
    return is_record ? by_name.at(std::string{dns_records} + "a") : nullptr;
}

}  // namespace driftless::azure
