"""A page that nginx shows in the place of a site."""

from __future__ import annotations

import os

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd
from deploytasks.agent.web.nginx_reload import UNIT, NginxReload

ENABLED = "/etc/nginx/sites-enabled"
PAGES = "/etc/nginx/maintenance"


def page_of(name: str) -> str:
    """Where the page in the place of the site *name* lies while it is shown; releases come and go without it."""
    return "%s/%s.conf" % (PAGES, name)


@frozen
class NginxPage(Action):
    """nginx serves its site *name* with what the site includes.

    The site's line is ``include INCLUDED;``.

    Where nobody would see that, as nginx does not run or its site has no such line, ``StepError`` says why, and nothing
    has been reloaded. A page that was taken back is shown no longer.
    """

    name: str
    included: str

    def run(self, machine: Machine) -> None:
        if os.path.exists(machine.path(page_of(self.name))):
            self._require_a_reader(machine)
        NginxReload().run(machine)

    def _require_a_reader(self, machine: Machine) -> None:
        self._require_line(machine)
        if not systemd.is_active(machine, UNIT):
            raise StepError("nginx does not run, so nobody would see the page; inv deploy starts it")

    def _require_line(self, machine: Machine) -> None:
        path = "%s/%s" % (ENABLED, self.name)
        try:
            with reading(machine.path(path), errors="replace") as file:
                lines = [line.strip() for line in file]
        except OSError as error:
            why = "nginx serves no site of %s: there is no %s; inv deploy writes it" % (self.name, path)
            raise StepError(why) from error
        line = "include %s;" % self.included
        if line not in lines:
            raise StepError("%s has no line `%s`; inv deploy writes it" % (path, line))
