#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <system_error>

#include "config/base/hex.hpp"
#include "daemon/secrets/private_file.hpp"
#include "daemon/secrets/secrets.hpp"

namespace driftless {
namespace {

constexpr std::size_t most_bytes = 64u << 10;
constexpr const char* note_ending = ".kept";

std::string digest_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int size = 0;
    const int done =
        EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr);
    assert(done == 1);
    static_cast<void>(done);
    return to_hex(std::span{hash}.first(size));
}

/// What lies beside a secret: who put it there, whose it is, and a digest of it, so that one of a
/// pair that was written by half is seen. Three lines, of a place that is only taken one.
struct Note {
    std::string owner;
    std::string whose;
    std::string digest;
};

std::string take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string line{text.substr(0, end)};
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

class FolderSink final : public SecretSink {
public:
    FolderSink(const Settings& settings, net::Redactor* redactor)
        : folder_(settings.secrets.folder), own_(own_secret_names(settings)), redactor_(redactor) {
        for (const auto& [name, secret] : settings.secrets.named) named_.insert(name);
        for (const auto& [name, target] : settings.targets) targets_.insert(name);
    }

    Result<void> check(const SecretSlot& slot) const override {
        auto may = is_place(slot);
        if (may) may = is_free(slot);
        if (may) may = is_writable(slot);
        if (!may) return std::move(may).error().in(doing(slot));
        return {};
    }

    Result<void> reserve(const SecretSlot& slot) override {
        auto may = check(slot);
        if (!may) return may;
        const auto before = note_of(slot);
        if (!before) return before.error();
        auto made = make_private_folder(folder_of(slot));
        if (!made) return std::move(made).error().in(doing(slot));
        // Written again where it is there already: that it can be written is what counts.
        return write_note(slot, before->value_or(Note{slot.owner, "", ""}));
    }

    Result<std::string> kept_for(const SecretSlot& slot) const override {
        if (folder_.empty()) return std::string{};
        const auto note = note_of(slot);
        if (!note) return note.error();
        if (!*note || (*note)->owner != slot.owner || (*note)->digest.empty()) {
            return std::string{};
        }
        const auto text = read_private_file(path_of(slot), most_bytes);
        if (!text && text.error().code == Errc::not_found) return std::string{};
        if (!text) return text.error();
        return digest_of(*text) == (*note)->digest ? (*note)->whose : std::string{};
    }

    Result<void> keep(const SecretSlot& slot, const std::string& whose,
                      const Secret& secret) override {
        if (redactor_ != nullptr) redactor_->learn(secret);
        auto may = check(slot);
        if (!may) return may;
        auto written = replace_private_file(path_of(slot), secret.reveal());
        if (!written) return std::move(written).error().in(doing(slot));
        return write_note(slot, {slot.owner, whose, digest_of(secret.reveal())});
    }

private:
    static std::string doing(const SecretSlot& slot) {
        return fmt::format("keep secret {} for target {}", in_quotes(slot.name), slot.target);
    }
    [[nodiscard]] std::string folder_of(const SecretSlot& slot) const {
        return folder_ + "/" + slot.target;
    }
    [[nodiscard]] std::string path_of(const SecretSlot& slot) const {
        return folder_of(slot) + "/" + slot.name;
    }

    [[nodiscard]] Result<void> is_place(const SecretSlot& slot) const {
        if (folder_.empty()) {
            return Error{Errc::invalid,
                         "driftless.yaml has no secrets.folder to put it in; name one there"};
        }
        if (!is_name(slot.name) || !targets_.contains(slot.target)) {
            return Error{Errc::invalid, "driftless.yaml has no such target, or that is no name"};
        }
        if (own_.contains(slot.name) || named_.contains(slot.name)) {
            return Error{Errc::forbidden,
                         "driftless.yaml names that secret itself; give it another name"};
        }
        return {};
    }

    [[nodiscard]] Result<void> is_free(const SecretSlot& slot) const {
        const auto note = note_of(slot);
        if (!note) return note.error();
        const bool is_ours = *note && (*note)->owner == slot.owner;
        std::error_code problem;
        const std::string shared = folder_ + "/" + for_every_target + "/" + slot.name;
        const bool is_taken = std::filesystem::exists(path_of(slot), problem) || note->has_value();
        if ((is_taken && !is_ours) || std::filesystem::exists(shared, problem)) {
            return Error{Errc::conflict,
                         "a secret of that name is there, and is not ours to replace; give it "
                         "another name, or move that one away"};
        }
        return {};
    }

    [[nodiscard]] Result<void> is_writable(const SecretSlot& slot) const {
        std::error_code problem;
        const bool is_there = std::filesystem::exists(folder_of(slot), problem);
        const std::string folder = is_there ? folder_of(slot) : folder_;
        if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
        return Error{
            Errc::forbidden,
            fmt::format("driftless may not write to {} ({}); make {} its own (chown driftless), "
                        "and let its service write there (ReadWritePaths=)",
                        folder, std::generic_category().message(errno), folder_of(slot))};
    }

    [[nodiscard]] Result<std::optional<Note>> note_of(const SecretSlot& slot) const {
        const auto text = read_private_file(path_of(slot) + note_ending, most_bytes);
        if (!text && text.error().code == Errc::not_found) return std::optional<Note>{};
        if (!text) return text.error();
        std::string_view left = *text;
        Note note;
        note.owner = take_line(left);
        note.whose = take_line(left);
        note.digest = take_line(left);
        return std::optional<Note>{std::move(note)};
    }

    [[nodiscard]] Result<void> write_note(const SecretSlot& slot, const Note& note) const {
        const std::string text = fmt::format("{}\n{}\n{}\n", note.owner, note.whose, note.digest);
        auto written = replace_private_file(path_of(slot) + note_ending, text);
        if (!written) return std::move(written).error().in(doing(slot));
        return {};
    }

    std::string folder_;
    std::set<std::string> own_;
    net::Redactor* redactor_;
    std::set<std::string> named_;
    std::set<std::string> targets_;
};

}  // namespace

std::unique_ptr<SecretSink> make_secret_sink(const Settings& settings, net::Redactor* redactor) {
    return std::make_unique<FolderSink>(settings, redactor);
}

}  // namespace driftless
