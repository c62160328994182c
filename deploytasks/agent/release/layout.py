"""Where an app lives on a host: the layout as values with names, so that no path is spelled twice."""

from __future__ import annotations

import os
from typing import Tuple

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

STATE_ROOT = "/var/lib/deploytasks"
RELEASE_NAME = regex(r"\d{8}T\d{6}Z-[0-9a-f]{7}")
VENV_NAME = regex(r"[0-9a-f]{16}")
COLLECTED = "collected"
"""The directory of a release, beside its code, that Django's ``collectstatic`` fills."""
INSTALLED = ".installed"
"""The directory of a release's code that has what an installation of the app itself would bring beside its modules."""


@frozen
class Release:
    """A kept plan of *app*: ``<root>/releases/<name>``; its instance is ``<app>@<name>.service``."""

    app: App
    name: str

    @property
    def path(self) -> str:
        return "%s/%s" % (self.app.releases, self.name)

    @property
    def units(self) -> Tuple[str, str]:
        """Its socket and its service, in the order in which they start."""
        return self.socket_unit, self.service_unit

    @property
    def code(self) -> str:
        """The tree of the app's source."""
        return self.path + "/code"

    @property
    def manifest(self) -> str:
        """The list of the tree's files with their digests."""
        return self.path + "/manifest"

    @property
    def env(self) -> str:
        """The app's environment, in systemd's EnvironmentFile form; 0600."""
        return self.path + "/env"

    @property
    def plan(self) -> str:
        """The recorded plan, which a rollback carries out again; 0600."""
        return self.path + "/plan.json"

    @property
    def sealed(self) -> str:
        """The contents of sensitive files that the recorded plan names by digest; 0700."""
        return self.path + "/sealed"

    @property
    def venv(self) -> str:
        """A link to the virtual environment that this release runs in."""
        return self.path + "/venv"

    @property
    def own_programs(self) -> str:
        """The directory of the commands that the app itself brings as a package."""
        return "%s/%s/bin" % (self.code, INSTALLED)

    def command(self, process: str) -> str:
        """The program that starts *process* of this release."""
        return "%s/bin/%s" % (self.path, process)

    def note_of(self, process: str) -> str:
        """Is there when *process*, which runs once for each release, has been run."""
        return "%s/ran-%s" % (self.path, process)

    @property
    def processes(self) -> str:
        """The list of its processes: their numbers in the inventory, their schedules."""
        return self.path + "/processes.json"

    @property
    def collected(self) -> str:
        """The static files that the app's framework gathers; its code has a link to them."""
        return "%s/%s" % (self.path, COLLECTED)

    @property
    def socket(self) -> str:
        """The unix socket on which this release's instance answers HTTP."""
        return "%s/%s.sock" % (self.app.sockets, self.name)

    @property
    def socket_unit(self) -> str:
        return "%s@%s.socket" % (self.app.name, self.name)

    @property
    def service_unit(self) -> str:
        return "%s@%s.service" % (self.app.name, self.name)

    @property
    def container(self) -> str:
        """Runs a program in a container of this release, where its runtime is one of containers."""
        return self.command("container")

    @property
    def container_name(self) -> str:
        """The container in which this release's instance runs."""
        return container_of(self.service_unit)

    def process_unit(self, process: str, number: str = "") -> str:
        """The unit of one of this release's processes besides web, by *number*; the template of them without one."""
        return "%s.%s.%s@%s.service" % (self.app.name, process, self.name, number)


@frozen
class App:
    """An app on a host: everything of it lies below *root*, runs as *user*."""

    name: str
    root: str
    user: str

    @property
    def releases(self) -> str:
        return self.root + "/releases"

    @property
    def venvs(self) -> str:
        return self.root + "/venvs"

    @property
    def shared(self) -> str:
        """What outlives releases: uploads, an sqlite file."""
        return self.root + "/shared"

    @property
    def home(self) -> str:
        """The home of its processes, and where they keep their state (systemd.exec(5), ``$STATE_DIRECTORY``)."""
        return self.shared + "/.home"

    @property
    def cache(self) -> str:
        """Where they keep what can be made anew, as the XDG Base Directory Specification has it."""
        return self.home + "/.cache"

    @property
    def current(self) -> str:
        """The link to the release that serves."""
        return self.root + "/current"

    @property
    def history(self) -> str:
        return self.root + "/history.jsonl"

    @property
    def scale(self) -> str:
        """The numbers of processes that were set by hand."""
        return self.root + "/scale.json"

    @property
    def scale_env(self) -> str:
        """The number of web workers that was set by hand, as the environment of the web process."""
        return self.root + "/scale.env"

    @property
    def services(self) -> str:
        """What the app knows of services on the host, such as a database's password; root only."""
        return self.root + "/services"

    @property
    def services_env(self) -> str:
        """The environment that services on the host give to the app, such as a database's address: a pattern; 0600."""
        return self.services + "/*.env"

    def job(self, process: str) -> str:
        """The unit of a process with a schedule: one run of it, in the release that is current."""
        return "%s.%s.service" % (self.name, process)

    def timer(self, process: str) -> str:
        """The unit that starts a process with a schedule."""
        return "%s.%s.timer" % (self.name, process)

    @property
    def slice(self) -> str:
        """What all units of this app are in (systemd.slice(5)): where systemd puts the instances of ``<app>@``."""
        return "system-%s.slice" % self.name.replace("-", "\\x2d")

    @property
    def logs(self) -> str:
        """Where processes may write log files (systemd.exec(5), ``LogsDirectory``)."""
        return "/var/log/%s" % self.name

    @property
    def sockets(self) -> str:
        """The directory of the instances' sockets."""
        return "/run/" + self.name

    @property
    def current_socket(self) -> str:
        """The link that the web server follows on each connect."""
        return self.sockets + "/current.sock"

    @property
    def state(self) -> str:
        """The agent's own directory for this app: lock, journal, owed handlers; root only."""
        return "%s/%s" % (STATE_ROOT, self.name)

    @property
    def account_comment(self) -> str:
        """What tells that an account was made for this app (passwd(5), the comment field)."""
        return "deploytasks app %s" % self.name

    def release(self, name: str) -> Release:
        return Release(self, name)

    def release_at(self, link: str) -> str:
        """The name of the release that *link* (a link's target) points at."""
        return os.path.basename(link.rstrip("/"))


def container_of(unit: str) -> str:
    """The name of the container that the service *unit* stands for: those of containers have no ``@``."""
    return unit.rpartition(".")[0].replace("@", "-")
