"""A process that writes down what becomes of it, in the directory that releases share.

``diary.py`` lasts; told to stop it first finishes the work at hand. ``diary.py crash`` breaks after a second,
``diary.py once`` ends when it has written.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

RELEASE = Path(__file__).resolve().parents[1].name
DIARY = Path(os.environ["DIARY"], "diary")
WORK_S = 0.3
told_to_stop = []


def write(event):
    entry = {
        "event": event,
        "name": os.environ.get("PS", ""),
        "release": RELEASE,
        "pid": os.getpid(),
        "user": os.environ["USER"],
        "colour": os.environ.get("COLOUR"),
        "python": sys.prefix,
    }
    with DIARY.open("a", encoding="utf-8") as diary:
        diary.write(json.dumps(entry) + "\n")
    print(event, entry["name"], flush=True)


if sys.argv[1:] == ["once"]:
    write("ran")
    sys.exit()
signal.signal(signal.SIGTERM, lambda *_: told_to_stop.append(True))
write("began")
if sys.argv[1:] == ["crash"]:
    time.sleep(1)
    write("ended")
    raise RuntimeError("the queue is on fire")
while not told_to_stop:
    time.sleep(0.02)
time.sleep(WORK_S)
write("ended")
