"""A daemon in a process of its own (http_daemon), and how it is asked. For the scripts beside this file."""
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time


def skip(why):
    print("skipped:", why)
    sys.exit(77)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def type(self):
        return self.headers.get("Content-Type", "").split(";")[0]

    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


class Daemon:
    """with Daemon(PROGRAM) as daemon: daemon.ask("GET", "/api/v1/status")"""

    def __init__(self, program, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="driftless-http.")
        os.chmod(self.folder.name, 0o700)
        self.log = open(os.path.join(self.folder.name, "log"), "w+")
        self.process = subprocess.Popen([program, self.folder.name, *options], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log)
        line = ""
        while not line.startswith("{"):  # the log goes the same way
            line = self.process.stdout.readline()
            assert line, "the daemon did not start"
        where = json.loads(line)
        self.host = where["url"].split("/")[2]
        self.socket = where["socket"]
        with open(where["token"]) as token:
            self.token = token.read().strip()

    def __enter__(self):
        return self

    def __exit__(self, *thrown):
        self.process.stdin.close()
        code = self.process.wait(20)
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()
        assert thrown[0] or code == 0, f"the daemon ended with {code}"

    def connection(self, over_socket=False):
        return UnixConnection(self.socket) if over_socket else http.client.HTTPConnection(self.host, timeout=20)

    def ask(self, method, path, body=None, headers=None, over_socket=False):
        connection = self.connection(over_socket)
        connection.request(method, path, body=body, headers=headers or {})
        got = connection.getresponse()
        answer = Answer(got.status, dict(got.getheaders()), got.read().decode())
        connection.close()
        return answer

    def write(self, path, body, **more):
        headers = {"Content-Type": "application/json", "Authorization": "Bearer " + self.token, **more}
        return self.ask("POST", path, body if isinstance(body, str) else json.dumps(body), headers)

    def raw(self, request):
        """The status of what answers these very bytes."""
        host, port = self.host.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            data = b""
            while chunk := connection.recv(65536):
                data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        return Answer(int(lines[0].split()[1]), dict(line.split(": ", 1) for line in lines[1:]), body.decode())

    def wait_until(self, true, what):
        until = time.monotonic() + 20
        while not true():
            assert time.monotonic() < until, "never came: " + what
            time.sleep(0.05)


class Events:
    """Follows the events of a daemon; each is (id, type, data)."""

    def __init__(self, daemon, last_id=None):
        self.connection = daemon.connection()
        self.connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": last_id} if last_id else {})
        got = self.connection.getresponse()
        self.status, self.type, self.stream = got.status, got.getheader("Content-Type"), got

    def next(self):
        fields = {}
        while True:
            line = self.stream.readline().decode()
            assert line, "the stream ended"
            if line == "\n" and "data" in fields:
                return fields["id"], fields["event"], json.loads(fields["data"])
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value

    def close(self):
        self.stream.close()  # it has the socket by now
        self.connection.close()
