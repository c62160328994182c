"""The parts that serve an app, by what a role has to have to be one; the third is ``deployment.Runtime``.

There are three lists of parts and no table of pairs. A *server* says its command line and the protocols it
speaks; a *web server* renders each protocol that it knows; a *runtime* starts a command at a place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Step
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host

HTTP = "http"
UWSGI = "uwsgi"
FASTCGI = "fastcgi"


@frozen
class Place:
    """Where an instance finds its things, as its own processes see them.

    *path* holds the release's rendered files. It takes its connections from the listening descriptor
    *fd*; where that is None nobody hands it one, and it makes the unix socket *socket* itself.
    """

    path: str
    code: str
    venv: str
    socket: str
    fd: int | None = None

    def program(self, name: str) -> str:
        """A program of the virtual environment."""
        return f"{self.venv}/bin/{name}"


@frozen
class Front:
    """What people reach: domains, TCP ports, and whether by TLS.

    No domains means any; the last port is the one where the app is. *trusted* are the addresses of proxies before it,
    whose word on visitors counts; where it *hears_proxies* they speak the PROXY protocol. Where it *tells*, the host
    itself may ask whose site that is (``agent/web/visit.py``). One that *wants_certificates* lets in nobody without.
    One that is not *guarded* refuses nobody by itself.
    """

    names: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    secure: bool = False
    trusted: tuple[str, ...] = ()
    tells: bool = False
    hears_proxies: bool = False
    wants_certificates: bool = False
    guarded: bool = True

    @property
    def host(self) -> str:
        """A Host header with which people come."""
        plain = (name for name in self.names if not name.startswith("*"))
        return next(plain, self.names[0].replace("*", "www", 1)) if self.names else "localhost"

    @property
    def scheme(self) -> str:
        return "https" if self.secure else "http"


class Server(Protocol):
    """The role of an app server: such as gunicorn or uwsgi."""

    Vars: Any
    protocols: tuple[str, ...]
    """What it can speak on its socket, the preferred first."""
    interfaces: tuple[str, ...]
    """The apps it can serve: ``wsgi``, ``asgi``."""
    says_ready: bool
    """Whether it tells systemd that it is ready (sd_notify(3))."""

    def packages(self, host: Host, v: Any) -> tuple[str, ...]:
        """What pip installs for it besides the app's own requirements."""

    def command(self, host: Host, v: Any) -> tuple[str, ...]:
        """The command line of the web process."""

    # It may have ``system_packages`` as well, names of what it wants of the distribution, on the host or in the image;
    # ``system_calls(host, v)``, names of what its processes do besides what every server may;
    # and ``worker_count(host, v)``, how many workers it begins with, where SIGTTIN and SIGTTOU change their number. One
    # that serves in a single process says ``has_workers = False``: what its app starts there is nothing that it loses.


class WebServer(Protocol):
    """The role of what people reach: nginx, apache, caddy, none."""

    Vars: Any
    protocols: frozenset[str]
    """What it can speak to an instance."""

    def front(self, host: Host, v: Any) -> Front:
        """What people reach."""

    def withdraw(self, app: App) -> Iterator[Step]:
        """The site of *app* is absent.

        The web server rests when it has no other; without a site nothing is done.

        Another web server wants its port, or the app goes; its own variables may be gone from the inventory.
        """
