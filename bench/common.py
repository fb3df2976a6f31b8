"""What the measurements share: HTTP over a Unix socket, a repository that is pushed to, a daemon, what it costs."""
import http.client, json, os, re, socket, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build/release")
PROGRAM = os.path.join(BUILD, "driftless")


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def call(path, method, target, body=None):
    connection = Unix(path)
    data = None if body is None else json.dumps(body)
    connection.request(method, target, data, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


def until(limit, done, step=0.02):
    end = time.time() + limit
    while not done():
        if time.time() > end:
            raise SystemExit(f"waited {limit} s in vain")
        time.sleep(step)


def median(values):
    return sorted(values)[len(values) // 2]


started = []


def begin(*arguments, **options):
    """A program that `stop_all` ends, if it still runs then."""
    started.append(subprocess.Popen(*arguments, **options))
    return started[-1]


def stop_all():
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


class Repository:
    """A bare repository, FOLDER.git, and a clone of it from which it is pushed to."""

    def __init__(self, folder):
        self.folder, self.url = folder, f"file://{folder}.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder + ".git"], check=True)
        subprocess.run(["git", "clone", "-q", folder + ".git", folder], check=True, stderr=subprocess.DEVNULL)

    def push(self, files):
        git = ["git", "-C", self.folder, "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
        for name, text in files.items():
            os.makedirs(os.path.dirname(f"{self.folder}/{name}"), exist_ok=True)
            with open(f"{self.folder}/{name}", "w") as out:
                out.write(text)
        subprocess.run(git + ["add", "-A"], check=True)
        subprocess.run(git + ["commit", "-qm", "bench"], check=True)
        subprocess.run(git + ["push", "-q", "origin", "HEAD:main"], check=True)


def manifest(name, target, file="compose.yaml"):
    return (f"apiVersion: driftless/v1\nkind: ComposeProject\nmetadata: {{name: {name}}}\n"
            f"target: {target}\nspec: {{file: {file}}}\n")


def on_linux():
    return sys.platform == "linux"


def children(pid):
    if on_linux():
        return [int(child) for task in os.listdir(f"/proc/{pid}/task")
                for child in open(f"/proc/{pid}/task/{task}/children").read().split()]
    return [int(child) for child in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]


def cpu_of(pid):
    """Seconds, of all its threads, without its children. Where there is no /proc: in hundredths."""
    if on_linux():
        tasks = f"/proc/{pid}/task"
        return sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0]) for task in os.listdir(tasks)) / 1e9
    text = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True).stdout
    return sum(float(part) * 60**power for power, part in enumerate(reversed(text.strip().split(":"))))


def resident_of(pid):
    """MiB."""
    if on_linux():
        return memory_of(pid, "VmRSS")
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True).stdout) / 1024


def own_of(pid):
    """MiB that are not files mapped into it, as the code of programs and libraries is; 0 where there is no /proc."""
    return memory_of(pid, "RssAnon") if on_linux() else 0


def memory_of(pid, field):
    """MiB of a field of /proc/PID/status."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(field + r":\s+(\d+) kB", status.read())[1]) / 1024


class Daemon:
    """`driftless run` with its settings, state and log in a folder."""

    def __init__(self, folder):
        self.folder, self.socket = folder, folder + "/driftless.sock"
        os.makedirs(folder + "/state", mode=0o700, exist_ok=True)

    def settings(self, text):
        with open(self.folder + "/driftless.yaml", "w") as out:
            out.write(f'installation: bench\nstate: {self.folder}/state\n{text}'
                      f'http: {{listen: "127.0.0.1:0", socket: {self.socket}}}\n')

    def start(self):
        with open(self.folder + "/daemon.log", "w") as log:
            self.process = begin([PROGRAM, "--config", self.folder + "/driftless.yaml", "run"], stdout=log, stderr=log)
        self.pid = self.process.pid

    def answers(self):
        if self.process.poll() is not None:
            raise SystemExit("the daemon ended: " + "".join(self.logged(r"(?s)(.*)")))
        return os.path.exists(self.socket)

    def ready(self):
        try:
            return call(self.socket, "GET", "/readyz")[0] == 200
        except OSError:
            return False

    def get(self, page):
        return json.loads(call(self.socket, "GET", "/api/v1/" + page)[1])

    def reconcile(self, targets=()):
        """All of them when none is named."""
        status, text = call(self.socket, "POST", "/api/v1/reconcile", {"targets": [{"name": name} for name in targets]})
        assert status == 202, text

    def in_sync(self, count):
        """Are all targets at their newest commit, with `count` resources in all and none of them otherwise?"""
        targets = self.get("targets")["targets"]
        done = all(target["commit"] == target["planned_commit"] != "" and not target["running"]
                   and set(target["counts"]) == {"in_sync"} for target in targets)
        return done and sum(target["counts"]["in_sync"] for target in targets) == count

    def log_size(self):
        return os.path.getsize(self.folder + "/daemon.log")

    def logged(self, pattern, since=0):
        with open(self.folder + "/daemon.log") as log:
            log.seek(since)
            return re.findall(pattern, log.read())

    def cpu(self):
        """Of all threads of the daemon; its git child counts for itself."""
        return cpu_of(self.pid)

    def git_cpu(self):
        return sum(cpu_of(child) for child in children(self.pid))

    def stop(self):
        self.process.terminate()
        self.process.wait(40)
