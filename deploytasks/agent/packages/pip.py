"""Packages of Python in a virtual environment."""

from __future__ import annotations

import json
from typing import ClassVar, Dict, List, Tuple, Union

from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, PRESENT, require_line, require_word

INSTALL_TIMEOUT_S = 1800
KEPT_LINES = 20
ASK = """\
import json, sys
from importlib.metadata import PackageNotFoundError, version
from pip._vendor.packaging.requirements import Requirement
def seen(wanted):
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return "absent"
    return "present" if wanted.specifier.contains(found, prereleases=True) else found
print(json.dumps({text: seen(Requirement(text)) for text in sys.argv[1:]}))
"""
"""The environment's own pip knows what a requirement means (PEP 508)."""


@frozen
class Pip(Resource):
    """The requirements *names*, such as ``httpie`` or ``glances>=4``, are met in *virtualenv*.

    That is made with *virtualenv_python* where there is none (the packages python3-venv or python3-full bring what
    it needs). With the *state* ``absent`` they are uninstalled. *extra_args* go to pip(1) as they are. What is
    installed cannot be undone. Parameters as in ansible.builtin.pip; the system's own Python belongs to its
    packages (PEP 668), and an app's dependencies to its release.
    """

    reversible: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    names: Union[str, Tuple[str, ...]]
    virtualenv: str
    state: str = "present"
    virtualenv_python: str = "python3"
    extra_args: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", (self.names,) if isinstance(self.names, str) else tuple(self.names))
        require_word("state", self.state)
        require_line("names", *self.names)
        if not self.virtualenv.startswith("/"):
            raise ValueError("virtualenv %r; expected an absolute path" % self.virtualenv)
        if any(name.startswith("-") for name in self.names):
            raise ValueError("names are requirements; options of pip are extra_args")

    def desired(self) -> State:
        return dict.fromkeys(self.names, self.state)

    def inspect(self, machine: Machine) -> State:
        done = self._python(machine, "-c", ASK, *self.names)
        seen: Dict[str, str] = json.loads(done.stdout) if done.ok else dict.fromkeys(self.names, ABSENT)
        return {name: self._word(found) for name, found in seen.items()}

    def _word(self, found: str) -> str:
        return PRESENT if self.state == ABSENT and found != ABSENT else found

    def apply(self, machine: Machine, change: Change) -> None:
        names = change.keys
        if self.state == ABSENT:
            plain = json.loads(self._python(machine, "-c", NAMES, *names).stdout or "[]")
            self._pip(machine, "uninstall", "--yes", *plain)
            return
        if not self._python(machine, "-c", "").ok:
            self._require(machine.ask([self.virtualenv_python, "-m", "venv", machine.path(self.virtualenv)]))
        self._pip(machine, "install", *self.extra_args, *names)

    def _pip(self, machine: Machine, *words: str) -> None:
        self._require(self._python(machine, "-m", "pip", "--disable-pip-version-check", *words))

    def _python(self, machine: Machine, *words: str) -> Completed:
        return machine.ask(
            [machine.path(self.virtualenv + "/bin/python"), *words], timeout_s=INSTALL_TIMEOUT_S
        )

    @staticmethod
    def _require(done: Completed) -> None:
        if not done.ok:
            said: List[str] = done.output.splitlines()[-KEPT_LINES:]
            raise StepError("%s ended with %d" % (" ".join(done.argv[:4]), done.status), "\n".join(said))


NAMES = """\
import json, sys
from pip._vendor.packaging.requirements import Requirement
print(json.dumps([Requirement(text).name for text in sys.argv[1:]]))
"""
