#include "daemon/git/source.hpp"

int main() {
    return driftless::git::run_git_child();
}
