#include "providers/net/base_url.hpp"

#include <gtest/gtest.h>

namespace driftless::net {
namespace {

struct Good {
    const char* text;
    const char* host;
    int port;
    const char* prefix;
    const char* authority;
};

TEST(BaseUrl, HasHostPortAndPrefix) {
    const Good cases[]{
        {"https://api.cloudflare.com/client/v4", "api.cloudflare.com", 443, "/client/v4",
         "api.cloudflare.com"},
        {"https://API.Cloudflare.com", "api.cloudflare.com", 443, "", "api.cloudflare.com"},
        {"https://a.example/", "a.example", 443, "", "a.example"},
        {"https://a.example:8443/x//", "a.example", 8443, "/x", "a.example:8443"},
        {"https://10.0.0.9:2376", "10.0.0.9", 2376, "", "10.0.0.9:2376"},
        {"https://[2001:DB8::1]:8443/x", "2001:db8::1", 8443, "/x", "[2001:db8::1]:8443"},
        {"https://[::1]", "::1", 443, "", "[::1]"},
        {"http://127.0.0.1:8080/client/v4", "127.0.0.1", 8080, "/client/v4", "127.0.0.1:8080"},
        {"http://127.9.9.9", "127.9.9.9", 80, "", "127.9.9.9"},
        {"http://169.254.169.254", "169.254.169.254", 80, "", "169.254.169.254"},
        {"http://[::1]:1", "::1", 1, "", "[::1]:1"},
        {"http://localhost:80", "localhost", 80, "", "localhost"},
        {"http://LOCALHOST:443", "localhost", 443, "", "localhost:443"},
    };
    for (const auto& [text, host, port, prefix, authority] : cases) {
        const auto url = parse_base_url(text);
        ASSERT_TRUE(url) << url.error().message;
        EXPECT_EQ(url->host, host) << text;
        EXPECT_EQ(url->port, port) << text;
        EXPECT_EQ(url->prefix, prefix) << text;
        EXPECT_EQ(url->authority(), authority) << text;
        EXPECT_EQ(url->tls, text[4] == 's') << text;
    }
}

struct Bad {
    const char* text;
    const char* says;
};

TEST(BaseUrl, IsRefusedWithTheReason) {
    const Bad cases[]{
        {"", "expected https://"},
        {"api.cloudflare.com", "expected https://"},
        {"ftp://a.example", "expected https://"},
        {"https://", "no host"},
        {"https:///x", "no host"},
        {"https://a b", "no host"},
        {"https://-a", "no host"},
        {"https://[::1", "no host"},
        {"https://[127.0.0.1]", "no host"},
        {"https://[fe80::1%eth0]", "no host"},
        {"https://a\r\nb", "no host"},
        {"https://a.example:", "port"},
        {"https://a.example:0", "port"},
        {"https://a.example:65536", "port"},
        {"https://a.example:+1", "port"},
        {"https://[::1]x", "path"},
        {"https://a.example?x=1", "path"},
        {"https://a.example/x?y=1", "path"},
        {"https://a.example/x#y", "path"},
        {"https://a.example/x y", "path"},
        {"http://api.cloudflare.com", "this machine only"},
        {"http://10.0.0.9:2375", "this machine only"},
        {"http://128.0.0.1", "this machine only"},
        {"http://localhost.example", "this machine only"},
        {"http://127.1", "this machine only"},
        {"http://169.254.169.253", "this machine only"},
        {"http://0.0.0.0", "this machine only"},
        {"http://[::ffff:10.0.0.9]", "this machine only"},
    };
    for (const auto& [text, says] : cases) {
        const auto url = parse_base_url(text);
        ASSERT_TRUE(url.failed()) << text;
        EXPECT_EQ(url.error().code, Errc::invalid);
        EXPECT_NE(url.error().message.find(says), std::string::npos) << url.error().message;
    }
}

TEST(BaseUrl, WithAPasswordIsRefusedAndNotShown) {
    const auto url = parse_base_url("https://user:hunter2@a.example");
    ASSERT_TRUE(url.failed());
    EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace driftless::net
