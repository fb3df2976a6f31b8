# shellcheck shell=bash
# The tests on several versions of Docker's engine and of Docker Compose. Sourced by scripts/test.
#
# Newer ones than this machine's come from other Debian suites, by the tools in $hosts_tools; an engine runs in
# namespaces of its own, so nothing is installed. What can't be had is named and skipped.
hosts_tools=${DRIFTLESS_TEST_HOSTS:-$root/../shared/test-hosts}
newer_engines=(trixie sid)   # Engine 26.1 (API 1.45), Engine 28.5 (API 1.51)
newer_composes=(trixie sid)  # Compose 2.26, Compose 2.40
newer_folder=

have_host_tools() {
    local tool
    for tool in get-engine mac-minis get-compose2; do
        [[ -x $hosts_tools/$tool ]] || {
            echo "there is no $hosts_tools/$tool (DRIFTLESS_TEST_HOSTS names another folder)"
            return 1
        }
    done
    [[ $(id -u) == 0 ]] || {
        echo "engines in namespaces of their own need root"
        return 1
    }
}

# start_newer_engine SUITE: sets DRIFTLESS_TEST_ENGINE, and where that engine can reach a registry of the tests
start_newer_engine() {
    "$hosts_tools/get-engine" "$1" "$root/build/engines/$1" || return 1
    newer_folder=$(mktemp -d /tmp/driftless-test.XXXX)
    ENGINE_ROOT=$root/build/engines/$1 "$hosts_tools/mac-minis" up 1 "$newer_folder" || return 1
    export DRIFTLESS_TEST_ENGINE=unix://$newer_folder/mini1.sock
    DRIFTLESS_TEST_REGISTRY_ADDRESS=$(awk '$1 == "lan" { print $2 }' "$newer_folder/hosts")
    export DRIFTLESS_TEST_REGISTRY_ADDRESS
}

stop_newer_engine() {
    [[ -n $newer_folder ]] || return 0
    "$hosts_tools/mac-minis" down "$newer_folder"
    rm -rf --one-file-system "$newer_folder"
    newer_folder=
}

# get_composes: DRIFTLESS_TEST_COMPOSE names the programs, one a word
get_composes() {
    local suite program
    for suite in "${newer_composes[@]}"; do
        if program=$("$hosts_tools/get-compose2" "$root/build/compose/$suite" "$suite"); then
            DRIFTLESS_TEST_COMPOSE+="${DRIFTLESS_TEST_COMPOSE:+ }$program"
        else
            skipped+=("what needs the Docker Compose of Debian's $suite: it could not be had")
        fi
    done
    export DRIFTLESS_TEST_COMPOSE
}

engine_version() {
    curl -s --unix-socket "${DRIFTLESS_TEST_ENGINE#unix://}" http://engine/version |
        sed 's/.*"Version":"\([^"]*\)","ApiVersion":"\([^"]*\)".*/\1 (API \2)/'
}

test_one_engine() { # CTEST ARGUMENT ...
    local version
    version=$(engine_version)
    make_test_images
    say "Testing on Engine $version"
    ctest --preset dev -L engine "$@" || failed+=("Engine $version")
}

# test_on_every_engine CTEST ARGUMENT ...: this machine's engine, then each newer one
test_on_every_engine() {
    local suite why failed=() skipped=()
    DRIFTLESS_TEST_COMPOSE=${DRIFTLESS_TEST_COMPOSE:-}
    if why=$(have_host_tools); then get_composes; fi
    use_an_engine
    test_one_engine "$@"
    for suite in "${newer_engines[@]}"; do
        if [[ -n $why ]]; then
            skipped+=("the engine of Debian's $suite: $why")
        elif start_newer_engine "$suite"; then
            test_one_engine "$@"
            stop_newer_engine
        else
            skipped+=("the engine of Debian's $suite: it could not be had, or did not start")
            stop_newer_engine
        fi
    done
    if [[ -n $why ]]; then skipped+=("what needs a Docker Compose that this machine doesn't have"); fi
    if ((${#skipped[@]})); then printf 'skipped: %s\n' "${skipped[@]}"; fi
    if ((${#failed[@]})); then die "failed on ${failed[*]}"; fi
    say "All well on the engines that are here"
}
