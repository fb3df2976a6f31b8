"""How many calls a zone at Cloudflare costs, by driftless and by others, on a simulated one. See bench/cloudflare."""
import json, os, subprocess, sys, tempfile, urllib.request

import common
from common import ROOT, Daemon, Repository, begin, stop_all, until

common.PROGRAM = os.path.join(ROOT, "build/dev/driftless")
PRETEND = os.path.join(ROOT, "build/dev/driftless-pretend")
PEER = os.path.join(ROOT, "build/alchemy")

class Cloudflare:
    """A simulated one, with zones of the plan Enterprise."""

    def __init__(self, zones):
        options = [word for zone in zones for word in ("--zone", zone + "=enterprise")]
        self.process = begin([PRETEND, "cloudflare", "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())

    def control(self, what, wish=None):
        request = urllib.request.Request(f"{self.ready['control']}/{what}", json.dumps(wish or {}).encode(), method="POST")
        return json.loads(urllib.request.urlopen(request).read())

    def forget(self):
        self.control("forget")

    def calls(self):
        """How many there were, and how many of them changed something."""
        told = self.control("calls")
        return sum(told["calls"].values()), len(told["writes"])


def records(count, changed):
    for at in range(count):
        yield f"host-{at}", "198.51.100.1" if at < changed else f"203.0.{at >> 8}.{at & 255}"


def zone_file(count, changed):
    lines = [f"    - {{name: {name}, type: A, value: {value}, ttl: 300}}" for name, value in records(count, changed)]
    return ("apiVersion: driftless/v1\nkind: DnsZone\nmetadata: {name: bnx.dev}\ntarget: edge\nspec:\n  records:\n"
            + "\n".join(lines) + "\n")


class Driftless(Daemon):
    def __init__(self, folder, cloudflare, files):
        super().__init__(folder)
        secrets = folder + "/secrets/all"
        os.makedirs(secrets, mode=0o700)
        with open(os.open(secrets + "/cf", os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(cloudflare.ready["token"])
        self.repository = Repository(folder + "/infra")
        self.repository.push(files)
        ready = cloudflare.ready
        self.settings(f"""sources: {{infra: {{url: "{self.repository.url}", interval: 1s}}}}
targets: {{edge: {{cloudflare: {{accountId: {ready['account']}, token: {{secret: cf}}, url: "{ready['url']}"}}}}}}
secrets: {{folder: {folder}/secrets}}
policy: {{mode: converge, prune: true, interval: 1h, settle: 1s}}
""")
        self.start()
        until(30, self.answers)

    def runs(self):
        return len(self.logged(r"run (?:converged|failed|ended|waits)"))

    def look(self, cloudflare):
        """A round of the whole target, by a person's word."""
        before = self.runs()
        cloudflare.forget()
        self.reconcile(["edge"])
        until(120, lambda: self.runs() > before)
        return cloudflare.calls()


def measure_driftless(count, changed):
    with tempfile.TemporaryDirectory() as folder:
        cloudflare = Cloudflare(["bnx.dev"])
        daemon = Driftless(folder, cloudflare, {"zone.yaml": zone_file(count, 0)})
        until(300, lambda: daemon.in_sync(count), 0.2)
        made = cloudflare.calls()
        quiet = daemon.look(cloudflare)
        cloudflare.forget()
        daemon.repository.push({"zone.yaml": zone_file(count, changed)})
        until(300, lambda: cloudflare.calls()[1] > 0 and daemon.in_sync(count), 0.2)
        change = cloudflare.calls()
        daemon.stop()
        return {"made": made, "quiet": quiet, "changed": change}


def manifest(kind, name, spec):
    return f"apiVersion: driftless/v1\nkind: {kind}\nmetadata: {{name: {name}}}\ntarget: edge\nspec: {spec}\n"


PHASES = {"http_request_firewall_custom": "{ref: a, action: block, expression: '(ip.src eq 192.0.2.1)'}",
          "http_request_dynamic_redirect": "{ref: a, action: redirect, expression: '(http.request.uri.path eq \"/a\")', "
          "action_parameters: {from_value: {status_code: 301, target_url: {value: 'https://example.com/'}}}}",
          "http_request_cache_settings": "{ref: a, action: set_cache_settings, expression: '(http.request.uri.path eq \"/b\")', "
          "action_parameters: {cache: false}}",
          "http_config_settings": "{ref: a, action: set_config, expression: '(http.request.uri.path eq \"/c\")', "
          "action_parameters: {bic: true}}"}


def whole_account(zones):
    """Each zone with records, settings and rules of four phases; tunnels, Pages sites, and Access."""
    files = {}
    for zone in zones:
        files[zone + ".yaml"] = manifest("DnsZone", zone, "{records: [{name: a, type: A, value: 203.0.113.1}]}")
        files[zone + ".settings.yaml"] = manifest("ZoneSettings", zone, "{settings: {ssl: full}}")
        for phase, rule in PHASES.items():
            files[f"{zone}.{phase}.yaml"] = manifest("Ruleset", f"{zone}.{phase}", f"{{zone: {zone}, phase: {phase}, rules: [{rule}]}}")
    for at in range(3):
        files[f"tunnel{at}.yaml"] = manifest("Tunnel", f"t{at}", f"{{ingress: [{{hostname: t{at}.{zones[0]}, service: 'http://a'}}]}}")
    for at in range(4):
        files[f"site{at}.yaml"] = manifest("PagesProject", f"bench{at}", "{productionBranch: main, folder: site}")
    files["site/index.html"] = "hello"
    files["group.yaml"] = manifest("AccessGroup", "staff", "{include: [{email_domain: example.com}]}")
    files["policy.yaml"] = manifest("AccessPolicy", "staff", "{decision: allow, include: [{group: AccessGroup/staff}]}")
    files["app.yaml"] = manifest("AccessApplication", "app", f"{{domain: t0.{zones[0]}, policies: [AccessPolicy/staff]}}")
    return files


def measure_account():
    zones = [f"bench{at}.dev" for at in range(5)]
    with tempfile.TemporaryDirectory() as folder:
        cloudflare = Cloudflare(zones)
        daemon = Driftless(folder, cloudflare, whole_account(zones))
        looks = []
        while len(looks) < 2 or looks[-1] != looks[-2] or looks[-1][0] == 0 or looks[-1][1] > 0:
            until(60, lambda: not any(target["running"] for target in daemon.get("targets")["targets"]), 0.2)
            looks.append(daemon.look(cloudflare))
        daemon.stop()
        return looks[-1]


def measure_alchemy(count, changed):
    if not os.path.exists(PEER + "/node"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        cloudflare = Cloudflare(["bnx.dev"])
        ready = cloudflare.ready
        environment = os.environ | {"CLOUDFLARE_BASE_URL": ready["url"], "CLOUDFLARE_API_TOKEN": ready["token"],
                                    "CLOUDFLARE_ACCOUNT_ID": ready["account"], "HOME": folder,
                                    "ALCHEMY_CI_STATE_STORE_CHECK": "false"}
        os.symlink(PEER + "/node_modules", folder + "/node_modules")
        with open(folder + "/alchemy.mjs", "w") as out, open(ROOT + "/bench/alchemy.mjs") as script:
            out.write(script.read())

        def run(moved):
            cloudflare.forget()
            ended = subprocess.run([PEER + "/node", "alchemy.mjs", ready["zones"]["bnx.dev"], str(count), str(moved)],
                                   cwd=folder, env=environment, capture_output=True, text=True)
            if ended.returncode != 0:
                raise SystemExit("alchemy failed: " + (ended.stderr + ended.stdout)[-2000:])
            return cloudflare.calls()

        return {"made": run(0), "quiet": run(0), "changed": run(changed)}


def shown(calls):
    return "–" if calls is None else f"{calls[0]:,} ({calls[1]:,})"


def main():
    words = [word for word in sys.argv[1:] if word != "--json"]
    count = int(words[0]) if words else 3000  # a paid zone has 3,500
    changed = int(words[1]) if len(words) > 1 else 150
    # As many as alchemy gets done: it calls twice for each record, all at once, and gives up when that is too many.
    small, few = min(count, 100), min(changed, 30)
    told = {"records": count, "changed": changed, "driftless": measure_driftless(count, changed),
            "small": {"records": small, "changed": few, "driftless": measure_driftless(small, few),
                      "alchemy": measure_alchemy(small, few)},
            "account": measure_account()}
    if "--json" in sys.argv:
        return print(json.dumps(told))
    peer = told["small"]["alchemy"]
    print("Calls (those of them that change something)\n")
    print(f"{'':26}{'driftless':>16}{'one a record':>16}{'driftless':>16}{'alchemy':>16}")
    print(f"{'records, changed':26}{f'{count:,}, {changed}':>16}{f'{count:,}, {changed}':>16}"
          f"{f'{small}, {few}':>16}{f'{small}, {few}':>16}")
    single = {"made": (count, count), "quiet": (count, 0), "changed": (count + changed, changed)}
    for name, what in (("made", "all are made"), ("quiet", "a look, nothing changed"), ("changed", "some are changed")):
        print(f"{what:26}{shown(told['driftless'][name]):>16}{shown(single[name]):>16}"
              f"{shown(told['small']['driftless'][name]):>16}{shown(peer and peer[name]):>16}")
    looked = told["account"][0]
    print(f"\nA look at 5 zones with settings and rules of 4 phases each, 3 tunnels, 4 Pages sites and Access: {looked} calls; "
          f"once a minute that is {looked * 5 / 12:.0f} % of what Cloudflare allows")


if __name__ == "__main__":
    try:
        main()
    finally:
        stop_all()
