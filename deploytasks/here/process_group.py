"""A program with all that it has started: ended together, where a system has groups of processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End *process* and, if it leads a group of its own (setsid(2)), all that it has started."""
    if process.poll() is not None:
        return
    if sys.platform != "win32" and os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
