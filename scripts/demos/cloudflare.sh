# shellcheck shell=bash
# The story of a homelab behind Cloudflare: one commit adds a container, a tunnel, who may come in, and a name; a broken
# container is never published; all of it goes in reverse. The engine is real, Cloudflare is simulated. Sourced by
# scripts/demo.

clean_engine() { # what the demonstration made on an engine that is not its own
    local name
    for name in shop-web-1 shop-cloudflared-1 wiki-web-1 rest-web-1; do docker_do DELETE "/containers/$name?force=1"; done
    for name in shop wiki rest; do docker_do DELETE "/networks/${name}_default"; done
}

what_now() {
    printf '   change     %s, then git push\n' "$work/infra"
    printf '   Cloudflare curl -H "Authorization: Bearer %s" %s/zones/%s/dns_records\n' "$token" "$api" "$zone"
}

ask() { curl -sS -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -X "$1" "$api$2" ${3:+-d "$3"}; }
pretend() { curl -sS -X POST "${api%/client/v4}/pretend/$1" -d "$2" >/dev/null; }
has_record() { [[ $(ask GET "/zones/$zone/dns_records?name=$1") == *'"id"'* ]]; }
has_no_record() { ! has_record "$1"; }
tunnel_now() { ask GET "/accounts/$account/cfd_tunnel?is_deleted=false&name=driftless.demo.home"; }
has_no_tunnel() { [[ $(tunnel_now) != *'"id"'* ]]; }
has_no_application() { [[ $(ask GET "/accounts/$account/access/apps") != *shop.bnx.dev* ]]; }
status_is() { (driftless status || true) | grep -q "^ *$2  *$1 "; } # RESOURCE STATUS
runs() { docker_get "/containers/$1/json" | grep -q '"Running":true'; }
is_gone() { docker_get "/containers/$1/json" | grep -q 'No such container'; }

install "${build_packages[@]}" "${engine_packages[@]}" libgtest-dev libgmock-dev
say "Building driftless and the simulated Cloudflare"
configure_and_build dev driftless driftless_pretend
program=$root/build/dev/driftless

find_an_engine
say "Making small images; web:broken cannot work, and cloudflared is one that only holds its token"
make_image "$engine_url" driftless-demo/web:1 'CMD ["httpd","-f","-p","80","-h","/var/www"]'
make_image "$engine_url" driftless-demo/web:broken 'ENTRYPOINT ["sh","-c","echo this image is broken; exit 1"]'
make_image "$engine_url" driftless-demo/cloudflared:1 'CMD ["sh","-c","test -s \"$TUNNEL_TOKEN_FILE\" && exec sleep 1000000"]'

say "Starting a simulated Cloudflare, with the zone bnx.dev and a record that somebody made by hand"
mkfifo "$work/ready"
"$root/build/dev/driftless-pretend" cloudflare --listen 127.0.0.1:0 --zone bnx.dev >"$work/ready" 2>"$work/cloudflare.log" &
other_pids+=($!)
read -r ready <"$work/ready"
api=$(field url <<<"$ready") account=$(field account <<<"$ready") token=$(field token <<<"$ready")
zone=$(field bnx.dev <<<"$ready")
ask POST "/zones/$zone/dns_records" '{"type":"A","name":"by-hand","content":"203.0.113.9","ttl":300}' >/dev/null

say "Making a sample repository: a zone, and a container that stays"
make_repository
secret cloudflare-token "$token"
cat >"$work/driftless.yaml" <<END
installation: demo
state: $work/state
sources:
  infra: {url: "file://$work/infra.git", branch: main, interval: 1s}
targets:
  here: {docker: {host: "$engine_url"}}
  edge: {cloudflare: {accountId: $account, token: {secret: cloudflare-token}, url: "$api"}}
secrets: {folder: $work/secrets}
policy: {mode: converge, prune: true, maxRemovals: 10, settle: 1s, interval: 5s, grace: 2s}
http: {listen: "127.0.0.1:0", socket: $work/driftless.sock}
END
cat >"$work/infra/zone.yaml" <<'END'
apiVersion: driftless/v1
kind: DnsZone
metadata: {name: bnx.dev}
target: edge
spec:
  records:
    - {name: "@", type: MX, values: ["10 mx1.example.com", "20 mx2.example.com"]}
    - {name: "@", type: TXT, value: "v=spf1 include:example.com -all"}
