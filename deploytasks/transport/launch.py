"""The command line that starts the agent on a host, as root.

It has to pass through any login shell (bash, dash, zsh, fish, tcsh), so everything is one single-quoted word
for ``/bin/sh -c``, and in that word there is no newline, single quote, backslash or exclamation mark.
"""

from __future__ import annotations

import base64
import shlex
import zlib
from collections.abc import Sequence
from pathlib import Path

from deploytasks.agent.frozen import frozen

MARKER = "deploytasks-agent"
"""Stands in the agent's argv, so that ``pgrep -f deploytasks-agent`` finds it."""

BEGUN = b"deploytasks-begun\n"
"""The first bytes that our program writes to standard error."""

PROMPT = b"deploytasks-sudo-password:"
"""What sudo writes to standard error each time that it wants the password, in any language."""

NO_PYTHON = 97
NO_SUDO = 98


@frozen
class Launch:
    """How to run Python as root on one host; *become* lets a login user other than root use sudo(8)."""

    python: str = "python3"
    become: bool = True

    def command(self, *, password_follows: bool = False) -> str:
        """For the login shell; with *password_follows*, the first line of standard input is for sudo.

        Its exit status is 97 without Python, 98 without sudo; else that of sudo or of the agent. In the
        agent, ``sys.argv[2]`` is the ``SSH_CONNECTION``, which sudo itself would drop.
        """
        steps = [
            f"command -v {self.python} >/dev/null 2>&1 || exit {NO_PYTHON}",
            f'set -- {self.python} -I -S -X utf8 -c "{UNPACK}" {MARKER} "$SSH_CONNECTION" {packed_program()}',
            *(self._sudo(password_follows) if self.become else ()),
            'exec "$@"',
        ]
        return in_any_shell("; ".join(steps))

    def session(self, argv: Sequence[str]) -> str:
        """For a login shell on a terminal: *argv* as root; sudo may ask for the password there."""
        become = ['[ "$(id -u)" = 0 ] || set -- sudo -- "$@"'] if self.become else []
        script = "; ".join([f"set -- {shlex.join(argv)}", *become, 'exec "$@"'])
        encoded = base64.b64encode(script.encode()).decode()
        return in_any_shell(f'eval "$(echo {encoded} | base64 -d)"')

    def _sudo(self, password_follows: bool) -> list[str]:
        # English, because sudo's refusals are told apart by their words.
        options = f'-S -p "{PROMPT.decode()}"' if password_follows else '-n -p ""'
        return [
            '[ "$(id -u)" = 0 ] && exec "$@"',
            f"command -v sudo >/dev/null 2>&1 || exit {NO_SUDO}",
            "export LC_ALL=C",
            f'set -- sudo {options} -u root -- "$@"',
        ]


UNPACK = "import sys,zlib,base64;exec(zlib.decompress(base64.b64decode(sys.argv.pop())))"


def packed_program() -> str:
    """Our program: says that it has begun, then reads the agent from standard input (``agent/boot.py``)."""
    boot = (Path(__file__).parents[1] / "agent" / "boot.py").read_bytes()
    # Python 2 says so too; the version check follows.
    program = b"import os\nos.write(2, b%s)\n" % repr(BEGUN)[1:].encode() + boot
    return base64.b64encode(zlib.compress(program, 9)).decode()


def in_any_shell(script: str) -> str:
    """*script* for ``/bin/sh``, as one line for a login shell that may not be one."""
    return f"exec /bin/sh -c '{script}'"
