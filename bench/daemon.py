"""What the daemon costs that is left alone, beside the goals for it. See bench/daemon."""
import json, os, random, shutil, subprocess, sys, tempfile, time

from common import BUILD, PROGRAM, Daemon, Repository, begin, children, manifest, median, own_of, resident_of, stop_all, until

LATENCY_MS = 5  # of each answer of an engine
BIG_SOURCES, BIG_TARGETS, BIG_SERVICES = 10, 20, 49  # and a network for each target: 1,000 resources


class Engines:
    """The engines of the tests, in a program of their own; what they were asked."""

    def __init__(self, folder, count):
        self.folder = folder
        os.makedirs(folder)
        with open(folder + "/asked", "w") as asked:
            self.process = begin([BUILD + "/bench_engines", folder, str(count), str(LATENCY_MS)], stdout=asked)
        until(10, lambda: os.path.exists(f"{folder}/{count - 1:02}.sock"))

    def target(self, number):
        return f't{number:02}: {{docker: {{host: "unix://{self.folder}/{number:02}.sock"}}}}'

    def mark(self):
        return os.path.getsize(self.folder + "/asked")

    def asked(self, since):
        """[seconds] of whole lines."""
        with open(self.folder + "/asked") as asked:
            asked.seek(since)
            return [float(line.split()[0]) for line in asked if line.endswith("\n")]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def services(count):
    return "services:\n" + "".join(
        f"  s{i:03}:\n    image: sleeper:1\n    restart: unless-stopped\n"
        f"    environment: {{NUMBER: \"{i}\", LEVEL: info, URL: \"http://s{i:03}.internal:8080/\"}}\n"
        f"    labels: {{team: bench, number: \"{i}\"}}\n" for i in range(count))


def policy(interval):
    return f"policy: {{mode: converge, prune: true, settle: 1s, interval: {interval}}}\n"


def cpu_with_git(daemon):
    return daemon.cpu() + daemon.git_cpu()


def restarted(daemon, settings, count):
    daemon.stop()
    daemon.settings(settings)
    daemon.start()
    until(60, lambda: daemon.ready() and daemon.in_sync(count))
    time.sleep(2)


# ---- one engine with a hundred containers

def push_to_request(engines, repository, times=12):
    """Milliseconds from the end of `git push` to the first request at an engine, each."""
    waits = []
    for i in range(times):
        time.sleep(2 + random.random())  # anywhere between two polls
        mark = engines.mark()
        repository.push({"compose.yaml": services(100 + i)})
        pushed = time.time()
        until(10, lambda: engines.asked(mark), 0.002)
        waits.append((engines.asked(mark)[0] - pushed) * 1e3)
    return waits


def measure_hundred(folder):
    """A minute is two seconds here: with sources and rounds thirty times as often as a day at a round a minute."""
    engines, daemon, repository = Engines(folder + "/engines", 1), Daemon(folder), Repository(folder + "/infra")
    repository.push({"driftless.yaml": manifest("bench", "t00"), "compose.yaml": services(99)})
    tail = f"targets: {{{engines.target(0)}}}\n"
    head = f'sources: {{infra: {{url: "{repository.url}", interval: 1s}}}}\n'
    daemon.settings(head + tail + policy("1h"))
    daemon.start()
    until(60, lambda: daemon.answers() and daemon.in_sync(100))
    waits = push_to_request(engines, repository)
    repository.push({"compose.yaml": services(100 + len(waits) - 1) + "# the same\n"})
    restarted(daemon, head + tail + policy("2s"), 100 + len(waits))
    before = cpu_with_git(daemon)
    time.sleep(30)
    cpu = cpu_with_git(daemon) - before
    row = {"push_to_request_max_ms": max(waits), "push_to_request_median_ms": median(waits),
           "idle_resident_mib": resident_of(daemon.pid), "idle_own_mib": own_of(daemon.pid),
           "idle_git_mib": sum(map(resident_of, children(daemon.pid))), "idle_git_own_mib": sum(map(own_of, children(daemon.pid))),
           "cpu_a_day_s": cpu / 30 * 86_400 / 30}
    daemon.stop()
    engines.stop()
    return row


# ---- ten sources, twenty targets, a thousand resources

