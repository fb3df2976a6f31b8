"""driftless beside Docker Compose 2 and the bare API, on one real engine. See bench/docker."""
import json, os, re, shutil, subprocess, sys, tempfile, threading, time

from common import BUILD, ROOT, Daemon, Repository, Unix, call, manifest, memory_of, until

IMAGE = "driftless-bench/sleeper:1"


class Engine:
    """A private engine with its debug log, in which requests are counted, and its event stream."""

    def __init__(self, folder):
        self.folder, self.socket = folder, folder + "/engine.sock"
        self.log = open(folder + "/log", "w+")
        self.process = subprocess.Popen(
            ["dockerd", "--debug", "--host", "unix://" + self.socket, "--data-root", folder + "/data",
             "--exec-root", folder + "/exec", "--pidfile", folder + "/pid", "--iptables=false",
             "--ip6tables=false"], stdout=self.log, stderr=self.log, start_new_session=True)
        until(60, lambda: os.path.exists(self.socket) and call(self.socket, "GET", "/_ping")[0] == 200)
        self.events = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        connection = Unix(self.socket)
        connection.timeout = None
        connection.request("GET", '/events?filters={"type":["container"]}')
        answer = connection.getresponse()
        for line in answer:
            event = json.loads(line)
            if not event["Action"].startswith("exec_"):
                self.events.append((event["timeNano"] / 1e9, event["Action"], event["Actor"]["Attributes"].get("name")))

    def mark(self):
        return os.path.getsize(self.folder + "/log")

    def requests(self, since):
        """[(seconds, "GET /v1.41/…")] that the engine was asked since a mark."""
        with open(self.folder + "/log") as log:
            log.seek(since)
            found = re.findall(r'time="([^"]+)" level=debug msg="Calling ((?:GET|HEAD|POST|PUT|DELETE) [^"]+)"', log.read())
        return [(seconds(at), what) for at, what in found if not what.startswith("GET /events")]

    def last_start(self, since):
        return max((at for at, action, _ in self.events if action == "start" and at >= since), default=None)

    def starts(self, since):
        return sum(1 for at, action, _ in self.events if action == "start" and at >= since)

    def clean(self):
        for container in json.loads(call(self.socket, "GET", "/containers/json?all=1")[1]):
            call(self.socket, "DELETE", f"/containers/{container['Id']}?force=1")
        for network in json.loads(call(self.socket, "GET", "/networks")[1]):
            call(self.socket, "DELETE", "/networks/" + network["Id"])

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def seconds(text):
    whole, _, rest = text.partition(".")
    return time.mktime(time.strptime(whole[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + rest.rstrip("Z")[:9])


def compose_file(count, changed=None):
    lines = ["services:"]
    for i in range(count):
        lines += [f"  s{i:03}:", f"    image: {IMAGE}", "    pull_policy: never", "    stop_signal: SIGKILL",
                  "    restart: unless-stopped",
                  f"    environment: {{NUMBER: \"{i}\", CHANGED: \"{changed if i == 0 and changed else 0}\"}}"]
    return "\n".join(lines) + "\n"


class Driftless(Daemon):
    def __init__(self, engine, folder, count):
        super().__init__(folder)
        self.count, self.settle = count, 1.0
        self.repository = Repository(folder + "/infra")
        self.repository.push({"driftless.yaml": manifest("bench", "here"), "compose.yaml": compose_file(count)})
        self.settings(f"""sources: {{infra: {{url: "{self.repository.url}", interval: 1s}}}}
targets: {{here: {{docker: {{host: "unix://{engine.socket}"}}}}}}
policy: {{mode: converge, prune: true, settle: 1s, interval: 1s, maxRemovals: 1000}}
""")
        self.start()
        until(30, self.answers)

    def push(self, text):
        self.repository.push({"compose.yaml": text})

    def rounds(self, since):
        return [float(ms) for ms in self.logged(r"run converged .*trigger=interval .*took_ms=([\d.]+)", since)]


def bursts(asked, gap=0.15):
    """Requests, parted where none came for a while."""
    parts = []
    for at, what in asked:
        if not parts or at - parts[-1][-1][0] > gap:
            parts.append([])
        parts[-1].append((at, what))
    return parts


def measure_driftless(engine, folder, count):
    row = {}
    mark, began = engine.mark(), time.time()
    driftless = Driftless(engine, folder, count)
    until(300, lambda: engine.starts(began) >= count and driftless.in_sync(count + 1))
    asked = engine.requests(mark)
    first = next(at for at, what in asked if what.startswith("POST"))
    last = engine.last_start(began)
    row["first_s"] = last - first
    row["first_requests"] = sum(1 for at, _ in asked if at <= last)
    row["first_cpu_ms"] = driftless.cpu() * 1e3
    time.sleep(3)
    mark, log, cpu = engine.mark(), driftless.log_size(), driftless.cpu()
    time.sleep(20)
    cpu, took = driftless.cpu() - cpu, driftless.rounds(log)
    row["quiet_ms"] = sorted(took)[len(took) // 2]
    row["quiet_cpu_ms"] = cpu / len(took) * 1e3
    row["quiet_requests"] = len(engine.requests(mark)) / len(took)
    row["resident_mib"], row["peak_mib"] = memory_of(driftless.pid, "VmRSS"), memory_of(driftless.pid, "VmHWM")
    looks = []
    for _ in range(5):
        mark = engine.mark()
        driftless.reconcile()
        time.sleep(1.2)
        looks.append(max(bursts(engine.requests(mark)), key=len))
    row["full_requests"] = max(len(look) for look in looks)
    row["full_ms"] = sorted((look[-1][0] - look[0][0]) * 1e3 for look in looks)[2]
    mark, began = engine.mark(), time.time()
    driftless.push(compose_file(count, "yes"))
    until(60, lambda: engine.starts(began) >= 1)
    last = engine.last_start(began)
    asked = bursts([(at, what) for at, what in engine.requests(mark) if at <= last], 0.5)[-1]
    row["change_s"] = last - asked[0][0]
    row["change_requests"] = len(asked)
    until(60, lambda: driftless.in_sync(count + 1))
    time.sleep(2)
    mark, began = engine.mark(), time.time()
    victim = f"bench-s{count - 1:03}-1"
    call(engine.socket, "DELETE", f"/containers/{victim}?force=1")
    until(60, lambda: engine.starts(began) >= 1)
    last = engine.last_start(began)
    destroyed = max(at for at, action, name in engine.events if action == "destroy" and name == victim and at >= began)
    asked = bursts([(at, what) for at, what in engine.requests(mark) if destroyed < at <= last], 0.5)[-1]
    row["heal_after_settle_ms"] = (asked[0][0] - destroyed - driftless.settle) * 1e3
    row["heal_requests"] = len(asked)
    driftless.stop()
    return row


def curl(engine, requests):
    """All requests on one connection. requests: [(method, target, body or None)]"""
    config = []
    for method, target, body in requests:
        config += [f'unix-socket = "{engine.socket}"', f'url = "http://engine{target}"', f'request = "{method}"',
                   'output = "/dev/null"', "silent"]
        if body is not None:
            config += ['header = "Content-Type: application/json"', "data = " + json.dumps(json.dumps(body))]
        config.append("next")
    return subprocess.Popen(["curl", "-K", "-"], stdin=subprocess.PIPE), "\n".join(config[:-1])


def run_curls(engine, batches):
    started = [curl(engine, batch) for batch in batches if batch]
    for process, config in started:
        process.stdin.write(config.encode())
        process.stdin.close()
    for process, _ in started:
        process.wait()


def body_of(number):
    return {"Image": IMAGE, "Env": [f"NUMBER={number}", "CHANGED=0"], "StopSignal": "SIGKILL",
            "HostConfig": {"NetworkMode": "floor_default", "RestartPolicy": {"Name": "unless-stopped"}},
            "NetworkingConfig": {"EndpointsConfig": {"floor_default": {"Aliases": [f"s{number:03}"]}}}}


def measure_floor(engine, count):
    row = {}
    call(engine.socket, "POST", "/v1.41/networks/create", {"Name": "floor_default", "CheckDuplicate": True})
    began = time.time()
    mark = engine.mark()
    batches = [[request for i in range(lane, count, 8)
                for request in (("POST", f"/v1.41/containers/create?name=floor-s{i:03}-1", body_of(i)),
                                ("POST", f"/v1.41/containers/floor-s{i:03}-1/start", None))] for lane in range(8)]
    run_curls(engine, batches)
    until(10, lambda: engine.starts(began) >= count)  # their events come after the answers
    row["first_s"] = engine.last_start(began) - engine.requests(mark)[0][0]
    lists = [("GET", "/v1.41/containers/json?all=1", None), ("GET", "/v1.41/networks", None), ("GET", "/v1.41/volumes", None)]
    for name, asked in (("quiet_ms", lists * 20), ("full_ms", lists + [("GET", f"/v1.41/containers/floor-s{i:03}-1/json", None) for i in range(count)])):
        mark = engine.mark()
        run_curls(engine, [asked])
        times = [at for at, _ in engine.requests(mark)]
        row[name] = (times[-1] - times[0]) * 1e3 * (len(times) / max(1, len(times) - 1)) / (20 if name == "quiet_ms" else 1)
    mark, began = engine.mark(), time.time()
    old, new = "/v1.41/containers/floor-s000-1", "/v1.41/containers/kept"
    run_curls(engine, [lists + [("POST", old + "/update", {"RestartPolicy": {"Name": "no"}}), ("POST", old + "/stop", None),
                                ("POST", old + "/rename?name=kept", None),
                                ("POST", "/v1.41/containers/create?name=floor-s000-1", body_of(0)), ("POST", old + "/start", None)]])
    until(10, lambda: engine.starts(began) >= 1)
    row["change_s"] = engine.last_start(began) - engine.requests(mark)[0][0]
    call(engine.socket, "DELETE", new + "?force=1")
    return row


def compose_program():
    given = os.environ.get("DRIFTLESS_BENCH_COMPOSE")
    if given:
        return [given]
    found = subprocess.run(["docker", "compose", "version", "--short"], capture_output=True, text=True) if shutil.which("docker") else None
    return ["docker", "compose"] if found and found.returncode == 0 and found.stdout.lstrip("v").startswith("2") else None


def measure_compose(engine, folder, count, program):
    os.makedirs(folder)
    path = folder + "/compose.yaml"

    def up(text):
        with open(path, "w") as out:
            out.write(text)
        mark, began = engine.mark(), time.time()
        before = os.times()
        subprocess.run(program + ["-f", path, "-p", "peer", "up", "-d"], check=True, capture_output=True,
                       env=dict(os.environ, DOCKER_HOST="unix://" + engine.socket))
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return time.time() - began, cpu, engine.requests(mark), began, engine.last_start(began)

    row = {}
    _, cpu, asked, _, last = up(compose_file(count))
    row["first_s"] = last - next(at for at, what in asked if what.startswith("POST"))
    row.update(first_requests=len(asked), first_cpu_ms=cpu * 1e3)
    quiet = sorted(up(compose_file(count))[:3] for _ in range(5))
    wall, cpu, asked = quiet[2]
    row.update(quiet_ms=wall * 1e3, quiet_cpu_ms=cpu * 1e3, quiet_requests=len(asked))
    _, _, asked, began, last = up(compose_file(count, "yes"))
    row.update(change_s=last - asked[0][0], change_requests=len(asked))
    return row


def table(results):
    cases = [("first_s", "first converge, s"), ("first_requests", "  requests"), ("first_cpu_ms", "  CPU, ms"), ("quiet_ms", "no change, ms"),
             ("quiet_cpu_ms", "  CPU, ms"), ("quiet_requests", "  requests"), ("full_ms", "full look, ms"),
             ("full_requests", "  requests"), ("change_s", "one changed: to the start, s"),
             ("change_requests", "  requests"), ("heal_after_settle_ms", "removed by hand: settled to 1st, ms"),
             ("heal_requests", "  requests"), ("resident_mib", "resident, MiB"), ("peak_mib", "peak, MiB")]
    for count, rows in results["projects"].items():
        print(f"\n{count} service(s)" + " " * (36 - len(f"{count} service(s)")) + "driftless   compose     floor  driftless/floor")
        for key, text in cases:
            cells = [rows[who].get(key) for who in ("driftless", "compose", "floor")]
            shown = ["".rjust(9) if cell is None else f"{cell:9.3f}" if isinstance(cell, float) else f"{cell:9}" for cell in cells]
            ratio = f"{cells[0] / cells[2]:9.2f}" if cells[0] and cells[2] else ""
            print(f"{text:36}" + " ".join(shown) + "  " + ratio)
        if "quiet_cpu_ms" in rows["driftless"]:
            print(f"{'CPU a day at a round a minute, s':36}{rows['driftless']['quiet_cpu_ms'] * 1.44:9.1f}")
    plan = results["plan"]
    print(f"\ncompare and plan: 100 resources {plan['ms_100']} ms, 1,000 resources {plan['ms_1000']} ms, ratio {plan['ratio']}")


def main():
    arguments = [word for word in sys.argv[1:] if word != "--json"]
    counts = [int(word) for word in arguments] or [1, 20, 100]
    folder = tempfile.mkdtemp(prefix="driftless-bench.", dir="/tmp")
    engine = Engine(folder)
    compose = compose_program()
    results = {"projects": {}, "plan": json.loads(subprocess.run([BUILD + "/bench_plan"], capture_output=True, text=True, check=True).stdout)}
    try:
        subprocess.run(["bash", "-c", f'source {ROOT}/scripts/lib.sh; make_image unix://{engine.socket} {IMAGE} \'CMD ["sleep","1000000"]\''], check=True)
        for count in counts:
            rows = {"compose": {}}
            rows["driftless"] = measure_driftless(engine, f"{folder}/d{count}", count)
            engine.clean()
            rows["floor"] = measure_floor(engine, count)
            engine.clean()
            if compose:
                rows["compose"] = measure_compose(engine, f"{folder}/c{count}", count, compose)
                engine.clean()
            results["projects"][count] = rows
    finally:
        engine.clean()
        engine.stop()
        subprocess.run(["bash", "-c", f'source {ROOT}/scripts/lib.sh; stop_engine {folder}'])
    print(json.dumps(results, indent=1)) if "--json" in sys.argv else table(results)


main()
