# shellcheck shell=bash
# What somebody runs is taken over as it is: looks at plans and containers. Sourced after lib.sh; `maker` says who
# made what runs.
maker=

plan() { driftless plan --json || [[ $? == 2 ]]; }  # 2: there is something to do
# Of each container of the project: name, id, when it was started, how often it was started again.
lives() {
    docker ps -aq --filter label=com.docker.compose.project=e2e |
        xargs docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}} {{.RestartCount}}' | sort
}
adoptions='^ *[0-9]+ "verb": *"adopt" *$'
verbs() { grep -o '"verb": *"[a-z]*"' <<<"$1" | sort | uniq -c | tr -s ' \n' ' '; }
expect_same() { # WHAT WANTED FOUND
    [[ $2 == "$3" ]] || die "$maker: $1: expected
$2
found
$3"
}
expect_adoptions_only() {
    local plan
    plan=$(plan)
    [[ $(verbs "$plan") =~ $adoptions ]] || {
        driftless plan || true
        die "$maker: the plan wants more than adoptions"
    }
    [[ $plan != *'"failed"'* ]] || die "$maker: something is failed: $plan"
}
expect_nothing_to_do() {
    local plan
    plan=$(plan)
    [[ -z $(verbs "$plan") ]] || {
        driftless plan || true
        die "$maker: there is still something to do"
    }
}
forget() { # what the daemon knows
    rm -rf "$work/state"
    mkdir -m 700 "$work/state"
}
