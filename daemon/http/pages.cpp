#include "daemon/http/pages.hpp"

#include "reconcilers/diff.hpp"

namespace driftless::http {

std::string dumped(const json& body, const net::Redactor* redactor) {
    std::string text = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    return redactor == nullptr ? text : redactor->redacted(std::move(text));
}

bool names_tag(std::string_view header, std::string_view tag) {
    while (!header.empty()) {
        const auto comma = header.find(',');
        std::string_view one = header.substr(0, comma);
        while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag || one == "*") return true;
        header.remove_prefix(comma == header.npos ? header.size() : comma + 1);
    }
    return false;
}

const Pages::Page& Pages::page(const std::string& name, const Make& make) {
    const std::uint64_t edition = control_.edition();
    const auto known = pages_.find(name);
    if (known != pages_.end() && known->second.edition == edition) return known->second;
    ++made_;
    const json view = make(control_.overview());
    return pages_.insert_or_assign(name, page_of(edition, view)).first->second;
}

Pages::Page Pages::page_of(std::uint64_t edition, const json& view) const {
    Page page{edition, dumped(view, redactor_), {}};
    page.tag = "\"" + digest_of(page.text).substr(0, 32) + "\"";
    return page;
}

net::ServerResponse Pages::answer(const Page& page, const std::string& known) {
    net::ServerResponse response;
    response.headers = {{"Content-Type", "application/json"}, {"ETag", page.tag}};
    if (names_tag(known, page.tag)) {
        response.status = 304;
    } else {
        response.body = page.text;
    }
    return response;
}

net::ServerResponse Pages::answer(const std::string& name, const std::string& known,
                                  const Make& make) {
    return answer(page(name, make), known);
}

net::ServerResponse Pages::answer(const json& view, const std::string& known) const {
    return answer(page_of(0, view), known);
}

}  // namespace driftless::http
