# shellcheck shell=bash
# A repository, settings and a daemon for tests of the built program. Sourced with PROGRAM set;
# `allow`, too, where the commit may reach more than its own things.
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

if [[ -z ${DRIFTLESS_TEST_ENGINE:-} ]]; then
    echo "skipped: no engine; set DRIFTLESS_TEST_ENGINE=unix:///path/of/a/private/docker.sock"
    exit 77
fi
work=$(mktemp -d /tmp/driftless-e2e.XXXX)
socket=${DRIFTLESS_TEST_ENGINE#unix://}
daemon_pid=

engine_get() { curl -sS --unix-socket "$socket" "http://engine$1"; }
engine_do() { curl -sS -o /dev/null --unix-socket "$socket" -X "$1" -H 'Content-Type: application/json' "http://engine$2" "${@:3}"; }

finish() {
    local status=$? id
    if [[ -n $daemon_pid ]]; then kill -KILL "$daemon_pid" 2>/dev/null && wait "$daemon_pid" 2>/dev/null || true; fi
    for id in $(engine_get '/containers/json?all=1&filters=%7B%22label%22%3A%5B%22com.docker.compose.project%3De2e%22%5D%7D' |
        grep -o '"Id":"[0-9a-f]*"' | cut -d'"' -f4); do engine_do DELETE "/containers/$id?force=1"; done
    engine_do DELETE '/containers/e2e-foreign?force=1'
    for id in default front back; do engine_do DELETE "/networks/e2e_$id"; done
    engine_do DELETE /volumes/e2e_data
    for id in $(engine_get /volumes | grep -o '"Name":"driftless-files-[0-9a-f]*"' | cut -d'"' -f4); do
        engine_do DELETE "/volumes/$id"
    done
    if ((status != 0 && status != 77)); then tail -40 "$work/daemon.log" 2>/dev/null || true; fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

git init -q --bare --initial-branch=main "$work/infra.git"
git init -q --initial-branch=main "$work/infra"
git -C "$work/infra" remote add origin "$work/infra.git"
mkdir -m 700 "$work/state"
cat >"$work/driftless.yaml" <<END
installation: e2e
state: $work/state
sources: {infra: {url: "file://$work/infra.git", interval: 1s}}
targets: {here: {docker: {host: "$DRIFTLESS_TEST_ENGINE"}${allow:+, allow: $allow}}}
policy: {mode: converge, prune: true, settle: 1s, interval: 30s}
http: {listen: "127.0.0.1:0", socket: $work/driftless.sock}
END

push() { # VALUE: two services, of which the second waits for the first, with VALUE in both
    cat >"$work/infra/driftless.yaml" <<END
apiVersion: driftless/v1
kind: ComposeProject
metadata: {name: e2e}
target: here
spec: {file: compose.yaml}
END
    cat >"$work/infra/compose.yaml" <<END
x-common: &common
  image: test/busybox:1
  pull_policy: never
  stop_signal: SIGKILL
  restart: unless-stopped
  environment: {VALUE: "$1"}
  healthcheck: {test: ["CMD", "true"], interval: 1s, retries: 3}
  command: [sleep, "100000"]
services:
  db: {<<: *common}
  web: {<<: *common, depends_on: {db: {condition: service_healthy}}}
END
    push_as_it_is "value $1"
}
push_as_it_is() { # MESSAGE: what lies in the folder
    git -C "$work/infra" add -A
    git -C "$work/infra" -c user.name=test -c user.email=test@localhost commit -q --allow-empty -m "$1"
    git -C "$work/infra" push -q origin main
}

driftless() { "$PROGRAM" --config "$work/driftless.yaml" "$@"; }
await() { # SECONDS WHAT COMMAND ...
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < until)) || { driftless status || true; die "never came: $what"; }
        sleep 0.1
    done
}
says() { # TEXT COMMAND ...: does it print that?
    local text=$1 said
    shift
    said=$("$@" 2>&1) || true
    [[ $said == *"$text"* ]]
}
shown() { engine_get "/containers/$1/json"; }
id_of() { shown "$1" | grep -o '^{"Id":"[0-9a-f]*"'; }

start_daemon() {
    "$PROGRAM" --config "$work/driftless.yaml" run >>"$work/daemon.log" 2>&1 &
    daemon_pid=$!
}
kill_daemon() {
    kill -KILL "$daemon_pid"
    wait "$daemon_pid" 2>/dev/null || true
    daemon_pid=
}
in_sync() {
    local json
    json=$(driftless status --json 2>/dev/null) || return 1
    [[ $json == *"\"commit\": \"$(git -C "$work/infra" rev-parse HEAD)\""* ]]
}
await_sync() { # SECONDS
    local until=$((SECONDS + $1))
    while ! in_sync; do
        kill -0 "$daemon_pid" 2>/dev/null || die "the daemon ended by itself"
        ((SECONDS < until)) || {
            driftless status || true
            die "not in sync within $1 s"
        }
        sleep 0.1
    done
}
