"""How many calls a zone at Cloudflare costs, by driftless and by others, on a simulated one. See bench/cloudflare."""
import json, os, subprocess, sys, tempfile, urllib.request

from common import ROOT, Daemon, Repository, begin, stop_all, until

PRETEND = os.path.join(ROOT, "build/dev/driftless-pretend")
PEER = os.path.join(ROOT, "build/alchemy")
QUOTA = 1200  # calls in 300 s that a token has


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

    def routes(self):
        return self.control("calls")["calls"]


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


def measure_alchemy(count, changed):
    if not os.path.exists(PEER + "/node"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        cloudflare = Cloudflare(["bnx.dev"])
        ready = cloudflare.ready
        environment = os.environ | {"CLOUDFLARE_BASE_URL": ready["url"], "CLOUDFLARE_API_TOKEN": ready["token"],
                                    "CLOUDFLARE_ACCOUNT_ID": ready["account"], "HOME": folder, "CI": "1"}
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
    count = int(words[0]) if words else 5000
    changed = int(words[1]) if len(words) > 1 else 150
    small = min(count, 500)  # what a peer that calls once or twice for each record gets done within the quota
    told = {"records": count, "changed": changed, "driftless": measure_driftless(count, changed),
            "records_for_peers": small, "driftless_small": measure_driftless(small, changed),
            "alchemy_small": measure_alchemy(small, changed)}
    if "--json" in sys.argv:
        return print(json.dumps(told))
    print(f"Calls (those that change something), {changed} of the records changed\n")
    print(f"{'':24}{'driftless':>16}{'driftless':>16}{'alchemy':>16}{'one a record':>16}")
    print(f"{'records':24}{count:>16,}{small:>16,}{small:>16,}{count:>16,}")
    for name, what in (("made", "all made"), ("quiet", "a look, nothing changed"), ("changed", "some changed")):
        single = (changed, changed) if name == "changed" else (count, count if name == "made" else 0)
        alchemy = told["alchemy_small"] and told["alchemy_small"][name]
        print(f"{what:24}{shown(told['driftless'][name]):>16}{shown(told['driftless_small'][name]):>16}"
              f"{shown(alchemy):>16}{shown(single):>16}")


if __name__ == "__main__":
    try:
        main()
    finally:
        stop_all()
