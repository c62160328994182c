"""The controller's own apt: missing commands come from it, and targets use the mirrors that it uses."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Mapping
from functools import cache

from deploytasks.errors import ConfigError
from deploytasks.here import cache_directory, locked
from deploytasks.targets.command import run

# What a target must be told to reach the same mirror; names from apt.conf(5).
NETWORK_SETTINGS = (
    "Acquire::http::Proxy ",
    "Acquire::https::Proxy ",
    "Acquire::Check-Valid-Until ",
    "Acquire::Check-Date ",
)
LOCK_TIMEOUT_S = 300
LOOPBACK = ("//127.", "//localhost", "//[::1]")


def can_install() -> bool:
    return shutil.which("apt-get") is not None and os.access("/", os.W_OK)


def install(packages: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Every command of *packages* (command: package) is there afterwards, or `ConfigError`."""
    if not missing_of(packages):
        return
    # apt waits for dpkg's lock, but for that of its lists it does not.
    with locked(cache_directory() / "apt.lock"):
        install_missing(missing_of(packages), say)


def missing_of(packages: Mapping[str, str]) -> list[str]:
    """The packages whose command is not there."""
    return [package for command, package in packages.items() if shutil.which(command) is None]


def install_missing(missing: list[str], say: Callable[[str], None]) -> None:
    if not missing:
        return
    if not can_install():
        raise ConfigError(f"missing on this machine: {' '.join(missing)}\ninstall it, or run this as root")
    say(f"installing {' '.join(missing)} (apt)")
    apt_get("update")
    apt_get("install", "-y", "--no-install-recommends", *missing)


def apt_get(*arguments: str) -> None:
    """Somebody else's apt or dpkg is waited for."""
    patience = f"DPkg::Lock::Timeout={LOCK_TIMEOUT_S}"
    run(["apt-get", "-q", "-o", patience, *arguments], env={"DEBIAN_FRONTEND": "noninteractive"})


def sources_for(suite: str) -> str:
    """sources.list(5) of *suite* on this machine's Debian mirrors; empty where this is not a Debian."""
    if shutil.which("apt-get") is None or platform.freedesktop_os_release()["ID"] != "debian":
        return ""
    return sources_list(index_targets(), platform.freedesktop_os_release()["VERSION_CODENAME"], suite)


@cache
def index_targets() -> str:
    """A line "URI SUITE" for each source that apt reads here, whatever files and formats they are in.

    Asked once: apt takes half a second of processor to tell.
    """
    return run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"])


def sources_list(targets: str, here: str, suite: str) -> str:
    r"""The lines of *targets* that serve the suite *here*, its updates or security fixes, turned to *suite*.

    >>> sources_list("http://mirror.example/debian/ bookworm\n", "bookworm", "trixie")
    'deb http://mirror.example/debian/ trixie main\n'
    """
    pairs = dict.fromkeys(tuple(line.split()) for line in targets.splitlines())
    there = {f"{here}{pocket}": f"{suite}{pocket}" for pocket in ("", "-updates", "-security")}
    return "".join(
        f"deb {uri} {there[release]} main\n"
        for uri, release in pairs
        if release in there and uri.startswith("http")
    )


def network_settings() -> str:
    """apt.conf(5) lines of this machine that decide how apt reaches its mirror; no loopback proxies."""
    if shutil.which("apt-config") is None:
        return ""
    return "".join(
        f"{line}\n"
        for line in run(["apt-config", "dump"]).splitlines()
        if line.startswith(NETWORK_SETTINGS) and not any(address in line for address in LOOPBACK)
    )
