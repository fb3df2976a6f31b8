// What Azure really answered: each answer is taken, and each operation ends where its recording
// ends, neither sooner nor later. The recordings are in ../shared/corpus, where that is at hand.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "providers/azure/operations.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

namespace fs = std::filesystem;

const std::string endpoint = "https://management.azure.com";

fs::path recordings() {
    return test::source_dir().parent_path() / "shared/corpus/arm-recordings";
}

class GivenToken final : public Tokens {
public:
    asio::awaitable<Result<Secret>> token() override { co_return Secret{"t"}; }
    void refused(const std::string&) override {}
};

struct Exchange {
    net::Method method;
    std::string url;
    net::Response response;
};

net::Method method_of(const std::string& text) {
    for (const auto method : {net::Method::get, net::Method::head, net::Method::post,
                              net::Method::put, net::Method::patch, net::Method::del}) {
        if (net::name(method) == text) return method;
    }
    throw std::runtime_error("an unknown method: " + text);
}

std::vector<Exchange> read_recording(const fs::path& file) {
    std::ifstream stream{file};
    const json recording = json::parse(stream);
    std::vector<Exchange> all;
    for (const json& each : recording.at("interactions")) {
        Exchange exchange{method_of(each.at("method")), each.at("url"), {}};
        if (!exchange.url.starts_with(endpoint + "/")) continue;  // a data plane
        const json& response = each.at("response");
        exchange.response.status = response.at("status");
        for (const auto& [name, value] : response.at("headers").items()) {
            exchange.response.headers.emplace_back(name, value.get<std::string>());
        }
        const json& body = response.at("body");
        if (body.is_string()) {
            exchange.response.body = body;
        } else if (!body.is_null()) {
            exchange.response.body = body.dump();
        }
        all.push_back(std::move(exchange));
    }
    return all;
}

class Recording : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (!fs::exists(recordings())) GTEST_SKIP() << "there are no recordings beside this folder";
        exchanges = read_recording(recordings() / GetParam());
        ASSERT_FALSE(exchanges.empty());
    }
    void answer_with(const Exchange& exchange) {
        transport.answer(exchange.method, exchange.url.substr(endpoint.size()),
                         exchange.response.status, exchange.response.body,
                         exchange.response.headers);
    }
    Told tell(const Exchange& exchange, const Call& call) {
        answer_with(exchange);
        auto told = testing::run_on(io, clock, arm.tell(call));
        if (told) return *std::move(told);
        ADD_FAILURE() << exchange.url << ": " << told.error().message;
        return {};
    }
    /// How the polls that were recorded go: "on on well".
    std::string polls_of(Operation operation, std::size_t from) {
        std::string went;
        for (std::size_t at = from; at < exchanges.size(); ++at) {
            const Exchange& each = exchanges[at];
            if (each.url != operation.url || each.method != net::Method::get) continue;
            answer_with(each);
            auto polled = testing::run_on(io, clock, poll(arm, operation, operation.next));
            if (!polled) return went + "error: " + polled.error().message;
            EXPECT_TRUE(polled->went != Went::on || polled->operation.next > operation.next);
            constexpr const char* names[]{"on ", "well ", "badly ", "lost "};
            went += names[static_cast<int>(polled->went)];
            operation = std::move(polled->operation);
        }
        return went;
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    GivenToken tokens;
    Arm arm{transport, tokens, endpoint};
    std::vector<Exchange> exchanges;
};

TEST_P(Recording, IsTakenAndItsOperationsEndWhereItEnds) {
    std::size_t ended = 0;
    for (std::size_t at = 0; at < exchanges.size(); ++at) {
        const Exchange& exchange = exchanges[at];
        SCOPED_TRACE(fmt::format("{} {} {}", at, net::name(exchange.method), exchange.url));
        Call call;
        call.method = exchange.method;
        call.target = exchange.url;
        const Told told = tell(exchange, call);
        EXPECT_EQ(told.refusal.has_value(), exchange.response.status >= 400);
        if (told.refusal) {
            EXPECT_NE(told.refusal->code, "");
            continue;
        }
        const bool writes =
            exchange.method != net::Method::get && exchange.method != net::Method::head;
        const auto operation = writes ? begun(told.answer, call, clock.wall()) : std::nullopt;
        if (!operation || operation->by == Operation::By::resource) continue;
        const std::string went = polls_of(*operation, at + 1);
        if (went.empty()) continue;  // nobody waited for it
        EXPECT_THAT(went, ::testing::MatchesRegex("(on )*(well|badly|lost) "));
        ++ended;
    }
    RecordProperty("operations", static_cast<int>(ended));
}

INSTANTIATE_TEST_SUITE_P(
    , Recording,
    ::testing::Values("Test_App_ContainerApps_CRUD.json", "Test_App_Job_CRUD.json",
                      "Test_App_ManagedEnvironment_20250101_CRUD.json",
                      "Test_Authorization_RoleAssignment_OnResourceGroup_CRUD.json",
                      "Test_ContainerRegistry_Registry_20230701_CRUD.json",
                      "Test_DBForPostgreSQL_FlexibleServer_20221201_CRUD.json",
                      "Test_Insights_ActionGroup_v20230101_CRUD.json",
                      "Test_Insights_Component_v20200202_CRUD.json",
                      "Test_KeyVault_WhenPurgeSpecified_PurgesSuccessfully.json",
                      "Test_Networking_PrivateDnsZone_20240601_CRUD.json",
                      "Test_Networking_Subnet_CreatedThenVNETUpdated_20250301_SubnetStillExists"
                      ".json",
                      "Test_OperationalInsights_Workspace_v1api20250701_CRUD.json",
                      "test_afd_route_crud.json", "test_cognitiveservices_softdelete.json",
                      "test_containerapp_ingress_traffic_e2e.json",
                      "test_containerapp_job_executionstest_e2e.json",
                      "test_resource_group_level_what_if.json"),
    [](const auto& chosen) { return fs::path{chosen.param}.stem().string(); });

}  // namespace
}  // namespace driftless::azure
