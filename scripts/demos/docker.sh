# shellcheck shell=bash
# The story of one machine: converge, push a change, heal by hand's damage, push a broken image. Sourced by scripts/demo.

clean_engine() { # what the demonstration made on an engine that is not its own
    local name
    for name in demo-web-1 demo-worker-1; do docker_do DELETE "/containers/$name?force=1"; done
    docker_do DELETE /networks/demo_front
    docker_do DELETE /volumes/demo_data
}

page_says() { [[ $(curl -s --max-time 2 "http://127.0.0.1:$port/") == *"$1"* ]]; }
id_of() { docker_get "/containers/$1/json" | grep -o '"Id":"[0-9a-f]*"' | head -1; }
runs_another_than() { # NAME OLD_ID
    local now
    now=$(id_of "$1") && [[ -n $now && $now != "$2" ]] && docker_get "/containers/$1/json" | grep -q '"Running":true'
}
tells_of_failure() { status_has '"status": "failed"'; }
none_kept() { ! docker_get '/containers/json?all=1' | grep -q driftless-kept-; }

what_now() { printf '   change     %s, then git push; the page: http://127.0.0.1:%s/\n' "$work/infra" "$port"; }

install "${build_packages[@]}" "${engine_packages[@]}"
"$root/scripts/build" release
program=$root/build/release/driftless

find_an_engine
port=$(free_port)

say "Making three small images"
make_image "$engine_url" driftless-demo/web:1 'CMD ["httpd","-f","-p","8080","-h","/var/www"]'
make_image "$engine_url" driftless-demo/web:2 'CMD ["httpd","-f","-p","8080","-h","/var/www"]' 'ENV GENERATION=2'
make_image "$engine_url" driftless-demo/web:broken 'ENTRYPOINT ["sh","-c","echo this image is broken; exit 1"]'

say "Making a sample repository: two services, network, volume, health check, config file, secret"
make_repository
mkdir "$work/infra/demo"
secret demo-token not-for-anyone-else
cat >"$work/infra/demo/driftless.yaml" <<END
apiVersion: driftless/v1
kind: ComposeProject
metadata: {name: demo}
target: here
spec:
  file: compose.yaml
  env: {PORT: "$port", TOKEN: {secret: demo-token}, TAG: {value: demo.tag}}
---
apiVersion: driftless/v1
kind: Values
metadata: {name: here}
target: here
spec: {demo: {tag: "1"}}
END
cat >"$work/infra/demo/compose.yaml" <<'END'
services:
  web:
    image: driftless-demo/web:${TAG}
    pull_policy: never
    ports: ["127.0.0.1:${PORT}:8080"]
    networks: [front]
    configs: [{source: page, target: /var/www/index.html}]
    healthcheck: {test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/"], interval: 1s, timeout: 2s, retries: 3}
    restart: unless-stopped
    stop_signal: SIGKILL
  worker:
    image: driftless-demo/web:1
    pull_policy: never
    command: [sh, -c, 'while true; do date > /data/alive; sleep 1; done']
    environment: {TOKEN: "${TOKEN}"}
    secrets: [token]
    networks: [front]
    volumes: ["data:/data"]
    depends_on: {web: {condition: service_healthy}}
    restart: unless-stopped
    stop_signal: SIGKILL
configs: {page: {file: ./index.html}}
secrets: {token: {environment: TOKEN}}
networks: {front: }
volumes: {data: }
END
echo 'hello from commit one' >"$work/infra/demo/index.html"
cat >"$work/driftless.yaml" <<END
installation: demo
state: $work/state
sources:
  infra: {url: "file://$work/infra.git", branch: main, interval: 1s}
targets:
  here: {docker: {host: "$engine_url"}}
secrets: {folder: $work/secrets}
policy: {mode: converge, prune: true, settle: 1s, interval: 30s}
http: {listen: "127.0.0.1:0", socket: $work/driftless.sock}
END
push 'The first commit'
driftless validate "$work/infra"

say "Before anything runs: driftless plan"
driftless plan || (($? == 2))

say "Running the daemon"
start_the_daemon
await 60 "the first commit is in force and everything is in sync" in_sync
await 10 "the page of the first commit is served" page_says 'commit one'
driftless status

say "A push: a new image and a new page"
change demo/driftless.yaml 's/tag: "1"/tag: "2"/'
echo 'hello from commit two' >"$work/infra/demo/index.html"
push 'Image 2 and another page'
driftless plan || (($? == 2))
await 60 "the page of the second commit is served" page_says 'commit two'
await 60 "everything is in sync, and no old container is left" in_sync
await 30 "the replaced container is gone" none_kept
driftless status

say "Somebody removes a container by hand"
old=$(id_of demo-worker-1)
docker_do DELETE '/containers/demo-worker-1?force=1'
await 30 "the worker runs again, as another container" runs_another_than demo-worker-1 "$old"
await 30 "everything is in sync" in_sync

say "A push with a broken image"
web=$(id_of demo-web-1)
change demo/driftless.yaml 's/tag: "2"/tag: broken/'
push 'An image that cannot work'
await 90 "status says that the new content failed, and why" tells_of_failure
await 60 "the old page is served again" page_says 'commit two'
[[ $(id_of demo-web-1) == "$web" ]] || die "demo-web-1 is not the container that ran before"
await 30 "nothing is left half way" none_kept
driftless status || true
driftless diff here/docker.container/demo.web.1 || true

say "Back to what works"
git -C "$work/infra" -c user.name=demo -c user.email=demo@localhost revert --no-edit HEAD >/dev/null
git -C "$work/infra" push -q origin main
await 60 "everything is in sync with the revert" in_sync
[[ $(id_of demo-web-1) == "$web" ]] || die "the revert should not have touched demo-web-1"
never_told not-for-anyone-else