class Big:
    def __init__(self, folder):
        self.count = BIG_TARGETS * (BIG_SERVICES + 1)
        self.engines, self.daemon = Engines(folder + "/engines", BIG_TARGETS), Daemon(folder)
        self.repositories = [Repository(f"{folder}/infra{i}") for i in range(BIG_SOURCES)]
        for i, repository in enumerate(self.repositories):
            files = {f"{target}.yaml": manifest("bench", target) for target in self.names(i).split(", ")}
            repository.push({**files, "compose.yaml": services(BIG_SERVICES)})

    @staticmethod
    def names(source):
        each = BIG_TARGETS // BIG_SOURCES
        return ", ".join(f"t{source * each + i:02}" for i in range(each))

    def settings(self, poll, interval):
        sources = ", ".join(f'i{i}: {{url: "{one.url}", interval: {poll}, targets: [{self.names(i)}]}}'
                            for i, one in enumerate(self.repositories))
        targets = ", ".join(map(self.engines.target, range(BIG_TARGETS)))
        return f"sources: {{{sources}}}\ntargets: {{{targets}}}\n{policy(interval)}"

    def converge(self):
        self.daemon.settings(self.settings("1s", "1h"))
        self.daemon.start()
        until(120, lambda: self.daemon.answers() and self.daemon.in_sync(self.count))

    def polls(self):
        """CPU of a poll of a source that has not changed, of the daemon and its git child."""
        restarted(self.daemon, self.settings("1s", "1h"), self.count)
        before = cpu_with_git(self.daemon)
        time.sleep(15)
        return {"poll_cpu_ms": (cpu_with_git(self.daemon) - before) / 15 / BIG_SOURCES * 1e3}

    def load(self):
        """Ten times as often as by default, where a source is polled each 30 s and a target looked at each 5 min."""
        restarted(self.daemon, self.settings("3s", "30s"), self.count)
        before = cpu_with_git(self.daemon)
        time.sleep(40)
        return {"big_cpu_share": (cpu_with_git(self.daemon) - before) / 40 / 10, "big_resident_mib": resident_of(self.daemon.pid),
                "big_own_mib": own_of(self.daemon.pid), "big_git_own_mib": sum(map(own_of, children(self.daemon.pid)))}

    def starts(self, times=5):
        taken = []
        for _ in range(times):
            self.daemon.stop()
            began = time.time()
            self.daemon.start()
            until(30, self.daemon.ready, 0.001)
            taken.append((time.time() - began) * 1e3)
            until(60, lambda: self.daemon.in_sync(self.count))
        return {"start_to_ready_ms": median(taken)}

    def runs(self, seconds, at_once=1):
        """How long a full look at a target takes, one target after the other or several at once; milliseconds each."""
        taken, end, turn = [], time.time() + seconds, 0
        while time.time() < end:
            mark = self.daemon.log_size()
            self.daemon.reconcile([f"t{(turn + i) % BIG_TARGETS:02}" for i in range(at_once)])
            until(60, lambda: len(self.daemon.logged(r"run \w+ run=", mark)) >= at_once, 0.005)
            taken += [float(ms) for ms in self.daemon.logged(r"run converged .*took_ms=([\d.]+)", mark)]
            turn += at_once
        return taken

    def readers(self, *arguments):
        return begin([BUILD + "/bench_readers", *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def beside_readers(self, blocks=6, seconds=4):
        """By turns, so that what else the machine does hits all alike."""
        restarted(self.daemon, self.settings("30s", "1h"), self.count)
        alone, read, followed, answers = [], [], [], []
        port = int(self.daemon.logged(r"url=http://127\.0\.0\.1:(\d+)/")[0])
        self.runs(1)
        for _ in range(blocks):
            alone += self.runs(seconds)
            reading = self.readers("status", port, 50, 200)
            read += self.runs(seconds)
            answers.append(json.loads(reading.communicate("")[0]))
            following = self.readers("events", port, 500)
            time.sleep(0.2)
            followed += self.runs(seconds)
            following.communicate("")
        reading = self.readers("status", port, 50, 200)
        self.runs(2 * seconds, BIG_TARGETS)
        crowded = json.loads(reading.communicate("")[0])
        return {"runs": len(alone), "run_alone_ms": median(alone), "run_read_ms": median(read), "run_followed_ms": median(followed),
                "read_ratio": median(read) / median(alone), "followed_ratio": median(followed) / median(alone),
                "status_p50_ms": median([one["p50_ms"] for one in answers]), "status_p99_ms": median([one["p99_ms"] for one in answers]),
                "status_requests": sum(one["requests"] for one in answers), "status_failed": sum(one["failed"] for one in answers), "status_crowded_p50_ms": crowded["p50_ms"],
                "status_crowded_p99_ms": crowded["p99_ms"]}

    def stop(self):
        self.daemon.stop()
        self.engines.stop()


def measure_big(folder):
    big = Big(folder)
    big.converge()
    row = {**big.polls(), **big.load(), **big.starts(), **big.beside_readers()}
    big.stop()
    return row


# ---- the rest

def measure_hours():
    """MiB after each of eight hours of the whole daemon in virtual time."""
    process = begin([BUILD + "/bench_hours"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    hours = []
    for _ in range(8):
        assert process.stdout.readline().startswith("hour "), "the simulated world ended"
        hours.append(resident_of(process.pid))
        process.stdin.write("\n")
        process.stdin.flush()
    process.communicate()
    return {"hours_mib": hours, "hours_growth_mib": hours[-1] - hours[0]}


def measure_binary(folder):
    subprocess.run(["strip", "-o", folder + "/stripped", PROGRAM], check=True)
    return {"binary_mb": os.path.getsize(folder + "/stripped") / 1e6}


GOALS = [  # what, unit, of which figure, at most; None: told beside the goals
    ("push to the first request, worst of 12, interval 1 s", "ms", "push_to_request_max_ms", 1100),
    ("poll of an unchanged source (file): CPU", "ms", "poll_cpu_ms", 5),
    ("10 sources, 20 targets, 1,000 resources: resident", "MiB", "big_resident_mib", 64),
    ("  of it its own", "MiB", "big_own_mib", None),
    ("  its 10 git children: their own", "MiB", "big_git_own_mib", None),
    ("  CPU at the default intervals, of a core", "%", "big_cpu_percent", 1),
    ("status under 50 readers while runs are on: p50", "ms", "status_p50_ms", 20),
    ("  p99", "ms", "status_p99_ms", 20),
    ("  p50 while all 20 targets are looked at at once, again and again", "ms", "status_crowded_p50_ms", None),
    ("    p99", "ms", "status_crowded_p99_ms", None),
    ("  a run's time, of that without readers", "", "read_ratio", 1.05),
    ("a run's time with 500 slow followers, of that without", "", "followed_ratio", 1.05),
    ("start to ready, warm, 1,000 resources", "ms", "start_to_ready_ms", 100),
    ("100 containers: resident", "MiB", "idle_resident_mib", 15),
    ("  of it memory of its own, not code that programs share", "MiB", "idle_own_mib", None),
    ("  its git child: resident", "MiB", "idle_git_mib", None),
    ("    of it its own", "MiB", "idle_git_own_mib", None),
    ("  CPU a day at a round a minute", "s", "cpu_a_day_s", 10),
    ("the binary, stripped", "MB", "binary_mb", 12),
    ("memory, from the 1st to the 8th hour", "MiB", "hours_growth_mib", 1)]


def rows(figures):
    return [{"what": text.strip(), "unit": unit, "value": figures[key], "at_most": most, "met": most is None or figures[key] <= most}
            for text, unit, key, most in GOALS if key in figures]


def table(figures):
    print(f"{'':66}{'measured':>10}{'goal':>7}")
    for (text, *_), row in zip([goal for goal in GOALS if goal[2] in figures], rows(figures)):
        goal = "" if row["at_most"] is None else row["at_most"]
        print(f"{text:66}{row['value']:10.2f}{goal:>7} {row['unit']}{'' if row['met'] else '  MISSED'}")
    print("\n" + ", ".join(f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}" for key, value in figures.items()))


def main():
    """Words name the parts that are measured: binary, hours, hundred, big; all without one."""
    folder = tempfile.mkdtemp(prefix="driftless-bench-daemon.", dir="/tmp")
    only = [word for word in sys.argv[1:] if word != "--json"]
    parts = {"binary": lambda: measure_binary(folder), "hours": measure_hours, "hundred": lambda: measure_hundred(folder + "/hundred"),
             "big": lambda: measure_big(folder + "/big")}
    figures = {}
    try:
        for name, measure in parts.items():
            if not only or name in only:
                figures.update(measure())
    finally:
        stop_all()
        shutil.rmtree(folder)
    if "big_cpu_share" in figures:
        figures["big_cpu_percent"] = figures["big_cpu_share"] * 100
    print(json.dumps({"rows": rows(figures), "figures": figures}, indent=1)) if "--json" in sys.argv else table(figures)


main()
