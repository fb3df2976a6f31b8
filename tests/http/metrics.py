#!/usr/bin/env python3
"""metrics.py HTTP_DAEMON: the metrics of a real daemon, as promtool and Prometheus want them."""
import re
import shutil
import subprocess
import sys

import asked


def main():
    if not shutil.which("promtool"):
        asked.skip("promtool is not installed (Debian: prometheus)")
    with asked.Daemon(sys.argv[1]) as daemon:
        daemon.wait_until(lambda: 'status="conflict"} 1' in daemon.ask("GET", "/metrics").body, "the first runs")
        answer = daemon.ask("GET", "/metrics")
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        token = daemon.token
        keys = [one["key"] for one in daemon.ask("GET", "/api/v1/resources").json()["resources"]]
    checked = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert keys and not [key for key in keys if key.split("/", 1)[1] in answer.body], "a resource's name is a label"
    assert token not in answer.body
    labels = set(re.findall(r'([a-z_]+)="', answer.body))
    assert labels == {"version", "operation", "source", "status", "target", "result", "le", "code", "reason"}, labels
    series = [line for line in answer.body.splitlines() if not line.startswith("#")]
    names = [line.rsplit(" ", 1)[0] for line in series]
    assert len(names) == len(set(names)), "a series is there twice"
    assert 'driftless_resources{target="mini1",status="conflict"} 1' in series
    assert 'driftless_resources{target="nas",status="in_sync"} 0' in series
    assert 'driftless_target_status{target="nas",status="unreachable"} 1' in series
    assert 'driftless_commit_findings{target="mini2"} 1' in series
    print(f"{len(series)} series, as promtool wants them")


main()
