"""A small app on a host of files, whose agent is asked as a controller asks it."""

from __future__ import annotations

import json
import os

from deploytasks.agent.conversation.channel import Inlet
from deploytasks.agent.conversation.mask import Mask
from deploytasks.agent.conversation.wire import pack, pack_json
from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.events import Note
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.files.directory import Directory
from deploytasks.agent.files.file import File
from deploytasks.agent.files.lasting_file import LastingFile
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.release.commands import command
from deploytasks.agent.release.history import recall
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.recorded_plan import RecordedPlan
from deploytasks.agent.release.request import Converge, Request
from deploytasks.agent.release.session import Session

ONE, TWO, THREE = (
    "20261121T101500Z-1111111",
    "20261122T101500Z-2222222",
    "20261123T101500Z-3333333",
)
CONFIGURATION = "/etc/shop.conf"
CERTIFICATE = "/etc/shop.pem"


class Shop:
    """The app ``shop`` on *host*: *events* are what the agent said when it was asked last."""

    def __init__(self, host):
        self.host = host
        self.app = App("shop", "/srv/shop", host.user)
        self.events = []
        self.mask = Mask()

    def say(self, event):
        self.events.append(event)

    def said(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def session(self, question, *more, **request):
        """A conversation in which a controller asks *question* and then says *more*, objects or frames, and is gone."""
        about = {"command": question.ask, "by": "ann", "app": self.app, **request}
        reader, writer = os.pipe()
        os.close(writer)
        said = [words if isinstance(words, bytes) else pack_json(words) for words in more]
        machine = self.host.machine
        machine.say = lambda line: self.say(Note(line))
        return Session(Request(question, **about), Inlet(reader, lambda: None, b"".join(said)), self, machine)

    def ask(self, question, *more, **request):
        """How it ended."""
        self.events.clear()
        return command(question.ask)(self.session(question, *more, **request))

    def deploy(self, release, *more, content=b"", **request):
        """Make *release* serve, with *more* steps, which lack *content*; a check is told that nothing would come."""
        sent = ({"would_send": 0}, {"blob": None}) if request.get("check") else sending(content)
        about = {"command": "deploy", **request}
        return self.ask(Converge(), order(self.plan(release, *more)), *sent, **about)

    def plan(self, release, *more):
        kept, owned = self.app.release(release), {"owner": self.host.user, "group": self.host.group}
        places = (self.app.root, self.app.releases, kept.path, self.app.sockets)
        steps = [
            *(Step("make %s" % place, Directory(place, **owned)) for place in places),
            Step("configure", File(CONFIGURATION, release, **owned), phase=Phase.PREPARE),
            Step(
                "get a certificate", LastingFile(CERTIFICATE, "of " + release, **owned), phase=Phase.PREPARE
            ),
            *more,
            Step(
                "record the plan",
                RecordedPlan(self.app.name, self.app.root, self.app.user, release, release[-7:]),
                phase=Phase.PREPARE,
            ),
            Step("switch traffic to the new release", self._socket(release), phase=Phase.SWITCH),
            Step(
                "make the new release current",
                Symlink(self.app.current, "releases/" + release),
                phase=Phase.SWITCH,
            ),
        ]
        owned_steps = tuple(step.in_role("app") for step in steps)
        return Plan(owned_steps, release, whole=True, digest=release[-7:])

    def _socket(self, release):
        return Symlink(self.app.current_socket, release + ".sock")

    @property
    def serves(self):
        """The release that serves, as the host's links and files have it."""
        current = os.path.basename(os.readlink(self.host.path(self.app.current)))
        assert self.host.path(CONFIGURATION).read_text() == current
        assert os.readlink(self.host.path(self.app.current_socket)) == current + ".sock"
        return current

    @property
    def history(self):
        return recall(self.host.machine, self.app)


def order(plan, **more):
    """What a controller says of *plan*."""
    recording = {
        "by": "ann",
        "created": "2026-11-21T10:15:00+00:00",
        "source": "f3c9a01",
        "project": "",
        "modules": {},
    }
    return {"plan": json.loads(plan.encode()), "recording": recording, "mask": list(plan.secrets), **more}


def sending(content):
    """How a controller sends *content*."""
    if content:
        yield {"coming": len(content)}
        yield {"blob": digest_of(content), "packed": False}
        yield pack(b"D", content) + pack(b"E")
        yield {"blob": None}
