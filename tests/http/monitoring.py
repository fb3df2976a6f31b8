#!/usr/bin/env python3
"""monitoring.py HTTP_DAEMON: are the alert rules and the dashboard in systemd/monitoring right, and do they ask for
metrics that a real daemon exports?"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import asked

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "systemd" / "monitoring"
VARIABLES = {"$__rate_interval": "5m", "$__range": "1h", "$instance": ".*", "$target": ".*"}


def promtool(*arguments):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, cwd=FOLDER)
    assert done.returncode == 0, f"promtool {arguments}: {done.stdout}{done.stderr}"


def expressions(value):
    """Every `expr` of a dashboard, with its variables filled in."""
    if isinstance(value, list):
        for one in value:
            yield from expressions(one)
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "expr":
                for variable, text in VARIABLES.items():
                    one = one.replace(variable, text)
                yield one
            yield from expressions(one)


def names_in(text):
    return set(re.findall(r"\b(?:driftless|process)_[a-z_]+", text))


def exported(program):
    """The metrics of a daemon that has done something, with the suffixes of its histograms."""
    with asked.Daemon(program) as daemon:
        def text():
            return daemon.ask("GET", "/metrics").body
        daemon.wait_until(lambda: "driftless_last_success_timestamp_seconds{" in text(), "a good run")
        names = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text(), re.M))
    for name in [name for name, kind in names.items() if kind == "histogram"]:
        names.update({name + suffix: "counter" for suffix in ("_bucket", "_sum", "_count")})
    return names


def every_alert_is_tested(rules, tests):
    for alert in re.findall(r"- alert: (\w+)", rules):
        fires = f"alertname: {alert}\n        exp_alerts:\n          - exp_labels:"
        assert fires in tests, f"{alert} is never seen to fire in alerts_test.yml"
        assert re.search(r"\{eval_time: \w+, alertname: " + alert + r"\}", tests), f"{alert} is never seen silent"


def main():
    if not shutil.which("promtool"):
        asked.skip("promtool is not installed (Debian: prometheus)")
    rules = (FOLDER / "alerts.yml").read_text()
    promtool("check", "rules", "alerts.yml")
    promtool("check", "config", "prometheus.yml")
    promtool("test", "rules", "alerts_test.yml")
    every_alert_is_tested(rules, (FOLDER / "alerts_test.yml").read_text())
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    asks = list(expressions(dashboard))
    assert len(asks) > 20
    assert not [one for one in asks if "$" in one], "a variable that is not filled in"
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as synthetic:  # JSON is YAML
        recorded = [{"record": f"panel:{i}", "expr": one} for i, one in enumerate(asks)]
        json.dump({"groups": [{"name": "dashboard", "rules": recorded}]}, synthetic)
        synthetic.flush()
        promtool("check", "rules", synthetic.name)
    known = exported(sys.argv[1])
    on_calls = {"driftless_provider_request_duration_seconds" + suffix for suffix in ("_bucket", "_count")}
    unknown = names_in(rules + json.dumps(dashboard)) - set(known) - on_calls
    assert not unknown, f"nobody exports {sorted(unknown)}"
    uids = [panel["id"] for panel in dashboard["panels"]]
    assert len(uids) == len(set(uids)) and dashboard["id"] is None and dashboard["uid"]
    print(f"{len(asks)} expressions of the dashboard, {rules.count('- alert:')} alerts, {len(known)} metrics")


main()
