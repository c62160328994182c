"""Whether the ports and names at which people are to reach an app can be the app's."""

from __future__ import annotations

import json
from typing import List, Optional, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.owner import Owner, owner_of
from deploytasks.agent.services.listeners import listeners, listening_ports
from deploytasks.agent.web.named_sites import NamedSite, named_sites
from deploytasks.agent.web.nginx_servers import ANY_NAME
from deploytasks.agent.web.places import PROGRAMS, SITES, programs_serving, site_has_port

NGINX = "nginx"
CHOOSES_PORT = {"nginx": "nginx_listen", "apache": "apache_listen", "caddy": "caddy_port", "none": "app_port"}
Told = Optional[Tuple[str, str]]
"""What is so, and what a person can do about it."""


@frozen
class SiteClaim:
    """The web server *server* is to have a site of *app* at *ports*, by *names*, or by any.

    It takes the place of the sites in the files *adopted*.
    """

    app: str
    server: str
    ports: Tuple[int, ...]
    names: Tuple[str, ...]
    adopted: Tuple[str, ...] = ()

    def require(self, machine: Machine) -> None:
        """No other program listens there, but one that serves the app and leaves; nor has another site a name of it.

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
        """Of sites for any name only nginx refuses a second one."""
        wanted = {*(self.names or ((ANY_NAME,) if self.server == NGINX else ()))}
        own = {SITES[self.server] % self.app, *self.adopted}
        for site in named_sites(machine, self.server) if wanted else ():
            both = sorted(wanted & site.names)
            if both and own.isdisjoint({site.path, site.file}) and site.ports & {*self.ports}:
                return self._told(machine, site, both[0])
        return None

    def _told(self, machine: Machine, site: NamedSite, name: str) -> Tuple[str, str]:
        port = min(site.ports & {*self.ports})
        what = "any name" if name == ANY_NAME else "the name %s" % name
        owner = _owner(machine, self.server, site.file)
        other_name = "give %s another %s_server_name" % (self.app, self.server)
        if owner is None:
            told = "another site (%s) has %s at port %d already" % (site.path, what, port)
            return told, "Remove that file, or %s" % other_name
        project = " of the project whose history begins with the commit %s" % owner.project
        whose = "the app %s%s" % (owner.app, project if owner.project else "")
        told = "%s has %s at port %d already" % (whose, what, port)
        ways = "%s; take that app away first: inv destroy; or take its place in one deploy: app_adopt=[%s]"
        return told, ways % (other_name[0].upper() + other_name[1:], json.dumps(site.path))


def _owner(machine: Machine, server: str, path: str) -> Optional[Owner]:
    """Which app the site at *path* is of; None where it is no app of ours."""
    name = path.rpartition("/")[2].partition(".")[0]
    owner = owner_of(machine, App(name, "/srv/" + name, name))
    return owner if path == SITES[server] % name else None
