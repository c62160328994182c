"""One conversation on the host: what was asked, the machine, and the app that it is about."""

from __future__ import annotations

import contextlib
import glob
import threading
from typing import Any, Dict, Iterable, Iterator, Optional, Tuple, Type, TypeVar

from deploytasks.agent.conversation.channel import Inlet, Teller
from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.blobs import Blobs
from deploytasks.agent.engine.events import Knock, Note
from deploytasks.agent.engine.journal import Journal
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.agent.release.ground import require_ground
from deploytasks.agent.release.layout import STATE_ROOT, App, Release
from deploytasks.agent.release.lock import Lock
from deploytasks.agent.release.owner import stranger_to
from deploytasks.agent.release.releases import current_release
from deploytasks.agent.release.request import Question, Request
from deploytasks.agent.release.runtime.runtime import Runtime, runtime_of
from deploytasks.agent.release.runtime.systemd_runtime import SystemdRuntime
from deploytasks.agent.services.environment_file import decode_env, shown_in
from deploytasks.agent.services.units import is_answered
from deploytasks.agent.services.way_back import AFTER_S

PASSWORD = regex(r"^[a-z][a-z0-9+.-]*://[^/@]*:([^/@]+)@")
"""The password in a URL (RFC 3986, section 3.2.1)."""

Q = TypeVar("Q", bound=Question)


class Dismissed(Exception):
    """Nothing is to be done here after all; the text, if any, says why."""


@frozen
class Session:
    """*request* is what the controller says first; *ssh_connection* comes from before sudo."""

    request: Request
    inlet: Inlet
    outlet: Teller
    machine: Machine
    ssh_connection: str = ""

    @classmethod
    def begin(
        cls, request: Request, inlet: Inlet, outlet: Teller, gone: threading.Event, ssh_connection: str
    ) -> Session:
        """Stand ready on this machine for what is asked."""
        machine = Machine(
            blobs=Blobs(_state(request.app) + "/incoming"),
            say=lambda line: outlet.say(Note(line)),
            stop=gone,
            answered=is_answered,
            knock=None if request.by_hand else lambda port: _knock(inlet, outlet, port),
        )
        machine.units = SystemdRuntime(machine)
        require_ground(machine, request.app)
        if request.app:
            outlet.mask.spare((request.app.name, request.app.user))
        return cls(request, inlet, outlet, machine, ssh_connection)

    def asked(self, kind: Type[Q]) -> Q:
        """The question, which is of that *kind*."""
        question = self.request.question
        if not isinstance(question, kind):
            raise TypeError("%s is no %s" % (question, kind.__name__))
        return question

    @property
    def app(self) -> Optional[App]:
        return self.request.app

    @property
    def runtime(self) -> Runtime:
        """What runs the app's processes here."""
        return runtime_of(self.machine)

    def require_app(self) -> App:
        """The app that this is about; raises ``StepError`` when it is about none."""
        if self.app is None:
            raise StepError("this needs an app; give app_name in the inventory")
        return self.app

    def require_release(self) -> Release:
        """The release that serves; raises ``StepError`` when there is none."""
        app = self.require_app()
        current = current_release(self.machine, app)
        if current is None:
            raise StepError("nothing of %s is deployed here; deploy first" % app.name)
        return app.release(current)

    def require_own(self) -> None:
        """The app is the one of that name on this host, at that place and of that project; else ``StepError``."""
        app = self.require_app()
        stranger = stranger_to(self.machine, app, self.request.project)
        if stranger:
            raise StepError("%s; nothing was changed" % stranger)

    @property
    def about(self) -> Dict[str, Any]:
        """Who asked for what, as lock, journal and history tell it."""
        request = self.request
        return {"command": request.command, "by": request.by, "source": request.source}

    @property
    def checks(self) -> bool:
        """Whether nothing may be changed."""
        return self.request.check

    def keep_secret(self, release: Release) -> None:
        """Mask the values of the environment that *release* runs in, and the passwords in those that are URLs."""
        self._mask_those_in(release.env)
        self.keep_secrets_of_services(release.app)

    def keep_secrets_of_services(self, app: App) -> None:
        """Mask the values that services of this machine hand to *app*: what it made here is told nowhere else."""
        self._mask_those_in(app.services_env)

    def _mask_those_in(self, environments: str) -> None:
        for path in glob.glob(self.machine.path(environments)):
            with contextlib.suppress(OSError), reading(path, errors="surrogateescape") as file:
                text = file.read()
                values = [value for name, value in decode_env(text).items() if name not in shown_in(text)]
                self.outlet.mask.add([*values, *_passwords(values)])

    @property
    def places(self) -> Tuple[str, ...]:
        """Where contents arrive, and where they are to lie."""
        releases = (self.app.releases,) if self.app else ()
        return (_state(self.app), *releases)

    @property
    def journal(self) -> Journal:
        return Journal(self.machine.path(_state(self.app) + "/journal.jsonl"), self.request.failpoint)

    @property
    def lock_file(self) -> Lock:
        return Lock(self.machine.path(_state(self.app) + "/lock"))

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Work alone on this app; a check needs no lock. Raises ``LockHeld``."""
        if self.checks:
            yield
            return
        lock = self.lock_file
        lock.take(self.about, self.request.lock_wait_s, self.machine.say, self.machine.heed_stop)
        try:
            yield
        finally:
            lock.release()


def _knock(inlet: Inlet, outlet: Teller, port: int) -> str:
    outlet.say(Knock(port))
    return str(inlet.object(AFTER_S)["refused"])


def _passwords(values: Iterable[str]) -> Iterator[str]:
    return (found.group(1) for value in values for found in PASSWORD.finditer(value))


def _state(app: Optional[App]) -> str:
    return app.state if app else STATE_ROOT + "/-"
