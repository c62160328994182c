"""Compose, and what docker(1) says of its containers: ROOT/var/lib/compose/SERVICE describes one.

One named bad ends; one named restless ends and is started again, and is seen in its next run at two of three looks.

It refuses a service that says ``foo``, and takes no file that is no JSON.
"""

import json
import os
import sys
from pathlib import Path

root, *words = sys.argv[1:]
there = Path(root, "var/lib/compose")


def described(name, service):
    labels = {**service.get("labels", {}), "com.docker.compose.service": name}
    return {"Id": name, "Config": {"Labels": labels}, "State": state(ends=name == "bad"), "RestartCount": 0}


def state(ends):
    status = "exited" if ends else "running"
    return {"Running": not ends, "Status": status, "ExitCode": 3 if ends else 0}


def looked_at(name):
    found = json.loads((there / name).read_text())
    if name == "restless":
        found["RestartCount"] += 1
        found["State"] = state(ends=found["RestartCount"] % 3 == 1)
        (there / name).write_text(json.dumps(found))
    return found


def compose(path, command, *arguments):
    services = json.loads(Path(path).read_text())["services"]
    names = [word for word in arguments if not word.startswith("-")] or list(services)
    strange = [name for name, service in services.items() if "foo" in service]
    if strange:
        sys.exit(f"services.{strange[0]} Additional property foo is not allowed")
    there.mkdir(parents=True, exist_ok=True)
    for name in names:
        if command == "up":
            (there / name).write_text(json.dumps(described(name, services[name])))
        elif command != "config":
            sys.exit(f"unknown command {command}")


if words[0] == "compose":
    Path(os.environ["FAKE_HOST"], "environment").write_text(os.environ.get("REDIS_URL", ""))
    compose(words[words.index("--file") + 1], *words[words.index("--file") + 2 :])
elif words[0] == "ps":
    services = [
        word.rpartition("=")[2] for word in words if word.startswith("label=com.docker.compose.service=")
    ]
    print(*(path.name for path in there.glob("*") if path.name in (services or [path.name])))
elif words[0] == "inspect":
    print(json.dumps([looked_at(name) for name in words[3:]]))
elif words[:2] == ["container", "rm"]:
    (there / words[2]).unlink()
elif words[0] == "logs":
    print("no such thing as bad")
