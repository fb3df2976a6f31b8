#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/vault.hpp"

namespace driftless::test {

/// A Vault without cryptography: equal texts get equal marks and seals, and that is all.
class ToyVault final : public Vault {
public:
    std::string mark(const Secret& secret) override {
        const std::string text{secret.reveal()};
        const std::string hash = hash_of(text);
        secrets_[hash] = text;
        return fmt::format("{}s:{}{}", mark_begin, hash, mark_end);
    }
    [[nodiscard]] Result<Secret> open(std::string_view text,
                                      const LateValues& late) const override {
        std::string plain;
        while (true) {
            const std::size_t begin = text.find(mark_begin);
            const std::size_t end = text.find(mark_end);
            if (begin == text.npos || end == text.npos) break;
            plain += text.substr(0, begin);
            auto value = value_of(text.substr(begin, end + mark_end.size() - begin), late);
            if (!value) return std::move(value).error();
            plain += *value;
            text.remove_prefix(end + mark_end.size());
        }
        return Secret{plain + std::string{text}};
    }
    [[nodiscard]] std::string seal(std::string_view plain) const override {
        return fmt::format("{}=:{}{}", mark_begin, hash_of(plain), mark_end);
    }

private:
    [[nodiscard]] Result<std::string> value_of(std::string_view mark,
                                               const LateValues& late) const {
        if (const auto refs = late_refs(mark); !refs.empty()) return late.find(refs.front());
        const std::size_t hash = mark_begin.size() + 2;
        const std::size_t length = mark.size() - hash - mark_end.size();
        const auto found = secrets_.find(std::string{mark.substr(hash, length)});
        if (found == secrets_.end()) return Error{Errc::internal, "an unknown mark"};
        return found->second;
    }
    static std::string hash_of(std::string_view text) {
        std::uint64_t hash = 14695981039346656037U;
        for (const char byte : text) {
            hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
        }
        return fmt::format("{:016x}", hash);
    }

    std::map<std::string, std::string> secrets_;
};

/// Secrets by name, usable for every target.
class ToySecrets final : public Secrets {
public:
    explicit ToySecrets(std::map<std::string, std::string> texts = {}) : texts_(std::move(texts)) {}
    [[nodiscard]] Result<Secret> read(const std::string& name, const std::string&) const override {
        const auto found = texts_.find(name);
        if (found == texts_.end()) return Error{Errc::not_found, "there is no such secret"};
        return Secret{found->second};
    }

private:
    std::map<std::string, std::string> texts_;
};

}  // namespace driftless::test
