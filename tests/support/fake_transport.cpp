#include "tests/support/fake_transport.hpp"

#include <gtest/gtest.h>

namespace driftless::testing {
namespace {

std::string line_of(net::Method method, const std::string& target) {
    return fmt::format("{} {}", net::name(method), target);
}

class FakeStream final : public net::ResponseStream {
public:
    FakeStream(net::Response head, std::vector<std::string> pieces, bool cut_off)
        : head_(std::move(head)), pieces_(pieces.begin(), pieces.end()), cut_off_(cut_off) {}

    [[nodiscard]] int status() const override { return head_.status; }
    [[nodiscard]] const net::Headers& headers() const override { return head_.headers; }
    asio::awaitable<Result<std::string>> read(std::chrono::milliseconds) override {
        if (pieces_.empty() && cut_off_) co_return Error{Errc::unavailable, "cut off"};
        if (pieces_.empty()) co_return std::string{};
        std::string piece = std::move(pieces_.front());
        pieces_.pop_front();
        co_return piece;
    }

private:
    net::Response head_;
    std::deque<std::string> pieces_;
    bool cut_off_;
};

}  // namespace

void FakeTransport::answer(net::Method method, std::string target, int status, std::string body,
                           net::Headers headers) {
    net::Response response{status, std::move(headers), std::move(body)};
    Answer answer{std::move(response), {}};
    answers_[line_of(method, target)].push_back(std::move(answer));
}

void FakeTransport::fail(net::Method method, std::string target, Error error) {
    Answer answer{std::move(error), {}};
    answers_[line_of(method, target)].push_back(std::move(answer));
}

void FakeTransport::stream(net::Method method, std::string target, std::vector<std::string> pieces,
                           bool cut_off) {
    Answer answer{net::Response{200, {}, {}}, std::move(pieces), cut_off};
    answers_[line_of(method, target)].push_back(std::move(answer));
}

void FakeTransport::ping(std::string version) {
    version_ = std::move(version);
}

FakeTransport::Answer FakeTransport::next(const net::Request& request) {
    seen_.push_back(request);
    const auto line = line_of(request.method, request.target);
    auto& answers = answers_[line];
    if (answers.empty() && line == "GET /_ping" && !version_.empty()) {
        net::Headers headers;
        headers.emplace_back("Api-Version", version_);
        return Answer{net::Response{200, std::move(headers), "OK"}, {}};
    }
    if (answers.empty()) {
        ADD_FAILURE() << "no answer was recorded for " << line;
        return Answer{net::Response{599, {}, {}}, {}};
    }
    Answer answer = std::move(answers.front());
    answers.pop_front();
    return answer;
}

asio::awaitable<Result<net::Response>> FakeTransport::send(net::Request request) {
    co_return next(request).response;
}

asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> FakeTransport::open(
    net::Request request) {
    Answer answer = next(request);
    if (!answer.response) co_return std::move(answer.response).error();
    net::Response head = *std::move(answer.response);
    if (!head.body.empty()) answer.pieces.push_back(std::exchange(head.body, {}));
    std::unique_ptr<net::ResponseStream> stream =
        std::make_unique<FakeStream>(std::move(head), std::move(answer.pieces), answer.cut_off);
    co_return stream;
}

std::vector<std::string> FakeTransport::lines() const {
    std::vector<std::string> lines;
    for (const auto& request : seen_) lines.push_back(line_of(request.method, request.target));
    return lines;
}

}  // namespace driftless::testing
