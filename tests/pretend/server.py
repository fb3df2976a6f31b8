#!/usr/bin/env python3
"""server.py PRETEND: driftless-pretend as a process: its ready line, its token, large bodies, faults, SIGTERM."""
import http.client
import json
import signal
import subprocess
import sys
import urllib.parse


def ask(ready, method, path, body=None, token=None):
    where = urllib.parse.urlparse(ready["url"])
    link = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    headers = {"Authorization": "Bearer " + (token or ready["token"]), "Content-Type": "application/json"}
    link.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = link.getresponse()
    return answer.status, json.loads(answer.read()), answer.headers


def check(what, is_so):
    if not is_so:
        sys.exit(f"wrong: {what}")


def main():
    command = [sys.argv[1], "cloudflare", "--listen", "127.0.0.1:0", "--zone", "bnx.dev", "--zone", "big.example=pro"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads(server.stdout.readline())
        check("the ready line", ready["url"].endswith("/client/v4") and len(ready["zones"]) == 2)
        status, body, headers = ask(ready, "GET", "/client/v4/zones")
        check("two zones", status == 200 and len(body["result"]) == 2)
        check("a rate limit on each answer", headers["Ratelimit"].startswith('"default";r='))
        check("a wrong token", ask(ready, "GET", "/client/v4/zones", token="wrong")[0] == 403)

        records = "/client/v4/zones/" + ready["zones"]["big.example"] + "/dns_records"
        posts = [{"type": "TXT", "name": f"t{i}", "content": "x" * 2000} for i in range(1500)]
        status, body, _ = ask(ready, "POST", records + "/batch", {"posts": posts})
        check("a batch of 3 MB", status == 200 and len(body["result"]["posts"]) == 1500)
        status, body, _ = ask(ready, "GET", records + "?per_page=5000")
        check("all in one list", len(body["result"]) == 1500)

        lost = {"fault": "lost_reply", "route": "POST /zones/{}/dns_records"}
        check("a fault is taken", ask(ready, "POST", "/pretend/fault", lost)[0] == 200)
        try:
            ask(ready, "POST", records, {"type": "A", "name": "lost", "content": "203.0.113.1"})
            check("a broken answer", False)
        except http.client.IncompleteRead:
            pass
        _, body, _ = ask(ready, "GET", records + "?name=lost.big.example")
        check("whose effect happened", len(body["result"]) == 1)
        check("writes are told", len(ask(ready, "GET", "/pretend/calls")[1]["writes"]) == 2)
        check("an unknown fault", ask(ready, "POST", "/pretend/fault", {"fault": "none such"})[0] == 400)
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(timeout=30)
    check(f"SIGTERM ends it with 0, not {code}", code == 0)


main()
