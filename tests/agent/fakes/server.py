"""A server with two workers: SIGTTIN adds one, SIGTTOU ends the oldest.

It says its number when it is ready, and lists its processes in the file CGROUP, as the kernel does in a cgroup.
"""

import os
import signal
import sys

CGROUP = sys.argv[1]
reading, writing = os.pipe()
workers = []


def add():
    number = os.fork()
    if not number:
        for kind in (signal.SIGTTIN, signal.SIGTTOU):
            signal.signal(kind, signal.SIG_DFL)
        os.close(writing)
        os.read(reading, 1)  # ends with the server
        os._exit(0)
    workers.append(number)


def end():
    oldest = workers.pop(0)
    os.kill(oldest, signal.SIGKILL)
    os.waitpid(oldest, 0)


def then_tell(act):
    act()
    with open(CGROUP + ".new", "w") as file:
        file.write("".join("%d\n" % number for number in (os.getpid(), *workers)))
    os.rename(CGROUP + ".new", CGROUP)


signal.signal(signal.SIGTTIN, lambda *_: then_tell(add))
signal.signal(signal.SIGTTOU, lambda *_: then_tell(end))
then_tell(add)
then_tell(add)
os.write(1, b"%d\n" % os.getpid())
os.close(1)
os.close(2)
while True:
    signal.pause()
