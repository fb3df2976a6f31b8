#include "reconcilers/cloudflare/marks.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::string_view begin = "driftless:";
constexpr std::string_view protect_word = " protect";
constexpr std::string_view joint = "; ";

}  // namespace

CommentMark read_comment(std::string_view comment) {
    CommentMark mark;
    if (!comment.starts_with(begin)) {
        mark.text = comment;
        return mark;
    }
    comment.remove_prefix(begin.size());
    const std::size_t end = comment.find_first_of(" ;");
    mark.installation = comment.substr(0, end);
    comment.remove_prefix(mark.installation.size());
    mark.protect = comment.starts_with(protect_word);
    if (mark.protect) comment.remove_prefix(protect_word.size());
    if (comment.starts_with(joint)) comment.remove_prefix(joint.size());
    mark.text = comment;
    return mark;
}

std::string write_comment(const CommentMark& mark) {
    std::string comment{begin};
    comment += mark.installation;
    if (mark.protect) comment += protect_word;
    if (!mark.text.empty()) comment.append(joint).append(mark.text);
    return comment;
}

}  // namespace driftless::cloudflare
