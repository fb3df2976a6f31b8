#!/usr/bin/env python3
"""answers.py HTTP_DAEMON: asks a real daemon at every address of its OpenAPI document, and holds every answer against
what the document says of it: status, type, headers, and each field. Each status that it names must be seen here."""
import os
import sys

import asked

try:
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    from jsonschema import Draft202012Validator, RefResolver
except ImportError:
    asked.skip("python3-jsonschema is not installed")

# Only a store or a disk that fails answers so; api_test.cpp has them.
NOT_PROVOKED = {("GET", "/api/v1/history", 503), ("GET", "/api/v1/removed", 503)} | {
    ("POST", "/api/v1/" + name, 503)
    for name in ("reconcile", "confirm", "adopt", "suspend", "resume", "restore", "leave")}
seen = set()


def strict(schema):
    """The same schema, with no room for a field that it doesn't name: what is answered must be described."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: strict(value) for key, value in schema.items()}
    if copy.get("type") == "object" and "properties" in copy:
        copy.setdefault("additionalProperties", False)
    return copy


class Checker:
    def __init__(self, document):
        self.document = strict(document)
        self.resolver = RefResolver.from_schema(self.document)

    def follow(self, value):
        while "$ref" in value:
            value = self.resolver.resolve(value["$ref"])[1]
        return value

    def valid(self, value, schema, what):
        errors = list(Draft202012Validator(schema, resolver=self.resolver).iter_errors(value))
        assert not errors, "\n".join(f"{what}: {list(error.path)}: {error.message}" for error in errors)

    def answer(self, method, path, answer, expected):
        """Is this answer of `path` (as the document writes it) one that the document describes?"""
        what = f"{method} {path} -> {answer.status}"
        assert answer.status == expected, f"{what}, expected {expected}: {answer.body[:500]}"
        operation = self.document["paths"][path][method.lower()]
        assert str(answer.status) in operation["responses"], what + ": not described"
        response = self.follow(operation["responses"][str(answer.status)])
        for name, header in response.get("headers", {}).items():
            self.valid(answer.headers.get(name), self.follow(header)["schema"], f"{what}: {name}")
        content = response.get("content", {})
        if not content:
            assert answer.body == "", what + ": has a body"
        else:
            assert answer.type in content, f"{what}: is {answer.type}"
            is_json = answer.type.endswith("json")
            self.valid(answer.json() if is_json else answer.body, content[answer.type]["schema"], what)
        if answer.type == "application/problem+json":
            assert answer.json()["status"] == answer.status, what
        for name, value in (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
                            ("Referrer-Policy", "no-referrer")):
            assert answer.headers.get(name) == value, f"{what}: {name}"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';"), what
        assert not any(name.startswith("Access-Control") for name in answer.headers), what
        seen.add((method, path, answer.status))
        return answer


def read_all(daemon, check):
    status = check.answer("GET", "/api/v1/status", daemon.ask("GET", "/api/v1/status"), 200).json()
    for target in status["targets"]:
        plan = daemon.ask("GET", "/api/v1/plans/" + target["name"])
        check.answer("GET", "/api/v1/plans/{target}", plan, 200)
    resources = check.answer("GET", "/api/v1/resources", daemon.ask("GET", "/api/v1/resources"), 200).json()
    for resource in resources["resources"]:
        key = resource["key"].replace("/", "%2F")
        one = daemon.ask("GET", "/api/v1/resources?key=" + key)
        assert check.answer("GET", "/api/v1/resources", one, 200).json() == {"resources": [resource]}
    assert [target for target in status["targets"] if target["held"]], "nothing is held"
    history = check.answer("GET", "/api/v1/history", daemon.ask("GET", "/api/v1/history"), 200).json()
    assert history["history"], "no history"
    runs = check.answer("GET", "/api/v1/runs", daemon.ask("GET", "/api/v1/runs"), 200).json()
    assert runs["runs"], "no runs"
    assert daemon.ask("GET", "/api/v1/runs?target=mini1").json()["runs"][0]["target"] == "mini1"
    check.answer("GET", "/api/v1/removed", daemon.ask("GET", "/api/v1/removed?target=mini1"), 200)
    for path in ("/", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/targets"):
        check.answer("GET", path, daemon.ask("GET", path), 200)
    return status


def read_again(daemon, check):
    for form, path in (("/api/v1/status",) * 2, ("/api/v1/targets",) * 2, ("/api/v1/resources",) * 2,
                       ("/api/v1/runs",) * 2, ("/api/v1/plans/{target}", "/api/v1/plans/mini1")):
        def unchanged():
            tag = daemon.ask("GET", path).headers["ETag"]
            answer = daemon.ask("GET", path, headers={"If-None-Match": tag})
            if answer.status != 304:
                return False  # it changed between the two
            check.answer("GET", form, answer, 304)
            return True
        daemon.wait_until(unchanged, "304 of " + path)


def ask_wrongly(daemon, check):
    for path, operations in check.document["paths"].items():
        for method in (name.upper() for name in operations):
            at = path.replace("{target}", "mini1")
            stranger = {"Host": "evil.example"}
            check.answer(method, path, daemon.ask(method, at, "{}" if method == "POST" else None, stranger), 403)
            if method == "GET":
                check.answer(method, path, daemon.ask(method, at + "?surely_unknown=1"), 400)
                continue
            json_type = {"Content-Type": "application/json"}
            check.answer(method, path, daemon.ask(method, at, "{}", json_type), 401)
            check.answer(method, path, daemon.write(at, "{}", **{"Content-Type": "text/plain"}), 415)
            check.answer(method, path, daemon.write(at, "{"), 400)
            check.answer(method, path, daemon.write(at, {"surely_unknown": 1}), 400)
    for form, path in (("/api/v1/resources", "/api/v1/resources?key=mini1%2Fx%2Fy"),
                       ("/api/v1/plans/{target}", "/api/v1/plans/mini9"), ("/api/v1/runs", "/api/v1/runs?target=mini9"),
                       ("/api/v1/removed", "/api/v1/removed?target=mini9")):
        check.answer("GET", form, daemon.ask("GET", path), 404)
    # At the level of HTTP: no address has these, so the document describes them once, as problems.
    for request, status in ((b"DELETE /healthz HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: "
                             b"application/json\r\n\r\n" % (daemon.host.encode(), daemon.token.encode()), 405),
                            (b"OPTIONS /api/v1/status HTTP/1.1\r\n\r\n", 405), (b"BREW / HTTP/1.1\r\n\r\n", 501),
                            (b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431),
                            (b"POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n", 413), (b"hello\r\n\r\n", 400),
                            (b"GET /..%%2f HTTP/1.1\r\nHost: %s\r\n\r\n" % daemon.host.encode(), 400)):
        answer = daemon.raw(request)
        assert answer.status == status and answer.type == "application/problem+json", (request[:40], answer.status)
        check.valid(answer.json(), check.document["components"]["schemas"]["Problem"], str(request[:40]))


def follow(daemon, check):
    events = asked.Events(daemon)
    assert events.status == 200 and events.type == "text/event-stream"
    seen.add(("GET", "/api/v1/events", 200))
    before = len(daemon.ask("GET", "/api/v1/runs?target=mini1").json()["runs"])
    check.answer("POST", "/api/v1/reconcile", daemon.write("/api/v1/reconcile", {"targets": [{"name": "mini1"}]}), 202)
    heard = []
    while not heard or heard[-1][1] != "run_ended":
        heard.append(events.next())
    events.close()
    for identity, kind, data in heard:
        schema = "Event" + "".join(part.capitalize() for part in kind.split("_"))
        check.valid(data, check.document["components"]["schemas"][schema], f"event {identity} {kind}")
    assert len(daemon.ask("GET", "/api/v1/runs?target=mini1").json()["runs"]) > before
    again = asked.Events(daemon, last_id=heard[0][0])  # the rest is told once more
    assert [again.next() for _ in heard[1:]] == heard[1:]
    again.close()
    lost = asked.Events(daemon, last_id="another-17")
    identity, kind, data = lost.next()
    assert kind == "reset"
    check.valid(data, check.document["components"]["schemas"]["EventReset"], "reset")
    lost.close()


def crowd(daemon, check):
    readers = [asked.Events(daemon) for _ in range(16)]
    assert all(reader.status == 200 for reader in readers)
    refused = check.answer("GET", "/api/v1/events", daemon.ask("GET", "/api/v1/events"), 503)
    assert int(refused.headers["Retry-After"]) > 0
    for reader in readers:
        reader.close()
    daemon.wait_until(lambda: "driftless_event_readers 0\n" in daemon.ask("GET", "/metrics").body, "no reader is left")


def write_all(daemon, check, status):
    held = next(target for target in status["targets"] if target["held"])
    check.answer("POST", "/api/v1/adopt", daemon.write("/api/v1/adopt", {"key": "mini1/toy.thing/taken"}), 202)
    check.answer("POST", "/api/v1/adopt", daemon.write("/api/v1/adopt", {"key": "mini1/toy.thing/a"}), 404)
    check.answer("POST", "/api/v1/confirm", daemon.write("/api/v1/confirm", {"hash": held["held_hash"]}), 202)
    check.answer("POST", "/api/v1/confirm", daemon.write("/api/v1/confirm", {"hash": "nonsense"}), 404)
    check.answer("POST", "/api/v1/reconcile", daemon.write("/api/v1/reconcile", {"targets": [{"name": "mini9"}]}), 404)
    check.answer("POST", "/api/v1/reconcile", daemon.write("/api/v1/reconcile", ""), 202)
    daemon.wait_until(lambda: "mini1/toy.thing/changed" not in held_now(daemon), "what was confirmed is done")


def target_now(daemon, name):
    return next(one for one in daemon.ask("GET", "/api/v1/targets").json()["targets"] if one["name"] == name)


def suspend_and_resume(daemon, check):
    def post(name, body, expected):
        return check.answer("POST", "/api/v1/" + name, daemon.write("/api/v1/" + name, body), expected)
    post("suspend", {"name": "mini9"}, 404)
    post("suspend", {"name": "mini1", "for": "30m", "reason": "a new disk"}, 202)
    status = check.answer("GET", "/api/v1/status", daemon.ask("GET", "/api/v1/status"), 200).json()
    mini1 = next(target for target in status["targets"] if target["name"] == "mini1")
    assert mini1["status"] == "suspended" and mini1["suspended"][0]["reason"] == "a new disk", mini1["suspended"]
    post("restore", {"key": "mini1/toy.thing/dropped"}, 409)
    post("resume", {"name": "mini1"}, 202)
    post("resume", {"name": "mini1"}, 404)
    assert target_now(daemon, "mini1")["suspended"] == []
    post("suspend", {"name": "mini1/toy.thing/a"}, 202)
    daemon.wait_until(lambda: resource_now(daemon, "mini1/toy.thing/a")["status"] == "suspended", "it rests")
    post("resume", {"name": "mini1/toy.thing/a"}, 202)
    daemon.wait_until(lambda: resource_now(daemon, "mini1/toy.thing/a")["status"] == "in_sync", "it is looked after")


def resource_now(daemon, key):
    """The resource, or {"status": ""} while there is none."""
    found = daemon.ask("GET", "/api/v1/resources?key=" + key.replace("/", "%2F")).json()
    return found.get("resources", [{"status": ""}])[0]


def undo(daemon, check):
    def post(name, body, expected):
        return check.answer("POST", "/api/v1/" + name, daemon.write("/api/v1/" + name, body), expected)

    def lost():
        removed = check.answer("GET", "/api/v1/removed", daemon.ask("GET", "/api/v1/removed"), 200).json()["removed"]
        return [one["key"] for one in removed]
    post("restore", {"key": "mini1/toy.thing/never"}, 404)
    assert lost() == ["mini1/toy.thing/gone"], lost()
    post("restore", {"key": "mini1/toy.thing/gone"}, 202)
    daemon.wait_until(lambda: resource_now(daemon, "mini1/toy.thing/gone")["status"] == "suspended", "it is back")
    assert "mini1/toy.thing/gone" not in lost()
    post("leave", {"target": "mini1"}, 409)
    post("leave", {"target": "mini9"}, 404)
    left = post("leave", {"target": "old"}, 200).json()["left"]
    assert [one["key"] for one in left] == ["old/toy.thing/stays"], left


def words_of(daemon):
    return {resource["status"] for resource in daemon.ask("GET", "/api/v1/resources").json()["resources"]}


def held_now(daemon):
    return [action["key"] for target in daemon.ask("GET", "/api/v1/targets").json()["targets"] for action in target["held"]]


def use_the_socket(daemon):
    json_type = {"Content-Type": "application/json"}
    assert daemon.ask("GET", "/api/v1/status", over_socket=True).status == 200
    assert daemon.ask("POST", "/api/v1/reconcile", "{}", json_type, over_socket=True).status == 202
    assert os.stat(daemon.socket).st_mode & 0o777 == 0o600
    if os.geteuid() != 0:
        return
    os.chmod(daemon.folder.name, 0o755)
    os.chmod(daemon.socket, 0o666)  # who gets past the file's mode is still asked who they are
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        answer = daemon.ask("GET", "/api/v1/status", over_socket=True)
        os._exit(0 if answer.status == 403 and "owner only" in answer.body else 1)
    assert os.waitpid(child, 0)[1] == 0, "another user was answered"
    os.chmod(daemon.socket, 0o600)
    os.chmod(daemon.folder.name, 0o700)


def main():
    with asked.Daemon(sys.argv[1], "--empty") as daemon:
        check = Checker(daemon.ask("GET", "/api/v1/openapi.json").json())
        check.answer("GET", "/readyz", daemon.ask("GET", "/readyz"), 503)
        check.answer("GET", "/api/v1/status", daemon.ask("GET", "/api/v1/status"), 200)
    with asked.Daemon(sys.argv[1]) as daemon:
        daemon.wait_until(lambda: {"in_sync", "held", "conflict"} <= words_of(daemon), "something of every sort")
        status = read_all(daemon, check)
        read_again(daemon, check)
        ask_wrongly(daemon, check)
        follow(daemon, check)
        crowd(daemon, check)
        use_the_socket(daemon)
        write_all(daemon, check, status)
        suspend_and_resume(daemon, check)
        undo(daemon, check)
    described = {(method.upper(), path, int(code)) for path, operations in check.document["paths"].items()
                 for method, operation in operations.items() for code in operation["responses"]}
    missing = described - seen - NOT_PROVOKED
    assert not missing, f"described, and never seen: {sorted(missing)}"
    print(f"{len(seen)} answers are as described")


main()
