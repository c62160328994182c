"""Asks ``ansible-inventory`` many questions for the price of one start, which is most of its second.

Reads a JSON list of argument lists on standard input; answers with a JSON list of what
``ansible-inventory --list`` prints for each, or null where it fails. Each question has a forked process of
its own: Ansible keeps global state.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from ansible.cli.inventory import InventoryCLI


def main() -> None:
    """Answer on standard output, with Ansible's chatter on standard error."""
    questions = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w") as answers, tempfile.TemporaryDirectory() as directory:
        os.dup2(2, 1)
        outputs = [Path(directory, str(number)) for number in range(len(questions))]
        for arguments, output in zip(questions, outputs, strict=True):
            ask(arguments, output)
        json.dump(
            [json.loads(output.read_text()) if output.exists() else None for output in outputs], answers
        )


def ask(arguments: list[str], output: Path) -> None:
    """Run ``ansible-inventory --list`` with *arguments*; *output* exists afterwards if it succeeded."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        InventoryCLI(["ansible-inventory", "--list", "--output", str(output), *arguments]).run()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
