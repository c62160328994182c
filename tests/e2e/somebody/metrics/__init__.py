"""Somebody's own role: an exporter's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploytasks import Handler, Host, Step, Templates
from deploytasks.resources import Directory, File, Run
from metrics.line import Line

template = Templates(beside=__file__)
reload = Handler("count the reload", Run(("sh", "-c", "echo reloaded >> /var/log/metrics-reloads")))


@dataclass(frozen=True)
class Vars:
    """``metrics_NAME`` in the inventory."""

    port: int = 9100
    labels: tuple[str, ...] = ()


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """A configuration rendered beside this role, and a line in a file that is not ours."""
    text = template("metrics.conf.j2", v=v, host=host)
    yield Step("make the directory", Directory("/etc/metrics"))
    yield Step("write the configuration", File("/etc/metrics/metrics.conf", text), notify=reload)
    yield Step("name the port", Line("/etc/services", f"metrics\t\t{v.port}/tcp"), notify=reload)
