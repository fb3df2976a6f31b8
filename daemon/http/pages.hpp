#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>

#include "daemon/http/control.hpp"
#include "providers/net/redactor.hpp"
#include "providers/net/server.hpp"

namespace driftless::http {

/// JSON that is made once for each change of the state, and not once for each reader.
class Pages {
public:
    /// @param redactor  takes secrets out of a page when it is made; none: nothing does
    explicit Pages(const Control& control, const net::Redactor* redactor = nullptr)
        : control_(control), redactor_(redactor) {}

    using Make = std::function<nlohmann::json(const Overview&)>;

    /// The page of that name, made anew if anything has changed since.
    /// @param known  the If-None-Match of who asks: 304 without a body if that is what it has
    net::ServerResponse answer(const std::string& name, const std::string& known, const Make& make);

    /// The same for what is not kept: one resource of many.
    [[nodiscard]] net::ServerResponse answer(const nlohmann::json& view,
                                             const std::string& known) const;

    [[nodiscard]] std::size_t made() const { return made_; }  ///< how often a page was

private:
    struct Page {
        std::uint64_t edition = 0;
        std::string text;
        std::string tag;
    };
    [[nodiscard]] Page page_of(std::uint64_t edition, const nlohmann::json& view) const;
    static net::ServerResponse answer(const Page& page, const std::string& known);
    const Page& page(const std::string& name, const Make& make);

    const Control& control_;
    const net::Redactor* redactor_;
    std::map<std::string, Page> pages_;
    std::size_t made_ = 0;
};

/// A body that others may read, as text, without secrets: what a provider said may not be UTF-8.
std::string dumped(const nlohmann::json& body, const net::Redactor* redactor);

/// Does an If-None-Match name this tag? Weak and strong count alike, as RFC 9110 wants it.
bool names_tag(std::string_view header, std::string_view tag);

}  // namespace driftless::http
