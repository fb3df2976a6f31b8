# shellcheck shell=bash
# What the scripts share: packages, a private Docker Engine, small images. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A compiler cache, where there is one, serves every clone of the project alike.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=time_macros

say() { printf '\n== %s\n' "$*"; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

jobs_now() { getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

build_packages=(g++ cmake ninja-build ccache lld pkg-config libboost1.81-dev libgit2-dev
    libyaml-cpp-dev nlohmann-json3-dev libspdlog-dev libfmt-dev libsqlite3-dev libssl-dev libidn2-dev
    libldns-dev libcli11-dev git ca-certificates)
test_packages=(libgtest-dev libgmock-dev python3 python3-jsonschema prometheus
    nginx-light fcgiwrap openssh-server openssh-client openssl docker-registry
    libplist-utils mandoc systemd init-system-helpers dpkg-dev)
engine_packages=(docker.io iptables iproute2 busybox-static curl tini)

# install PACKAGE ...: what is missing, by apt-get; elsewhere by Homebrew from the Brewfile.
install() {
    if ! command -v apt-get >/dev/null; then
        command -v brew >/dev/null || die "neither apt-get nor brew is here; see Brewfile for what is needed"
        if [[ -z ${brewed:-} ]]; then brew bundle --quiet --file "$root/Brewfile" && brewed=1; fi
        return
    fi
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    [[ $(id -u) == 0 ]] || die "run as root, or: apt-get install ${missing[*]}"
    say "Installing ${missing[*]}"
    if [[ -z ${updated:-} ]]; then apt-get update -qq && updated=1; fi
    # A policy that says "don't start services" while packages are installed: the engine that we
    # need is started privately, nobody's machine gets a new daemon by a demo.
    local policy=/usr/sbin/policy-rc.d made=
    if [[ ! -e $policy ]]; then printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=1; fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        { [[ -z $made ]] || rm -f "$policy"; die "apt-get could not install ${missing[*]}"; }
    if [[ -n $made ]]; then rm -f "$policy"; fi
}

# install_from_npm FOLDER INTO: what tests need that only npm has, by the versions and digests of the lock file in FOLDER,
# into build/INTO. Without npm, the tests that want it skip with a word.
install_from_npm() {
    local from=$root/$1 folder=$root/build/$2
    command -v npm >/dev/null || return 0
    cmp -s "$from/package-lock.json" "$folder/package-lock.json" && [[ -d $folder/node_modules ]] && return 0
    say "Installing what tests need from npm ($1)"
    mkdir -p "$folder"
    cp "$from"/package{,-lock}.json "$folder"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --silent) ||
        { rm -f "$folder/package-lock.json" && say "npm could not; the tests that need it are skipped"; }
}

# configure_and_build PRESET [TARGET ...]
configure_and_build() {
    local preset=$1
    shift
    (cd "$root" && cmake --preset "$preset" >/dev/null &&
        cmake --build --preset "$preset" -j "$(jobs_now)" ${1:+--target "$@"})
}

engine_answers() { [[ $(curl -s --max-time 5 --unix-socket "${1#unix://}" http://engine/_ping) == OK ]]; }

# start_engine FOLDER: a Docker Engine of its own; sets engine_url and engine_pid. FOLDER must be short.
start_engine() {
    local folder=$1 try
    mkdir -p "$folder"
    engine_url=unix://$folder/engine.sock
    setsid dockerd --host "$engine_url" --data-root "$folder/data" --exec-root "$folder/exec" \
        --pidfile "$folder/pid" --iptables=false --ip6tables=false >"$folder/log" 2>&1 </dev/null &
    engine_pid=$!
    for ((try = 0; try < 600; try++)); do
        if engine_answers "$engine_url"; then return; fi
        kill -0 "$engine_pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -20 "$folder/log" >&2
    die "the private Docker Engine did not start"
}

# stop_engine FOLDER: ends what start_engine began there, and removes it
stop_engine() {
    local folder=$1 try
    if [[ -n ${engine_pid:-} ]]; then
        kill "$engine_pid" 2>/dev/null || true
        for ((try = 0; try < 300; try++)); do
            kill -0 "$engine_pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$engine_pid" 2>/dev/null || true
    fi
    awk -v below="$folder/" 'index($2, below) == 1 { print $2 }' /proc/mounts 2>/dev/null | sort -r |
        while read -r mount; do umount "$mount" 2>/dev/null || true; done
    rm -rf --one-file-system "$folder"
}

# a_host_engine: prints the URL of an engine that answers already, or nothing
a_host_engine() {
    local path
    local given=${DOCKER_HOST:-}
    for path in "${given#unix://}" /var/run/docker.sock "$HOME/.docker/run/docker.sock" \
        "$HOME/.orbstack/run/docker.sock" "$HOME/.colima/default/docker.sock"; do
        if [[ $path == /* && -S $path ]] && engine_answers "unix://$path"; then
            echo "unix://$path"
            return
        fi
    done
}

# make_image ENGINE_URL NAME:TAG CHANGE ...: busybox with image settings such as 'ENV A=1'. Where Debian's
# static busybox isn't to be had (macOS), the public busybox image is what it is made from.
make_image() {
    local url=$1 name=$2 socket=${1#unix://} change query answer tree
    shift 2
    query="fromSrc=-&repo=${name%:*}&tag=${name##*:}"
    for change in 'ENV PATH=/bin' "$@"; do
        query+="&changes=$(printf %s "$change" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g')"
    done
    tree=$(mktemp -d)
    if [[ -x /bin/busybox || -x /usr/bin/busybox ]]; then
        mkdir -p "$tree"/{bin,dev,etc,proc,sys,tmp,var/www}
        cp "$(command -v busybox)" "$tree/bin/busybox"
        busybox --list | while read -r applet; do ln -s busybox "$tree/bin/$applet" 2>/dev/null || true; done
        echo 'root:x:0:0::/root:/bin/sh' >"$tree/etc/passwd"
        tar -C "$tree" --mtime=@0 --owner=0 --group=0 --numeric-owner --sort=name -cf "$tree.tar" .
    else
        docker -H "$url" pull -q busybox:stable >/dev/null
        local container
        container=$(docker -H "$url" create busybox:stable)
        docker -H "$url" export "$container" >"$tree.tar"
        docker -H "$url" rm "$container" >/dev/null
    fi
    answer=$(curl -sS --unix-socket "$socket" -X POST -H 'Content-Type: application/x-tar' \
        --data-binary "@$tree.tar" "http://engine/images/create?$query")
    rm -rf "$tree" "$tree.tar"
    [[ $answer != *errorDetail* && $answer == *sha256* ]] || die "could not make image $name: $answer"
}
