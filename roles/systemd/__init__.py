"""systemd as the app's runtime: a socket unit and a service unit per release, both instances of templates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.runtime.environment import in_app_environment
from deploytasks.agent.services.unit import DIRECTORY
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import Deployment
from deploytasks.planning.parts import Place
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.systemd.restrictions import USUAL, Word, directives

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import Release
    from deploytasks.inventory import Host
    from deploytasks.roles.app.process import Process

template = Templates(beside=__file__)

FIRST_FD = 3
"""The first descriptor that systemd hands over (sd_listen_fds(3))."""

TARGETS = {"service": "multi-user", "socket": "sockets"}
"""What starts a unit of this kind at boot: the ``WantedBy`` of our templates."""

OPEN_FILES = 16384
"""A server that waits for many clients at once has a file for each; what systemd(1) lets a program open is 1 024."""

brings_dependencies = False
passes_signals = True
"""Whether the main process of the instance's unit is the server's."""

Size = Annotated[str, Meta(pattern=r"^([0-9]+[KMGT]?|[0-9]+%|infinity)\Z", examples=["512M", "50%"])]
Quota = Annotated[str, Meta(pattern=r"^[0-9]+%\Z", examples=["150%"])]
Path = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._@+-]+)+\Z", examples=["/mnt/data"])]
Device = Annotated[str, Meta(pattern=r"^/dev(/[A-Za-z0-9._@:+-]+)+\Z", examples=["/dev/ttyUSB0"])]
HOMES = ("/home/", "/root/", "/run/user/")

SLOWS_DOWN = 254
"""The version of systemd that knows a growing pause before a restart (systemd.service(5), ``RestartSteps``)."""


@frozen
class Vars:
    """``systemd_NAME`` in the inventory: limits and restrictions of an instance (systemd.exec(5)); see README.md."""

    memory_max: Size | None = None
    memory_high: Size | None = None
    cpu_quota: Quota | None = None
    tasks_max: Size | None = None
    limit_nofile: Annotated[int, Meta(ge=64)] = OPEN_FILES
    allow: tuple[Word, ...] = ()
    deny: tuple[Word, ...] = ()
    read_write_paths: tuple[Path, ...] = ()
    devices: tuple[Device, ...] = ()

    def __post_init__(self) -> None:
        both = sorted({*self.allow} & {*self.deny})
        if both:
            raise ValueError(f"allow: {both[0]!r} is denied by systemd_deny; take it out of one of the two")
        hidden = [path for path in self.read_write_paths if f"{path}/".startswith(HOMES)]
        if hidden and "home" not in self.allow:
            raise ValueError(f'read_write_paths: {hidden[0]!r} is not seen without systemd_allow=["home"]')

    @property
    def allowed(self) -> frozenset[str]:
        """What an instance may that others may not."""
        return (USUAL - {*self.deny}) | {*self.allow}

    @property
    def limits(self) -> dict[str, Any]:
        """The directives that were asked for."""
        named = {
            "MemoryMax": self.memory_max,
            "MemoryHigh": self.memory_high,
            "CPUQuota": self.cpu_quota,
            "TasksMax": self.tasks_max,
            "LimitNOFILE": self.limit_nofile,
        }
        return {name: value for name, value in named.items() if value is not None}


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """Nothing: every host that can be deployed to has systemd."""
    del host, v
    yield from ()


def place(release: Release) -> Place:
    """The release's own directory, and the descriptor of its socket unit."""
    return Place(release.path, release.code, release.venv, release.socket, FIRST_FD)


