#include "reconcilers/docker/tar.hpp"

#include <gtest/gtest.h>

namespace driftless::docker {
namespace {

TEST(Tar, GivesBackWhatWasPutIn) {
    const std::vector<TarFile> files{{"etc/nginx/nginx.conf", "events {}\n", 0444, 101, 102},
                                     {"empty", "", 0555},
                                     {std::string(180, 'a') + "/" + std::string(150, 'b'), "long"},
                                     {"block", std::string(512, 'x')}};
    const auto read = read_tar(write_tar(files));
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->size(), files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        EXPECT_EQ((*read)[i].path, files[i].path);
        EXPECT_EQ((*read)[i].bytes, files[i].bytes);
        EXPECT_EQ((*read)[i].mode, files[i].mode);
        EXPECT_EQ((*read)[i].uid, files[i].uid);
        EXPECT_EQ((*read)[i].gid, files[i].gid);
    }
}

TEST(Tar, RefusesWhatIsCutOffOrChanged) {
    const std::string tar = write_tar({{"a", std::string(2000, 'x')}});
    EXPECT_FALSE(read_tar(tar.substr(0, 1024)));
    EXPECT_FALSE(read_tar("not a tar"));
    std::string changed = tar;
    changed[0] = 'b';
    EXPECT_FALSE(read_tar(changed));
}

}  // namespace
}  // namespace driftless::docker