END
project() { # NAME IMAGE [SERVICES [SPEC]]: a web service with a check, and what else is wanted
    mkdir -p "$work/infra/$1"
    cat >"$work/infra/$1/compose.yaml" <<END
services:
  web:
    image: driftless-demo/web:$2
    pull_policy: never
    healthcheck: {test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1/"], interval: 1s, timeout: 2s, retries: 3}
    configs: [{source: page, target: /var/www/index.html}]
    restart: unless-stopped
    stop_signal: SIGKILL
${3:-}
configs: {page: {content: "hello from $1"}}
END
    cat >"$work/infra/$1/driftless.yaml" <<END
apiVersion: driftless/v1
kind: ComposeProject
metadata: {name: $1}
target: here
spec:
  file: compose.yaml
${4:-}
END
}
tunnel() { # RULE ...
    cat >"$work/infra/tunnel.yaml" <<'END'
apiVersion: driftless/v1
kind: Tunnel
metadata: {name: home}
target: edge
spec:
  ingress:
END
    printf '    - %s\n' "$@" >>"$work/infra/tunnel.yaml"
}
project rest 1
push 'A zone, and a container that stays'
driftless validate "$work/infra"
start_the_daemon
await 60 "everything is in sync" in_sync
driftless doctor || true

say "One commit: a container with its cloudflared, a tunnel, who may come in, and the name shop.bnx.dev"
shop='{hostname: shop.bnx.dev, service: "http://web:80", dependsOn: [ComposeProject/shop@here]}'
wiki='{hostname: wiki.bnx.dev, service: "http://wiki:80", dependsOn: [ComposeProject/wiki@here]}'
project shop 1 '  cloudflared:
    image: driftless-demo/cloudflared:1
    pull_policy: never
    environment: {TUNNEL_TOKEN_FILE: /etc/cloudflared/token}
    volumes: ["./token:/etc/cloudflared/token:ro"]
    restart: unless-stopped
    stop_signal: SIGKILL' '  provide: {token: {from: Tunnel/home@edge, field: token}}'
tunnel "$shop"
cat >"$work/infra/access.yaml" <<'END'
apiVersion: driftless/v1
kind: AccessPolicy
metadata: {name: staff}
target: edge
spec: {decision: allow, include: [{email_domain: bnx.dev}]}
---
apiVersion: driftless/v1
kind: AccessApplication
metadata: {name: shop}
target: edge
spec: {domain: shop.bnx.dev, policies: [AccessPolicy/staff]}
END
push 'shop.bnx.dev'
driftless plan || (($? == 2))
await 90 "everything is in sync" in_sync
came_in_order edge/cloudflare.tunnel/home here/docker.container/shop.cloudflared.1
came_in_order here/docker.container/shop.web.1 edge/cloudflare.dns_record/shop.bnx.dev/CNAME
came_in_order edge/cloudflare.access_policy/staff edge/cloudflare.access_application/shop \
    edge/cloudflare.tunnel_config/home edge/cloudflare.dns_record/shop.bnx.dev/CNAME
has_record shop.bnx.dev || die "shop.bnx.dev is not there"
tunnel_id=$(tunnel_now | field id)
link=$(ask GET "/accounts/$account/cfd_tunnel/$tunnel_id/token" | field result)
pretend connect "{\"token\": \"$link\"}" # what the real cloudflared would do with it
driftless status

say "Another one, whose container cannot work: its name is not published, and the first goes on"
project wiki broken
tunnel "$shop" "$wiki"
push 'wiki.bnx.dev, on an image that cannot work'
await 90 "status says that the container does not work" status_is docker.container/wiki.web.1 degraded
await 30 "and that its name waits for it" status_is cloudflare.dns_record/wiki.bnx.dev/CNAME blocked
has_no_record wiki.bnx.dev || die "wiki.bnx.dev is published, and nothing answers there"
has_record shop.bnx.dev || die "shop.bnx.dev was taken away"
driftless status || true

say "An image that works: now it is published"
project wiki 1
push 'An image that works'
await 90 "everything is in sync" in_sync
has_record wiki.bnx.dev || die "wiki.bnx.dev is not there"

say "Somebody at the dashboard sends shop.bnx.dev elsewhere"
record=$(ask GET "/zones/$zone/dns_records?name=shop.bnx.dev" | field id)
ask PATCH "/zones/$zone/dns_records/$record" '{"content":"elsewhere.example.com"}' >/dev/null
goes_home() { [[ $(ask GET "/zones/$zone/dns_records?name=shop.bnx.dev") == *"$tunnel_id.cfargotunnel.com"* ]]; }
await 30 "it leads home again" goes_home

say "All of it goes, in reverse: the names, then the containers and who may come in, the tunnel when nobody is connected any more"
rm -r "$work/infra"/{shop,wiki,tunnel.yaml,access.yaml}
push 'No more of it'
await 60 "the names are gone" has_no_record shop.bnx.dev
await 60 "the containers are gone" is_gone shop-cloudflared-1
pretend disconnect "{\"tunnel\": \"$tunnel_id\"}"
await 60 "the tunnel is gone" has_no_tunnel
await 60 "nobody is asked any more, where nothing is" has_no_application
await 60 "everything is in sync" in_sync
came_in_order edge/cloudflare.dns_record/shop.bnx.dev/CNAME here/docker.container/shop.web.1 edge/cloudflare.tunnel/home
came_in_order edge/cloudflare.dns_record/shop.bnx.dev/CNAME edge/cloudflare.access_application/shop edge/cloudflare.access_policy/staff
runs rest-web-1 || die "what stays does not run"
has_record by-hand.bnx.dev || die "a record that somebody made by hand is gone"
never_told "$token"
never_told "$link"
