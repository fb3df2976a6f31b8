# shellcheck shell=bash
# The story of a product on Azure: one push makes all of it from nothing, in order; then it is quiet; what somebody changes by
# hand is put back; a new image is one write; a bad one leaves the old revision serving; data never goes by itself. Azure is
# simulated, its clock a hundred times as fast; the repository is the folder briefhours beside this file. Sourced by
# scripts/demo.

speed=100
group=/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-briefhours
app_version=2026-01-01
server=rg-briefhours/Microsoft.DBforPostgreSQL/flexibleServers/pg-briefhours

what_now() {
    printf '   change     %s, then git push\n' "$work/infra"
    printf '   Azure      curl -H "Authorization: Bearer any" "%s%s/providers/Microsoft.App/containerApps?api-version=%s"\n' \
        "$azure" "$group" "$app_version"
}

# ask METHOD BELOW-THE-GROUP API-VERSION [BODY]: as a person at the portal does
ask() {
    curl -sS -H 'Authorization: Bearer any' -H 'Content-Type: application/json' -X "$1" \
        "$azure$group/providers/$2?api-version=$3" ${4:+-d "$4"}
}
pretend() { curl -sS "$azure/pretend/$1" ${2:+-d "$2"}; }
app() { ask GET "Microsoft.App/containerApps/$1" "$app_version"; }
is_there() { [[ $(ask GET "$1" "$2") != *'"error"'* ]]; }
is_gone() { ! is_there "$@"; }

# revisions APP: "NAME ACTIVE HEALTH IMAGE" of each, oldest first
revisions() {
    local all
    all=$(ask GET "Microsoft.App/containerApps/$1/revisions" "$app_version")
    sed -n 's/.*"name":"\([^"]*--[^"]*\)","properties":{"active":\([a-z]*\),.*"healthState":"\([^"]*\)".*"image":"\([^"]*\)".*/\1 \2 \3 \4/p' \
        <<<"${all//'{"id":'/$'\n'}"
}
serving() { app "$1" | field latestReadyRevisionName; }                        # the revision that requests reach
serves() { revisions "$1" | grep -q "^$(serving "$1") true Healthy .*:$2\$"; } # APP VERSION
show_revisions() {
    local name active health image now
    now=$(serving "$1")
    while read -r name active health image; do
        [[ $active == true ]] || health=stopped
        printf '   %-14s %-10s %s%s\n' "$name" "$health" "$image" "$([[ $name != "$now" ]] || echo '   <- serves')"
    done < <(revisions "$1")
}

# What was asked of Azure since it began
writes() { pretend calls | grep -o '"\(PUT\|PATCH\|POST\|DELETE\) /[^"]*"' || true; }
count_writes() { writes | wc -l | tr -d ' '; }
count_reads() { pretend calls | grep -o '"\(GET\|LIST\|POLL\) [^"]*":[0-9]*' | awk -F: '{ sum += $NF } END { print sum + 0 }'; }

