"""docker(1) run, create and start: a container's program runs here, with the variables that are named and no others.

One that was created is FAKE_HOST/created, a line for each word.
"""

import os
import sys

WITH_VALUE = ("--entrypoint", "--env", "--hostname", "--log-driver", "--name", "--pull", "--user")
KEPT = ("PATH", "FAKES", "FAKE_HOST")
created = os.path.join(os.environ["FAKE_HOST"], "created")


def run(words):
    program, names = "", []
    while words[0].startswith("-"):
        option = words.pop(0)
        value = words.pop(0) if option in WITH_VALUE else ""
        names += [value] if option == "--env" else []
        program = value if option == "--entrypoint" else program
    named = {name: os.environ[name] for name in (*KEPT, *names) if name in os.environ}
    os.execve(program, [program, *words[1:]], named)


command, *words = sys.argv[1:]
if command == "create":
    with open(created, "w") as file:
        file.write("\n".join(words))
elif command == "start":
    with open(created) as file:
        run(file.read().split("\n"))
else:
    run(words)
