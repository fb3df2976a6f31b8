#include "providers/docker/images.hpp"

#include <algorithm>
#include <map>

#include "providers/docker/json_stream.hpp"
#include "providers/docker/requests.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;
using net::Method;
using json = nlohmann::json;

constexpr auto longest_lookup = 20s;    // an engine asks an unreachable registry for longer
constexpr auto longest_silence = 5min;  // of a pull: a big layer may unpack that long

std::string base64url(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string encoded;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            const bool is_padding = i + k > text.size();
            encoded += is_padding ? '=' : digits[bits >> (18 - 6 * k) & 63];
        }
    }
    return encoded;
}

std::string auth_header(const RegistryLogin& login) {
    json auth;
    auth["username"] = login.username;
    auth["password"] = login.password;
    const bool is_hub = login.server.empty() || login.server == "docker.io";
    auth["serveraddress"] = is_hub ? "https://index.docker.io/v1/" : login.server;
    return base64url(auth.dump(-1, ' ', false, json::error_handler_t::replace));
}

/// What a registry's refusal is, by the words that it and the engine use.
Errc code_of(std::string_view message, Errc otherwise) {
    struct Word {
        std::string_view text;
        Errc code;
    };
    static constexpr Word words[]{
        {"toomanyrequests", Errc::rate_limited},
        {"rate limit", Errc::rate_limited},
        {"no matching manifest", Errc::not_found},
        {"manifest unknown", Errc::not_found},
        {"does not exist", Errc::not_found},
        {"not found", Errc::not_found},
        {"unauthorized", Errc::unauthenticated},
        {"no basic auth", Errc::unauthenticated},
        {"authentication required", Errc::unauthenticated},
        {"denied", Errc::forbidden},
    };
    for (const auto& [text, code] : words) {
        if (message.find(text) != std::string_view::npos) return code;
    }
    return otherwise;
}

/// Follows a pull's messages: how far it is, and whether it failed.
class PullWatch {
public:
    PullWatch(std::string image, std::function<void(const PullProgress&)> progress)
        : report_(std::move(progress)) {
        now_.image = std::move(image);
    }

    Result<void> take(const std::string& text) {
        const auto message = json::parse(text, nullptr, false);
        if (!message.is_object()) return Error{Errc::invalid, "the engine sent what is not JSON"};
        if (auto failed = failure_in(message)) return *std::move(failed);
        note(message);
        if (report_) report_(now_);
        return {};
    }

private:
    struct Layer {
        std::uint64_t done = 0;
        std::uint64_t all = 0;
    };

    static std::optional<Error> failure_in(const json& message) {
        const auto detail = message.value("errorDetail", json::object());
        if (!message.contains("error") && !message.contains("errorDetail")) return std::nullopt;
        auto said = detail.is_object() ? text_at(detail, "message") : text_at(message, "error");
        if (!said) said = text_at(message, "error");
        const std::string why = said ? *said : "the engine did not say why";
        return with_advice({code_of(why, Errc::unavailable), why});
    }

    void note(const json& message) {
        const auto status = text_at(message, "status");
        if (status) now_.status = *status;
        const auto id = text_at(message, "id");
        if (!id) return;
        Layer& layer = layers_[*id];
        const auto detail = message.value("progressDetail", json::object());
        if (now_.status == "Downloading" && detail.is_object()) {
            layer.done = number_in(detail, "current");
            layer.all = std::max(layer.all, number_in(detail, "total"));
        } else if (now_.status == "Download complete" || now_.status == "Pull complete") {
            layer.done = layer.all;
        }
        now_.bytes_done = 0;
        now_.bytes_all = 0;
        for (const auto& [name, part] : layers_) {
            now_.bytes_done += part.done;
            now_.bytes_all += part.all;
        }
    }
    static std::uint64_t number_in(const json& object, const char* key) {
        const auto found = object.find(key);
        return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>()
                                                                    : 0;
    }

    std::function<void(const PullProgress&)> report_;
    PullProgress now_;
    std::map<std::string, Layer> layers_;
};

asio::awaitable<Result<void>> follow(net::ResponseStream& stream, PullWatch watch) {
    JsonStream messages;
    while (true) {
        const auto bytes = co_await stream.read(longest_silence);
        if (!bytes) co_return bytes.error();
        if (bytes->empty()) break;
        const auto texts = messages.feed(*bytes);
        if (!texts) co_return texts.error();
        for (const std::string& text : *texts) {
            auto taken = watch.take(text);
            if (!taken) co_return taken;
        }
    }
    if (!messages.is_inside()) co_return Result<void>{};
    co_return Error{Errc::unavailable, "the engine's answer was cut off"};
}

/// An engine says 500 where a registry refused or can't be reached; its words say which.
Error by_its_words(Error error) {
    if (error.code == Errc::unavailable) error.code = code_of(error.message, error.code);
    return error;
}

std::string pull_target(const ImageRef& ref, const std::string& platform) {
    auto target = fmt::format("/images/create?fromImage={}&tag={}", percent_encoded(ref.repository),
                              percent_encoded(ref.tag));
    if (!platform.empty()) target += "&platform=" + percent_encoded(platform);
    return target;
}

}  // namespace

asio::awaitable<Result<json>> Images::inspect(std::string reference) {
    auto request = request_to(Method::get, "/images/" + percent_encoded(reference) + "/json");
    co_return co_await ask(engine_, std::move(request), "inspect image " + in_quotes(reference));
}

asio::awaitable<Result<std::string>> Images::digest_in_registry(std::string reference,
                                                                RegistryLogin login) {
    const auto doing = "look up image " + in_quotes(reference) + " in its registry";
    auto request = request_to(Method::get, "/distribution/" + percent_encoded(reference) + "/json");
    request.deadline = longest_lookup;
    if (!login.username.empty())
        request.headers.emplace_back("X-Registry-Auth", auth_header(login));
    const auto answer = co_await ask(engine_, std::move(request), doing);
    if (!answer) co_return by_its_words(answer.error());
    const auto digest = text_at(answer->value("Descriptor", json::object()), "digest");
    if (!digest) co_return Error{digest.error()}.in(doing);
    co_return *digest;
}

asio::awaitable<Result<void>> Images::pull(std::string reference, std::string platform,
                                           RegistryLogin login,
                                           std::function<void(const PullProgress&)> progress) {
    const auto doing = "pull image " + in_quotes(reference);
    const auto ref = parse_image_ref(reference);
    if (!ref) co_return Error{ref.error()}.in(doing);
    auto request = request_to(Method::post, pull_target(*ref, platform));
    request.deadline = longest_silence;  // the head comes with the registry's first answer
    if (!login.username.empty())
        request.headers.emplace_back("X-Registry-Auth", auth_header(login));
    auto stream = co_await engine_.open(std::move(request));
    if (!stream) co_return by_its_words(std::move(stream).error()).in(doing);
    PullWatch watch{reference, std::move(progress)};
    auto pulled = co_await follow(**stream, std::move(watch));
    if (!pulled) co_return std::move(pulled).error().in(doing);
    const auto there = co_await inspect(reference);
    if (!there) co_return Error{there.error()}.in(doing + ": it was pulled, but");
    co_return Result<void>{};
}

}  // namespace driftless::docker
