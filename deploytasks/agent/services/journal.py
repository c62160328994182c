"""The journal's entries, as journalctl(1) gives them."""

from __future__ import annotations

import json
import subprocess
import threading
from typing import Any, Dict, Generator, Iterator, Sequence

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError

Entry = Dict[str, Any]


def entries(machine: Machine, matches: Sequence[str], *options: str) -> Generator[Entry, None, None]:
    """Those that fit *matches*, as *options* have it, until the controller is gone; raises ``StepError``."""
    with subprocess.Popen(
        ["journalctl", "--no-pager", "--output", "json", "--all", *options, *matches],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(machine.environment),
    ) as child:
        threading.Thread(target=_end_with_controller, args=(machine, child), daemon=True).start()
        try:
            for raw in child.stdout or ():
                if not raw.endswith(b"\n"):
                    break  # It was ended while it wrote this.
                yield json.loads(raw)
            complaint = child.stderr.read().decode("utf-8", "replace") if child.stderr else ""
            child.wait()
        finally:
            child.terminate()
    if child.returncode and not machine.stop.is_set():
        raise StepError("journalctl: %s" % (complaint.strip() or "exit status %d" % child.returncode))


def _end_with_controller(machine: Machine, child: "subprocess.Popen[bytes]") -> None:
    machine.stop.wait()
    child.terminate()


def entries_in(said: str) -> Iterator[Entry]:
    """The entries in what journalctl *said*; the last may be cut, when it was ended while it wrote.

    A text of an entry may have all that Python takes for the end of a line, but for the newline itself.
    """
    return map(json.loads, said.split("\n")[:-1])


def text_of(field: Any) -> str:
    """Journald gives a field that is not UTF-8 as a list of its bytes, and one that is there twice as a list."""
    if isinstance(field, list):
        if all(isinstance(byte, int) for byte in field):
            return bytes(field).decode("utf-8", "replace")
        return " ".join(map(text_of, field))
    return str(field or "")
