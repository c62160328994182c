"""What an app needs of the distribution: its packages, and its locales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Step

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.roles.app.settings import Vars

LOCALES = "locales"
OF_IMAGES = ("debian", "12")
"""The distribution of the images that apps get by default."""


def install_packages(host: Host, v: Vars) -> Iterator[Step]:
    """They are installed, and the locales made."""
    facts = deployment_of(host).facts
    packages = packages_of(host, facts.distribution, facts.version)
    if packages:
        yield Step("install the packages of the app", resources.Package(packages))
    if v.locales:
        yield Step("install what makes locales", resources.Package(LOCALES))
        yield Step("make the locales of the app", resources.Locales(v.locales))


def packages_of(host: Host, distribution: str, version: str) -> tuple[str, ...]:
    """The packages of the app on *version* of a *distribution*: those of each name that means it, such as ``debian12``.

    Raises ``VariableError`` where packages are named for others alone.
    """
    wanted: tuple[str, ...] | Mapping[str, tuple[str, ...]] = deployment_of(host).v.packages
    if not isinstance(wanted, Mapping):
        return wanted
    names = (distribution, f"{distribution}{version}")
    found = [wanted[name] for name in names if name in wanted]
    if wanted and not found:
        where = host.origin("app_packages") or host.name
        raise VariableError(
            f"{where}: app_packages: names packages for {', '.join(wanted)}, and none for {names[1]}; an empty list "
            "says that it needs none"
        )
    return tuple(dict.fromkeys(package for packages in found for package in packages))
