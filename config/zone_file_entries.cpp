#include "config/zone_file_entries.hpp"

#include <optional>

namespace driftless {
namespace {

class Cutter {
public:
    Cutter(const std::string& text, const std::string& file, Findings& findings)
        : text_(text), file_(file), findings_(findings) {}

    std::vector<ZoneFileEntry> cut() {
        for (; at_ < text_.size(); step()) take(text_[at_]);
        end_line();
        if (opened_) error(*opened_, "this parenthesis is never closed");
        end_entry();
        return std::move(entries_);
    }

private:
    [[nodiscard]] Place here() const { return {file_, line_, column_}; }
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    void step() {
        const bool is_end = text_[at_++] == '\n';
        line_ += is_end ? 1 : 0;
        column_ = is_end ? 1 : column_ + 1;
    }

    void take(char letter) {
        if (letter == '\n') return take_line_end();
        if (in_comment_) return;
        if (letter == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
            put(letter);
            step();
            return put(text_[at_]);
        }
        if (letter == '"') {
            quote_ = quote_ ? std::nullopt : std::optional{here()};
        } else if (!quote_ && letter == ';') {
            in_comment_ = true;
            return;
        } else if (!quote_ && (letter == '(' || letter == ')')) {
            return take_parenthesis(letter);
        }
        put(letter);
    }

    void take_parenthesis(char letter) {
        if (letter == '(') {
            if (depth_++ == 0) opened_ = here();
        } else if (depth_ == 0) {
            error(here(), "this parenthesis closes none");
        } else if (--depth_ == 0) {
            opened_.reset();
        }
        put(' ');
    }

    void put(char letter) {
        const bool is_blank = letter == ' ' || letter == '\t';
        if (!is_blank && !begins_) begins_ = here();
        entry_ += letter;
    }

    void end_line() {
        if (quote_) error(*quote_, "this quote is not closed on its line");
        quote_.reset();
        in_comment_ = false;
    }

    void take_line_end() {
        end_line();
        if (depth_ > 0) {
            entry_ += ' ';
        } else {
            end_entry();
        }
    }

    void end_entry() {
        if (begins_) entries_.push_back({*begins_, std::move(entry_)});
        entry_.clear();
        begins_.reset();
    }

    const std::string& text_;
    const std::string& file_;
    Findings& findings_;
    std::vector<ZoneFileEntry> entries_;
    std::size_t at_ = 0;
    int line_ = 1;
    int column_ = 1;
    int depth_ = 0;
    bool in_comment_ = false;
    std::optional<Place> opened_;  ///< the outermost parenthesis
    std::optional<Place> quote_;
    std::optional<Place> begins_;
    std::string entry_;
};

}  // namespace

std::vector<ZoneFileEntry> cut_zone_file(const std::string& text, const std::string& file,
                                         Findings& findings) {
    return Cutter{text, file, findings}.cut();
}

}  // namespace driftless
