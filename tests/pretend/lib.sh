# shellcheck shell=bash
# What the judges share: children that end with the script, and the proxy that holds every call against Cloudflare's
# OpenAPI document. Sourced.
set -euo pipefail
document=$(dirname "${BASH_SOURCE[0]}")/../../../shared/specs/cloudflare/openapi.json

skip() {
    echo "skipped: $*"
    exit 77
}

folder=$(mktemp -d)
children=()
finish() {
    local status=$? child
    for child in "${children[@]}"; do kill "$child" 2>/dev/null && wait "$child" || true; done
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT

# start LINE COMMAND...: in the background; sets `line` to the first line of its output that holds LINE
start() {
    local wanted=$1 pipe=$folder/pipe
    shift
    rm -f "$pipe" && mkfifo "$pipe"
    "$@" >"$pipe" 2>&1 &
    children+=($!)
    exec 3<"$pipe"
    while read -r line <&3; do
        if [[ $line == *"$wanted"* ]]; then return; fi
    done
    echo "$1 ended before it was ready" >&2
    exit 1
}

# of_json FIELD TEXT: a field of a JSON text, "zones.bnx.dev" by its steps: zones "bnx.dev"
of_json() { node -p 'process.argv.slice(2).reduce((at, step) => at[step], JSON.parse(process.argv[1]))' "$@"; }

# start_prism JUDGES URL: a proxy before URL; sets `proxy`, and what it finds goes to $folder/violations
start_prism() {
    start 'is listening' "$1/node_modules/.bin/prism" proxy -h 127.0.0.1 -p 0 "${@:3}" "$document" "$2"
    prism_pid=${children[-1]}
    cat <&3 >"$folder/violations" &
    violations_pid=$!
    proxy=http://127.0.0.1:$(sed -E 's/.*:([0-9]+).*/\1/' <<<"$line")
}

# no_violation PATTERN [EXCEPT]: ends the proxy; it must have told of none
no_violation() {
    kill "$prism_pid" && wait "$violations_pid" || true
    if grep -a "$1" "$folder/violations" | grep -avE "${2:-^$}"; then exit 1; fi
}
