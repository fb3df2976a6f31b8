#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

namespace driftless::testing {

/// Lets this process open only `free` more file descriptors, as long as this lives.
class FewDescriptors {
public:
    explicit FewDescriptors(int free) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::close(next);
        rlimit few = before_;
        few.rlim_cur = static_cast<rlim_t>(next + free);
        ::setrlimit(RLIMIT_NOFILE, &few);
    }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;
    ~FewDescriptors() {
        give_back();
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    /// Takes all that are left. @return how many that were
    std::size_t take_all() {
        for (int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC); one >= 0;
             one = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
            taken_.push_back(one);
        }
        return taken_.size();
    }
    void give_back() {
        for (const int one : taken_) ::close(one);
        taken_.clear();
    }

private:
    rlimit before_{};
    std::vector<int> taken_;
};

}  // namespace driftless::testing
