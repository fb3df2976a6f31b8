// Prints what reading the list of containers costs: it is read at each round.
#include <fmt/format.h>

#include <ctime>

#include "providers/docker/container_list.hpp"

namespace {

std::string container(int number) {
    return fmt::format(
        R"x({{"Id":"{0:064x}","Names":["/shop-web-{0}"],"Image":"nginx:1.27","ImageID":"sha256:{0:064x}",)x"
        R"x("Command":"nginx","Created":1763900000,"Ports":[{{"IP":"0.0.0.0","PrivatePort":80,)x"
        R"x("PublicPort":{0},"Type":"tcp"}}],"Labels":{{"com.docker.compose.config-hash":"{0:064x}",)x"
        R"x("com.docker.compose.container-number":"{0}","com.docker.compose.oneoff":"False",)x"
        R"x("com.docker.compose.project":"shop","com.docker.compose.service":"web",)x"
        R"x("driftless.installation":"home","driftless.key":"mini1/docker.container/shop.web.{0}",)x"
        R"x("driftless.commit":"{0:040x}"}},"State":"running","Status":"Up 3 hours (healthy)",)x"
        R"x("HostConfig":{{"NetworkMode":"shop_default"}},"NetworkSettings":{{"Networks":{{)x"
        R"x("shop_default":{{"IPAMConfig":null,"Links":null,"Aliases":null,"NetworkID":"{0:064x}",)x"
        R"x("EndpointID":"{0:064x}","Gateway":"172.18.0.1","IPAddress":"172.18.0.2","IPPrefixLen":16,)x"
        R"x("IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,)x"
        R"x("MacAddress":"02:42:ac:12:00:02","DriverOpts":null}}}}}},"Mounts":[{{"Type":"volume",)x"
        R"x("Name":"shop_data","Source":"","Destination":"/data","Driver":"local","Mode":"z",)x"
        R"x("RW":true,"Propagation":""}}]}})x",
        number);
}

}  // namespace

int main() {
    std::string body = "[";
    for (int i = 1; i <= 100; ++i) body += (i > 1 ? "," : "") + container(i);
    body += "]";
    constexpr int rounds = 200;
    std::size_t read = 0;
    driftless::docker::ContainerListReader reader;
    const auto before = std::clock();
    for (int i = 0; i < rounds; ++i) {
        const auto list = reader.read(body);
        read += list ? list->size() : 0;
    }
    const double all_ms = 1000.0 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    fmt::print("containers={} bytes={} ms_per_list={:.3f}\n", read / rounds, body.size(),
               all_ms / rounds);
    return read == std::size_t{100} * rounds ? 0 : 1;
}
