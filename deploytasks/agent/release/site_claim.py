"""Whether the ports and names at which people are to reach an app can be the app's."""

from __future__ import annotations

from typing import List, Optional, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.owner import Owner, owner_of
from deploytasks.agent.services.listeners import listeners, listening_ports
from deploytasks.agent.web.nginx_servers import ANY_NAME, NginxServer, nginx_servers
from deploytasks.agent.web.places import PROGRAMS, SITES, programs_serving, site_has_port

NGINX = "nginx"
CHOOSES_PORT = {"nginx": "nginx_listen", "apache": "apache_listen", "caddy": "caddy_port", "none": "app_port"}
Told = Optional[Tuple[str, str]]
"""What is so, and what a person can do about it."""


@frozen
class SiteClaim:
    """The web server *server* is to have a site of *app* at *ports*, by *names*, or by any."""

    app: str
    server: str
    ports: Tuple[int, ...]
    names: Tuple[str, ...]

    def require(self, machine: Machine) -> None:
        """No other program listens there, but one that serves the app and leaves; nor has a site of nginx a name of it.

        Else ``StepError`` says who.
        """
        told = self._strange_program(machine) or self._strange_site(machine)
        if told:
            raise StepError("%s; nothing was changed. %s" % told)

    def _strange_program(self, machine: Machine) -> Told:
        unknown = [p for p in self.ports if not site_has_port(machine, self.server, self.app, p)]
        taken = sorted({*unknown} & {*map(int, listening_ports(machine))}) if unknown else []
        return self._owned(machine, taken) if taken else None

    def _owned(self, machine: Machine, taken: List[int]) -> Told:
        own, found = PROGRAMS[self.server], listeners(machine)
        expected = {own, *programs_serving(machine, self.app)}
        owners = ((port, found.get(str(port), own)) for port in taken)
        for port, owner in owners:
            if owner not in expected:
                name = "another program" if owner == "?" else owner
                told = "port %d is taken by %s, which serves nothing of %s" % (port, name, self.app)
                return told, "Stop it for good, or choose another port: %s" % CHOOSES_PORT[self.server]
        return None

    def _strange_site(self, machine: Machine) -> Told:
        if self.server != NGINX:
            return None
        names = {*(self.names or (ANY_NAME,))}
        own = SITES[NGINX] % self.app
        for server in nginx_servers(machine):
            both = sorted(names & server.names)
            if both and server.path != own and server.ports & {*self.ports}:
                return self._told(machine, server, both[0])
        return None

    def _told(self, machine: Machine, server: NginxServer, name: str) -> Tuple[str, str]:
        port = min(server.ports & {*self.ports})
        what = "any name" if name == ANY_NAME else "the name %s" % name
        owner = _owner(machine, server.path)
        if owner is None:
            told = "another site (%s) has %s at port %d already" % (server.path, what, port)
            return told, "Remove that file, or give %s another nginx_server_name" % self.app
        project = " of the project whose history begins with the commit %s" % owner.project
        whose = "the app %s%s" % (owner.app, project if owner.project else "")
        told = "%s has %s at port %d already" % (whose, what, port)
        return told, "Give %s another nginx_server_name, or take that app away first: inv destroy" % self.app


def _owner(machine: Machine, path: str) -> Optional[Owner]:
    """Which app the site at *path* is of; None where it is no app of ours."""
    name = path.rpartition("/")[2]
    owner = owner_of(machine, App(name, "/srv/" + name, name))
    return owner if path == SITES[NGINX] % name else None
