"""A visit: whether who comes through the web server gets the app.

Two questions go to the web server's own port, over one connection. The first asks whose site it is that is reached by
this name: a site of ours tells its host, and nobody else (``OPTIONS``, which no cache keeps, with a header). The second
is the page itself, asked without any mark, so that the answer is any visitor's. That the site leads to the release that
serves is up to the link that it follows.
"""

from __future__ import annotations

import os
import socket
from typing import ClassVar, Optional

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.protocols.answer import NoHttp
from deploytasks.agent.protocols.door import Door
from deploytasks.agent.protocols.probe import trouble_of
from deploytasks.agent.protocols.statuses import ranges
from deploytasks.agent.regex import regex
from deploytasks.agent.web.nginx_page import page_of

QUESTION = {"X-Deploytasks": "whose"}
SITE_OF = "the site of "
REFUSALS = (401, 403, 429)
"""What a site of ours says to whom it does not let in: the host itself has no password, nor a visitor's address."""
REFUSED = regex(r"forbidden|denied|Cannot serve")
"""How a web server complains that it is itself that refuses."""
UNDER_MAINTENANCE = 503
ANSWER_S, PATIENCE_S, ASK_AGAIN_S = 10.0, 5.0, 0.2


@frozen
class Visit(Resource):
    """Visitors of *host* at *port* get *app*'s answer to *path*.

    Over TLS if that is *secure*. It has one of *status*; without a path, any answer will do. The web server *server* is
    asked whose site that is where it *tells*; one that *hears_proxies* is spoken to as they speak (the PROXY protocol).
    Below *mount* the site is the app's, and above it perhaps another's. One that is not *guarded* lets in everybody: a
    refusal is the app's own there, or is none that anybody wants.
    """

    reversible: ClassVar[bool] = False
    app: str
    server: str
    port: int
    host: str = "localhost"
    path: Optional[str] = "/"
    status: str = "200-399"
    secure: bool = False
    tells: bool = False
    hears_proxies: bool = False
    mount: str = ""
    guarded: bool = True

    def desired(self) -> State:
        return {"answer": "ok"}

    def inspect(self, machine: Machine) -> State:
        return {"answer": self.trouble(machine) or "ok"}

    def apply(self, machine: Machine, change: Change) -> None:
        if (change.after or {}).get("answer") != "ok":
            return
        # Nobody complains where all is well.
        from deploytasks.agent.web.complaints import Complaints

        complaints = Complaints(machine, self.server)
        if not machine.wait_until(lambda: not self.trouble(machine), PATIENCE_S, ASK_AGAIN_S):
            raise StepError(self.trouble(machine), str(complaints))

    def trouble(self, machine: Machine) -> str:
        """Empty when a visitor gets the app, else what is wrong."""
        try:
            with self._door.connect(ANSWER_S) as connection:
                told = self._wrong_site(connection) or self._wrong_page(machine, connection)
        except (socket.timeout, TimeoutError):  # One and the same since Python 3.10.
            told = (
                "no answer in time; a packet filter may drop what comes to port %d (nft list ruleset)"
                % self.port
            )
        except (OSError, NoHttp) as error:
            told = trouble_of(error)
        return "visitors of %s do not get the app: %s" % (self._door, told) if told else ""

    @property
    def _door(self) -> Door:
        return Door(self.port, self.host, self.secure, self.hears_proxies)

    def _wrong_site(self, connection: socket.socket) -> str:
        if not self.tells:
            return ""
        status, body = self._door.ask(connection, "OPTIONS", self.mount + "/", QUESTION)
        said = body.decode("utf-8", "replace").strip()
        if said == SITE_OF + self.app:
            return ""
        if said.startswith(SITE_OF):
            return "the app %s has that name at that port" % said[len(SITE_OF) :]
        if self.mount:
            return (
                "%s/ is nothing of this app's there (%d); is the site of app_site deployed here, at that port?"
                % (
                    self.mount,
                    status,
                )
            )
        if status in REFUSALS:
            return "whoever has that name at that port refuses (%d)" % status
        return "another site answers there (%d)" % status

    def _wrong_page(self, machine: Machine, connection: socket.socket) -> str:
        status = self._page_status(connection)
        if self.path is None or self._is_wanted(status) or self._is_refusal(machine, status):
            return ""
        if status == UNDER_MAINTENANCE and os.path.exists(machine.path(page_of(self.app))):
            return ""
        return "GET %s answered %d instead of %s" % (self.path, status, self.status)

    def _page_status(self, connection: socket.socket) -> int:
        return self._door.ask(connection, "GET", self.path or "/", {"Connection": "close"})[0]

    def _is_wanted(self, status: int) -> bool:
        return any(low <= status <= high for low, high in ranges(self.status))

    def _is_refusal(self, machine: Machine, status: int) -> bool:
        """Whether the app refuses, or what guards its site: asked again, the web server has nothing to complain of."""
        if not (self.tells and status in REFUSALS):
            return False
        return self.guarded or not REFUSED.search(self._complained(machine))

    def _complained(self, machine: Machine) -> str:
        from deploytasks.agent.web.complaints import Complaints

        complaints = Complaints(machine, self.server)
        with self._door.connect(ANSWER_S) as connection:
            self._page_status(connection)
        return str(complaints)
