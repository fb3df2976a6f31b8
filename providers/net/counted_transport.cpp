#include "providers/net/counted_transport.hpp"

namespace driftless::net {
namespace {

std::string_view outcome_of(int status) {
    if (status >= 500) return "server_error";
    return status >= 400 ? "client_error" : "ok";
}

class CountedTransport final : public HttpTransport {
public:
    CountedTransport(std::unique_ptr<HttpTransport> inner, Clock& clock, OnCall on_call)
        : inner_(std::move(inner)), clock_(clock), on_call_(std::move(on_call)) {}

    asio::awaitable<Result<Response>> send(Request request) override {
        const Method method = request.method;
        const auto began = clock_.now();
        auto response = co_await inner_->send(std::move(request));
        tell(method, response ? outcome_of(response->status) : name(response.error().code), began);
        co_return response;
    }

    asio::awaitable<Result<std::unique_ptr<ResponseStream>>> open(Request request) override {
        const Method method = request.method;
        const auto began = clock_.now();
        auto stream = co_await inner_->open(std::move(request));
        tell(method, stream ? outcome_of((*stream)->status()) : name(stream.error().code), began);
        co_return stream;
    }

private:
    void tell(Method method, std::string_view outcome, SteadyTime began) {
        on_call_({.method = method, .outcome = outcome, .took = clock_.now() - began});
    }

    std::unique_ptr<HttpTransport> inner_;
    Clock& clock_;
    OnCall on_call_;
};

}  // namespace

std::unique_ptr<HttpTransport> make_counted_transport(std::unique_ptr<HttpTransport> inner,
                                                      Clock& clock, OnCall on_call) {
    return std::make_unique<CountedTransport>(std::move(inner), clock, std::move(on_call));
}

}  // namespace driftless::net