def define(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The two template units."""
    app = deployment.app
    yield socket_unit(deployment)
    text = template("app.service.j2", says_ready=deployment.server.says_ready, **of_instance(deployment, v))
    yield Step("define the service unit", resources.Unit(f"{app.name}@.service", text))


def of_instance(deployment: Deployment, v: Vars) -> dict[str, Any]:
    """What the unit of an instance of web says, whatever runs it."""
    shape = {"calls": deployment.system_calls, "slows_down": slows_down(deployment)}
    return {**shape, **confinement(deployment, v)}


def slows_down(deployment: Deployment) -> bool:
    """Whether the host's systemd can wait a little longer before each restart."""
    return deployment.facts.systemd_version >= SLOWS_DOWN


def confinement(deployment: Deployment, v: Vars) -> dict[str, Any]:
    """What each unit of the app's says: who it is, its limits, what it may and may not."""
    _require_seen(deployment, v)
    app, of_app = deployment.app, deployment.v
    unable, network = deployment.facts.unable, of_app.network != "none"
    return {
        "app": app,
        "v": of_app,
        "limits": v.limits,
        "writable": (app.shared, *v.read_write_paths),
        "restrictions": [*directives(v.allowed, v.devices, unable, network=network)],
    }


def _require_seen(deployment: Deployment, v: Vars) -> None:
    """An instance that sees no homes would not find itself in one."""
    root = deployment.app.root
    if f"{root}/".startswith(HOMES) and "home" not in v.allowed:
        raise VariableError(
            f"{deployment.bare.name}: app_root: {root!r} is among people's homes, which the app's units do not see; "
            f'choose another, such as /srv/{deployment.app.name}, or set systemd_allow=["home"]'
        )


def socket_unit(deployment: Deployment) -> Step:
    """The template unit whose instances hold the releases' sockets."""
    app = deployment.app
    return Step(
        "define the socket unit", resources.Unit(f"{app.name}@.socket", template("app.socket.j2", app=app))
    )


def start(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The new release's units, active."""
    del v
    release = deployment.release
    instance = resources.Instance(
        release.service_unit, release.socket_unit, release.socket, deployment.v.health_timeout_s
    )
    yield Step("start the new instance", instance, phase=Phase.START)


def confirm(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The new release's service, enabled; it starts its socket."""
    del v
    release = deployment.release
    yield from at_boot(release, release.service_unit)


def at_boot(release: Release, unit: str) -> Iterator[Step]:
    """*unit* of *release* starts at boot, by the link that systemctl(1) ``enable`` makes before it reloads all units.

    For what is done at the next boot nothing has to be reloaded, which takes a tenth of a second each time.
    """
    kind = unit.rpartition(".")[2]
    wants = f"{DIRECTORY}/{TARGETS[kind]}.target.wants"
    yield Step(
        f"make the directory of {kind}s to start at boot", resources.Directory(wants), phase=Phase.CONFIRM
    )
    link = resources.Symlink(f"{wants}/{unit}", f"{DIRECTORY}/{release.app.name}@.{kind}")
    yield Step(f"start the new instance's {kind} at boot", link, phase=Phase.CONFIRM)


def process_unit(deployment: Deployment, process: Process, v: Vars) -> str:
    """A template whose instances are the numbers of *process*; with a schedule, a unit that runs once."""
    name = "job.service.j2" if process.schedule else "process.service.j2"
    return template(name, release=deployment.release, process=process, **confinement(deployment, v))


def release_command(deployment: Deployment, program: str, v: Vars) -> resources.ReleaseCommand:
    """Run and restricted as the app's own processes are; the place for collected files is its to fill."""
    del v
    app, release, project = deployment.app, deployment.release, deployment.project
    writes = (release.collected,) if project.collected else ()
    unit = release_unit(release, program)
    named = ("--unit", unit, "--slice", app.slice, "--description", f"{app.name} release command")
    argv = in_app_environment(app, release, "--wait", *named, "--property", f"SyslogIdentifier={app.name}")
    return resources.ReleaseCommand((*argv, release.command(program)), unit, confined=app.name, writes=writes)


def release_unit(release: Release, program: str) -> str:
    """The unit that lives while *program* runs."""
    return f"{release.app.name}.{program}.{release.name}.service"
