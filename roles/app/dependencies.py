"""What the app's requirements need on the host: an installer, and a virtual environment per lock."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.python import CACHE
from deploytasks.agent.regex import regex
from deploytasks.errors import VariableError
from deploytasks.here import expanded
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Handler, Phase, Step
from deploytasks.planning.python_choice import chosen_python, python_to_bring
from deploytasks.roles.app import uv_wheels
from deploytasks.roles.app.distribution import install_packages

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host
    from deploytasks.roles.app.settings import Vars

BOUND = regex(r"[<>=!~]")
"""Says which versions of a package are meant (PEP 508)."""
WITH_DISTUTILS = (3, 11)
"""Before, Debian and Ubuntu had distutils, which uv asks for, in a package of its own."""


def install(host: Host, v: Vars) -> Iterator[Step]:
    """What the app needs of the distribution, the installer, and the virtual environment that the release uses."""
    release = deployment_of(host).release
    yield from install_packages(host, v)
    yield from _installer(host, v)
    venv = _venv(host, v)
    small = Handler("bound the package cache", resources.EmptyIfLarge(CACHE, v.cache_mb))
    yield Step("install the dependencies", venv, notify=small, phase=Phase.PREPARE)
    link = resources.Symlink(release.venv, f"../../venvs/{posixpath.basename(venv.path)}")
    yield Step("link the virtual environment", link, phase=Phase.PREPARE)


def _installer(host: Host, v: Vars) -> Iterator[Step]:
    deployment = deployment_of(host)
    app, facts = deployment.app, deployment.facts
    yield from bring_authorities(app, v)
    # Who reads it could hold a lock in it that an installer waits for.
    yield Step("make the package cache", resources.Directory(CACHE, mode="0700"))
    if v.installer == "uv":
        if facts.python_version < WITH_DISTUTILS:
            yield Step("install distutils", resources.Package("python3-distutils"))
        yield Step(
            "install uv",
            resources.Uv(
                uv_wheels.VERSION,
                index_url=v.index_url,
                ca_bundle=authorities(app, v),
                wheelhouse=v.wheelhouse,
                known=uv_wheels.DIGESTS,
            ),
        )
        brought = _brought(host, v)
        if brought:
            yield Step(f"bring Python {brought.version}", brought)
    else:
        yield Step("install venv", resources.Package("python3-venv"))


def _venv(host: Host, v: Vars) -> resources.PythonVenv:
    """The environment at a path that names its content and the Python and platform that it is built for."""
    deployment = deployment_of(host)
    app, project, facts = deployment.app, deployment.project, deployment.facts
    wanted = project.requirements
    if v.require_hashes and wanted.kind == "requirements" and not wanted.hash_checked:
        raise VariableError(
            f"{host.name}: app_require_hashes: {wanted.install} has requirements without a hash; "
            "uv pip compile --generate-hashes writes them, and a uv.lock or pylock.toml has them"
        )
    first = sorted(wanted.files.items(), key=lambda file: file[0] != wanted.install)
    venv = resources.PythonVenv(
        path=app.venvs,
        requirements=tuple(first),
        python=_python(host, v),
        form="uv" if wanted.kind == "uv" else "requirements",
        extra=besides_the_app(host),
        installer=v.installer,
        uv=resources.Uv(uv_wheels.VERSION).path if v.installer == "uv" else "",
        index_url=v.index_url,
        extra_index_urls=v.extra_index_urls,
        ca_bundle=authorities(app, v),
        hash_checked=wanted.hash_checked,
        wheelhouse=v.wheelhouse,
        wheels=tuple((wheel.name, wheel.digest) for wheel in project.wheels),
        builder=app.user,
        hides=(app.shared, app.logs),
    )
    key = hashlib.sha256(f"{venv.digest} {facts.python_platform}".encode()).hexdigest()[:16]
    return replace(venv, path=f"{app.venvs}/{key}", key=key)


def _python(host: Host, v: Vars) -> str:
    brought = _brought(host, v)
    if brought:
        return brought.path
    deployment = deployment_of(host)
    where = str(host.origin("app_python") or host.name)
    return chosen_python(deployment.facts, _given(host, v), deployment.project.pythons, where)


def _brought(host: Host, v: Vars) -> resources.ManagedPython | None:
    """The Python that the host gets, where it has none that fits and one may be brought."""
    deployment = deployment_of(host)
    version = python_to_bring(deployment.facts, _given(host, v), deployment.project.pythons)
    if not (v.python_install and version):
        return None
    uv = resources.Uv(uv_wheels.VERSION).path
    return resources.ManagedPython(version, uv, v.python_mirror, authorities(deployment.app, v))


def _given(host: Host, v: Vars) -> str:
    return v.python if host.says("app_python") else ""


def besides_the_app(host: Host) -> tuple[str, ...]:
    """What the server wants installed and the app does not require by itself; a bound holds beside the app's own."""
    required = deployment_of(host).project.requirements.names
    return tuple(
        name for name in deployment_of(host).packages() if _bare(name) not in required or BOUND.search(name)
    )


def read_authorities(path: str) -> str:
    """The text of the PEM file ``pip_ca_bundle``; raises ``VariableError``."""
    try:
        return expanded(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VariableError(
            f"pip_ca_bundle: {path}: {getattr(error, 'strerror', None) or 'not PEM text'}"
        ) from error


def bring_authorities(app: App, v: Vars) -> Iterator[Step]:
    """What ``pip_ca_bundle`` names here, on the host."""
    if v.ca_bundle:
        yield Step(
            "bring the certificate authorities",
            resources.File(authorities(app, v), read_authorities(v.ca_bundle)),
        )


def authorities(app: App, v: Vars) -> str:
    """Where the host has what ``pip_ca_bundle`` names here."""
    return f"{app.root}/ca-bundle.pem" if v.ca_bundle else ""


def _bare(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-")
