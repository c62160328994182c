"""Compose, and what docker(1) says of its containers: ROOT/var/lib/compose/SERVICE describes one.

One named bad ends; one named restless ends and is started again, and is seen in its next run at two of three looks.

It refuses a service that says ``foo``, and takes no file that is no JSON.
"""

import json
import os
import sys

root, *words = sys.argv[1:]
there = os.path.join(root, "var/lib/compose")


def described(name, service):
    labels = {**service.get("labels", {}), "com.docker.compose.service": name}
    return {"Id": name, "Config": {"Labels": labels}, "State": state(ends=name == "bad"), "RestartCount": 0}


def state(ends):
    status = "exited" if ends else "running"
    return {"Running": not ends, "Status": status, "ExitCode": 3 if ends else 0}


def read(path):
    with open(path) as file:
        return json.load(file)


def write(path, value):
    with open(path, "w") as file:
        json.dump(value, file)


def looked_at(name):
    found = read(os.path.join(there, name))
    if name == "restless":
        found["RestartCount"] += 1
        found["State"] = state(ends=found["RestartCount"] % 3 == 1)
        write(os.path.join(there, name), found)
    return found


def compose(path, command, *arguments):
    services = read(path)["services"]
    names = [word for word in arguments if not word.startswith("-")] or list(services)
    strange = [name for name, service in services.items() if "foo" in service]
    if strange:
        sys.exit(f"services.{strange[0]} Additional property foo is not allowed")
    os.makedirs(there, exist_ok=True)
    for name in names:
        if command == "up":
            write(os.path.join(there, name), described(name, services[name]))
        elif command != "config":
            sys.exit(f"unknown command {command}")


if words[0] == "compose":
    with open(os.path.join(os.environ["FAKE_HOST"], "environment"), "w") as environment:
        environment.write(os.environ.get("REDIS_URL", ""))
    compose(words[words.index("--file") + 1], *words[words.index("--file") + 2 :])
elif words[0] == "inspect":
    print(json.dumps([looked_at(name) for name in words[3:]]))
elif words[:2] == ["container", "rm"]:
    os.unlink(os.path.join(there, words[2]))
elif words[0] == "logs":
    print("no such thing as bad")