# Kind/name and status of each resource, a line each; of what git doesn't declare its name
statuses() {
    (driftless status --json 2>/dev/null || true) |
        awk -F'"' '$2 == "name" { of = $4 } $2 == "manifest" && $4 != "" { of = $4; found = 1 }
            $2 == "manifest" { found = 1 } $2 == "status" && found { print of, $4; found = 0 }'
}
status_is() { statuses | grep -qx "$1 $2"; } # KIND/NAME STATUS
brief() { awk 'NR <= 12 { print } END { if (NR > 12) print "  … and", NR - 12, "lines more" }'; }
not_in_sync() {                              # what a person wants to read while something is wrong
    (driftless status || true) | awk '/^  [A-Z][A-Za-z]*\// { of = $0; next } /^    in_sync / || /^$/ { next }
        /^    / && of != "" { print of; of = "" } { print }'
}
progress() { # UNTIL: a line whenever Azure is at something else, until all is in sync
    local now before='' under_way
    until in_sync; do
        kill -0 "$daemon_pid" 2>/dev/null || die "the daemon ended"
        ((SECONDS < $1)) || { not_in_sync && die "it did not come about in time"; }
        now=$(statuses)
        under_way=$(awk '$2 == "progressing" { if (++n <= 3) printf "%s%s", (n > 1 ? ", " : ""), $1 }
            END { if (n > 3) printf " and %d more", n - 3 }' <<<"$now")
        if [[ -n $under_way && $under_way != "$before" ]]; then
            printf '   %2s of %s in sync; Azure is at %s\n' "$(grep -c ' in_sync$' <<<"$now" || true)" \
                "$(wc -l <<<"$now" | tr -d ' ')" "$under_way"
        fi
        before=$under_way
        sleep 0.5
    done
}
tell_azures_time() { # how long Azure was at it, by its own clock
    pretend operations | tr '{' '\n' | sed -n 's#.*/providers/\(microsoft[^"]*\)","seconds":\([0-9]*\).*#\2 \1#p' | sort -rn |
        awk 'NR <= 3 { printf "   %4d s  %s\n", $1, $2 } { sum += $1 }
            END { printf "   %4d s  all %d operations, some of them side by side\n", sum, NR }'
}

install "${build_packages[@]}" curl
say "Building driftless and the simulated Azure"
configure_and_build dev driftless driftless_pretend
program=$root/build/dev/driftless

say "Starting a simulated Azure, whose clock runs $speed times as fast; its subscription is empty"
mkfifo "$work/ready"
"$root/build/dev/driftless-pretend" azure --listen 127.0.0.1:0 --speed "$speed" >"$work/ready" 2>"$work/azure.log" &
other_pids+=($!)
read -r ready <"$work/ready"
azure=$(field url <<<"$ready") tenant=$(field tenant <<<"$ready")

say "Making a sample repository: a network, PostgreSQL, a vault, a registry, two apps, Front Door, alerts, a budget"
make_repository
secret azure-client a-client-secret-of-the-demo
secret database-password a-password-of-the-demo
cp "$root"/scripts/demos/briefhours/*.yaml "$work/infra"
cat >"$work/driftless.yaml" <<END
installation: demo
state: $work/state
sources:
  infra: {url: "file://$work/infra.git", branch: main, interval: 1s}
targets:
  prod:
    azure:
      subscription: 00000000-0000-0000-0000-00000000000a
      resourceGroup: rg-briefhours
      location: uksouth
      auth: {clientSecret: {tenant: $tenant, clientId: 11111111-2222-3333-4444-555555555555, secret: {secret: azure-client}}}
      endpoint: $azure
      authority: $azure
secrets: {folder: $work/secrets}
policy: {mode: converge, prune: true, settle: 1s, interval: 5s}
http: {listen: "127.0.0.1:0", socket: $work/driftless.sock}
END
push 'BriefHours, all of it'
(cd "$work/infra" && wc -l ./*.yaml | sed 's/^/  /')
driftless validate "$work/infra"
driftless doctor || true
(driftless plan || (($? == 2))) | brief

say "One push: from nothing to healthy, each thing after what it stands on"
began=$SECONDS
start_the_daemon
progress $((SECONDS + 300))
printf '   ok: all of it is in sync, after %s s and %s writes\n' "$((SECONDS - began))" "$(count_writes)"
came_in_order prod/azure.resource/rg-briefhours{,/Microsoft.{Network/virtualNetworks/net{,/subnets/apps},App/{managedEnvironments/env,containerApps/api},Cdn/profiles/front/{originGroups/api/origins/api,afdEndpoints/briefhours/routes/api}}}
came_in_order prod/azure.resource/rg-briefhours/Microsoft.{Network/privateDnsZones/briefhours.private.postgres.database.azure.com{,/virtualNetworkLinks/database},DBforPostgreSQL/flexibleServers/pg-briefhours{,/databases/briefhours},App/containerApps/api}
serves api 1.0.0 || die "the API does not serve"
echo '   What takes Azure its time:'
tell_azures_time
(driftless status || true) | brief

say "Then it is quiet: it looks on, and writes nothing"
written=$(count_writes) read_before=$(count_reads)
daemon_get() { curl -sS --unix-socket "$work/driftless.sock" "http://driftless$1"; }
run_after() { # of the last run that ended: its id
    daemon_get '/api/v1/runs?target=prod' | field run
}
looks=0 last_run=$(run_after)
looked() { # counts the runs that ended since it was asked first
    local run
    run=$(run_after)
    if [[ $run != "$last_run" ]]; then last_run=$run && ((++looks)); fi
    ((looks == 3))
}
await 60 "it looked three times more" looked
(($(count_writes) == written)) || die "it wrote something: $(writes | tail -n +$((written + 1)))"
printf '   ok: no write; %s reads a look, one for each type and parent\n' "$((($(count_reads) - read_before) / looks))"

say "Somebody scales the web app by hand"
ask PATCH Microsoft.App/containerApps/web "$app_version" '{"properties":{"template":{"scale":{"minReplicas":0,"maxReplicas":10}}}}'
written=$(count_writes)
scaled_back() { [[ $(app web) == *'"maxReplicas":3,"minReplicas":1,'* ]]; }
await 60 "it is scaled as git has it" scaled_back
await 60 "everything is in sync" in_sync
(($(count_writes) == written + 1)) || die "that should take one write"
driftless history ContainerApp/web --limit 4

say "A push with a new image: one write, and the new revision takes over"
written=$(count_writes) old=$(serving api)
change versions.yaml 's/api:1.0.0/api:1.1.0/'
push 'API 1.1.0'
driftless plan || (($? == 2))
await 60 "everything is in sync" in_sync
serves api 1.1.0 || die "the new image does not serve"
[[ $(serving api) != "$old" ]] || die "it is the revision that was there before"
(($(count_writes) == written + 1)) || die "that should take one write"
printf '   ok: one write: %s\n' "$(writes | tail -1)"
show_revisions api

say "A push with an image that nobody built"
pretend break-image '{"image":"acrbriefhours.azurecr.io/api:1.2.0","why":"ErrImagePull: manifest for api:1.2.0 is unknown"}' >/dev/null
change versions.yaml 's/api:1.1.0/api:1.2.0/'
push 'API 1.2.0'
await 90 "status says that the API's new content failed" status_is ContainerApp/api failed
serves api 1.1.0 || die "the image before does not serve"
show_revisions api
not_in_sync
if driftless wait --revision "$(commit_now)" --timeout 1s; then die "wait should tell a pipeline that the commit failed"; fi

say "A push that works"
change versions.yaml 's/api:1.2.0/api:1.3.0/'
push 'API 1.3.0'
await 90 "everything is in sync" in_sync
serves api 1.3.0 || die "the new image does not serve"
driftless wait --revision "$(commit_now)" --timeout 1s
show_revisions api

say "An alert goes, because git drops it"
git -C "$work/infra" rm -q alerts.yaml
push 'No alert for restarts'
await 60 "the alert is gone" is_gone Microsoft.Insights/metricAlerts/api-restarts 2026-01-01
await 60 "everything is in sync" in_sync

say "Somebody drops the database from git, though the API uses it"
git -C "$work/infra" rm -q database.yaml
driftless validate "$work/infra" || true
push 'No database'
refused() { status_has 'there is no PostgresFlexibleServer/pg-briefhours'; }
await 60 "that commit is not taken, and status says where it is wrong" refused
not_in_sync

say "And the API's use of it, too: now the commit is taken, but data waits for a person"
change apps.yaml '/PostgresDatabase/d; /DATABASE_/d'
push 'An API without a database'
await 90 "the server is held" status_is "$server" held
await 90 "and so is the database in it" status_is "$server/databases/briefhours" held
is_there Microsoft.DBforPostgreSQL/flexibleServers/pg-briefhours 2025-08-01 || die "the database is gone"
not_in_sync

say "Git has it again"
git -C "$work/infra" -c user.name=demo -c user.email=demo@localhost revert --no-edit HEAD HEAD~1 >/dev/null
git -C "$work/infra" push -q origin main
await 120 "everything is in sync" in_sync
is_there Microsoft.DBforPostgreSQL/flexibleServers/pg-briefhours 2025-08-01 || die "the database is gone"
if writes | grep -q '^"DELETE .*PostgreSQL'; then die "something that holds data was removed"; fi
never_told a-password-of-the-demo
never_told a-client-secret-of-the-demo
