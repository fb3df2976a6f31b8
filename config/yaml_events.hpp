#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/eventhandler.h>

#include "config/node.hpp"

namespace driftless {

/// One node of a document as it is written: aliases and merge keys are still there.
struct RawNode {
    enum class Kind { null, scalar, list, map, alias };
    Kind kind = Kind::null;
    Place place;
    std::string text;
    bool plain = false;
    std::string tag;
    std::vector<std::size_t> children;  ///< of a list; of a map: key, value, key, value …
    std::size_t alias_of = 0;
};

/// One document: its nodes by number, the root first.
struct RawDocument {
    std::vector<RawNode> nodes;
};

/// Why reading cannot go on, and where. Thrown through the library, caught in read_yaml.
class Refused : public std::runtime_error {
public:
    Refused(Place place, const std::string& message)
        : std::runtime_error{message}, place_{std::move(place)} {}
    [[nodiscard]] const Place& place() const { return place_; }

private:
    Place place_;
};

/// Builds a RawDocument from the library's events, which give every mark (its nodes do not).
class RawBuilder final : public YAML::EventHandler {
public:
    /// @param text  that is read; it outlives this
    RawBuilder(std::string_view text, std::string file, YamlLimits limits)
        : text_{text}, file_{std::move(file)}, limits_{limits} {}

    /// The last document, moved out.
    RawDocument take() { return std::move(document_); }
    /// Where the last scalar of all stands, when it may be a quoted one.
    [[nodiscard]] const std::optional<Place>& last_quoted() const { return last_quoted_; }

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { open_.pop_back(); }

private:
    [[nodiscard]] Place place_of(const YAML::Mark& mark) const;
    [[nodiscard]] Place place_of_null(const YAML::Mark& mark) const;
    std::size_t add(RawNode node, YAML::anchor_t anchor);
    void enter(RawNode node, YAML::anchor_t anchor);

    std::string_view text_;
    std::string file_;
    YamlLimits limits_;
    bool first_ = true;
    RawDocument document_;
    std::optional<Place> last_quoted_;
    std::vector<std::size_t> open_;     // lists and maps that are not at their end
    std::vector<std::size_t> anchors_;  // by the library's number, which counts from 1
};

}  // namespace driftless
