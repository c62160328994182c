"""systemd-run(1) with --pipe: the program, not restricted, with the variables of its files below ROOT."""

import os
import re
import sys

root, *words = sys.argv[1:]
end = words.index("--")
unit = words[words.index("--unit") + 1]
os.setsid()
told, argv = words[:end], [word.replace("$$", "$") for word in words[end + 1 :]]
variables = {"PATH": os.environ["PATH"], "FAKES": os.environ["FAKES"], "FAKE_HOST": os.environ["FAKE_HOST"]}
here = {"path": "/"}


def below(path):
    return root + path if os.path.exists(root + path) else path


def read(path):
    if os.path.exists(root + path):
        with open(root + path) as file:
            for name, value in re.findall(
                r'^(\w+)="((?:[^"\\]|\\.)*)"$', file.read(), re.MULTILINE | re.DOTALL
            ):
                variables[name] = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)


for option, value in zip(told, told[1:]):
    name, _, rest = value.partition("=")
    if option == "-p" and name == "EnvironmentFile":
        read(rest.lstrip("-"))
    if option == "-p" and name == "WorkingDirectory":
        here["path"] = below(rest)
    if option == "-E" and name != "PATH":
        variables[name] = rest
os.makedirs(os.path.join(os.environ["FAKE_HOST"], "pids"), exist_ok=True)
with open(os.path.join(os.environ["FAKE_HOST"], "pids", unit), "w") as file:
    file.write("%d\n" % os.getpid())
os.chdir(here["path"])
os.execvpe(below(argv[0]), argv, variables)
