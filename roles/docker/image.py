"""The image of a release: from the project's own Dockerfile, else from one that is written for it."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.agent.python.installer import Installation, pip_commands, uv_commands
from deploytasks.agent.python.own_wheels import at_their_place
from deploytasks.agent.regex import regex
from deploytasks.delivery.local_image import PLATFORMS, LocalImage
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.parts import Place
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.python_choice import version_for
from deploytasks.planning.template import Templates
from deploytasks.roles.app import uv_wheels
from deploytasks.roles.app.dependencies import (
    authorities,
    besides_the_app,
    read_authorities,
)
from deploytasks.roles.app.distribution import LOCALES, OF_IMAGES, packages_of

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import Release
    from deploytasks.inventory import Host
    from deploytasks.planning.own_wheels import OwnWheel
    from deploytasks.roles.docker.settings import Vars

template = Templates(beside=__file__)

INSTALLER = "/installer"
REQUIREMENTS = "requirements"
WHEELS = f"{REQUIREMENTS}/wheels"
VERSION = regex(r"(?:python)?(3\.\d+)")
FROM = regex(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE | re.MULTILINE)

VOLUME = regex(r"^[ \t]*VOLUME[ \t]+(.+)", re.IGNORECASE | re.MULTILINE)
PLAIN_PATH = regex(r"(?:/[A-Za-z0-9._-]+)+")


@frozen
class Recipe:
    """A Dockerfile: its *text*, and the directory of the host that is its *context*, which has it as *name*.

    The image is its stage *target*, the last one when empty; the build knows *arguments* besides. What is *shipped*
    comes from the controller: the image that ours is built on, or, by a project's own Dockerfile, all of it.
    """

    text: str
    context: str
    name: str
    is_ours: bool = True
    target: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    shipped: resources.ShippedImage | None = None

    @property
    def bases(self) -> tuple[str, ...]:
        """The images that it starts from, but those that only an argument tells, its own stages and nothing at all."""
        found = FROM.findall(self.text)
        stages = {stage.lower() for _, stage in found} | {"scratch"}
        return tuple(
            dict.fromkeys(base for base, _ in found if base.lower() not in stages and "$" not in base)
        )

    @property
    def volumes(self) -> tuple[str, ...]:
        """The directories that its last stage declares as volumes, as words or as a list of JSON."""
        *_, last = FROM.split(self.text) if FROM.search(self.text) else (self.text,)
        return tuple(
            dict.fromkeys(path for said in VOLUME.findall(last) for path in PLAIN_PATH.findall(said))
        )


def image_of(release: Release) -> str:
    """The name of the image of *release*; raises ``VariableError`` for an app whose name no image can have."""
    if release.app.name.endswith("-"):
        raise VariableError(
            f"app_name: {release.app.name!r} ends with '-', which the name of an image may not"
        )
    return f"{release.app.name}:{release.name}"


def place(release: Release) -> Place:
    """Where an instance finds its things in our image; its socket has the same path inside and outside."""
    return Place("/app", "/app/code", "/app/venv", release.socket)


def recipe_of(host: Host, v: Vars, owned: tuple[str, ...] = ()) -> Recipe:
    """The project's own Dockerfile where it has one, else ours, in which the app's user has the directories *owned*."""
    deployment = deployment_of(host)
    release, project = deployment.release, deployment.project
    own = next(
        (entry for entry in project.source.manifest if v.dockerfile and entry.name == v.dockerfile), None
    )
    if own is not None:
        text = project.source.read(own.digest).decode("utf-8", "replace")
        shipped = _shipped_whole(host, v.dockerfile) if v.build == "controller" else None
        return Recipe(text, release.code, v.dockerfile, is_ours=False, shipped=shipped)
    return _ours(host, v, owned)


def build(host: Host, recipe: Recipe) -> Iterator[Step]:
    """The release's image, built when all that belongs in it lies in the release."""
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    if recipe.shipped:
        yield Step(
            "bring the image of the dependencies" if recipe.is_ours else "bring the image",
            recipe.shipped,
            phase=Phase.PREPARE,
            sensitive=True,
        )
        if not recipe.is_ours:
            return
    if recipe.is_ours:
        yield from _context(host, recipe)
    of_app = deployment.v
    image = resources.DockerImage(
        name=image_of(release),
        context=recipe.context,
        dockerfile=recipe.name,
        app=app.name,
        user=app.user,
        bases=recipe.bases,
        index_url=of_app.index_url,
        extra_index_urls=of_app.extra_index_urls,
        ca_bundle=authorities(app, of_app),
        target=recipe.target,
        arguments=recipe.arguments,
    )
    yield Step("build the image", image, phase=Phase.PREPARE, sensitive=bool(image.arguments))


def _context(host: Host, recipe: Recipe) -> Iterator[Step]:
    """What the build needs beside the release's other files."""
    release = deployment_of(host).release
    files, wheels = _requirements(host), _wheels(host)
    for directory in sorted({REQUIREMENTS, *map(posixpath.dirname, (*files, *wheels))}):
        place = resources.Directory(f"{release.path}/{directory}")
        yield Step(f"make the directory {directory}", place, phase=Phase.PREPARE)
    ours = {"Dockerfile": recipe.text, ".dockerignore": template("dockerignore.j2")}
    for name, text in {**files, **ours}.items():
        yield Step(f"write {name}", resources.File(f"{release.path}/{name}", text), phase=Phase.PREPARE)
    for name, wheel in wheels.items():
        file = resources.File(f"{release.path}/{name}", None, digest=wheel.digest)
        yield Step(f"copy {name}", file, phase=Phase.PREPARE)


def _requirements(host: Host) -> dict[str, str]:
    """The files that the dependencies are installed from, by their places in the context."""
    project = deployment_of(host).project
    wanted = project.requirements
    digests = {wheel.name: wheel.digest for wheel in project.wheels} if wanted.hash_checked else {}
    return {
        f"{REQUIREMENTS}/{name}": at_their_place(text, f"/{WHEELS}", digests)
        for name, text in wanted.files.items()
    }


def _wheels(host: Host) -> dict[str, OwnWheel]:
    """Those that were built here, by their places in the context."""
    return {f"{WHEELS}/{wheel.name}": wheel for wheel in deployment_of(host).project.wheels}


def _ours(host: Host, v: Vars, owned: tuple[str, ...]) -> Recipe:
    """The Dockerfile that is written where there is none: on the image of the dependencies if that is shipped."""
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    dependencies = _dependencies(host, v)
    shipped = _shipped_dependencies(host, dependencies) if v.build == "controller" else None
    text = template(
        "Dockerfile.j2",
        app=app,
        dependencies=f"FROM {shipped.name}" if shipped else dependencies,
        owned=[shlex.quote(path) for path in owned],
        own_programs=deployment.own_programs,
        place=place(release),
    )
    return Recipe(text, release.path, "Dockerfile", shipped=shipped)


def _dependencies(host: Host, v: Vars) -> str:
    of_app, locales = packages_of(host, *OF_IMAGES), deployment_of(host).v.locales
    needs = (*deployment_of(host).system_packages, *of_app, *((LOCALES,) if locales else ()), *v.packages)
    uses_uv = deployment_of(host).v.installer == "uv"
    return template(
        "dependencies.Dockerfile.j2",
        base=_base(host, v),
        place=place(deployment_of(host).release),
        packages=dict.fromkeys(needs),
        locales=[shlex.quote(name) for name in locales],
        build_packages=dict.fromkeys((*of_app, *v.build_packages)),
        installer=[shlex.join(argv) for argv in _uv_itself()] if uses_uv else [],
        install=[shlex.join(argv) for argv in _commands(host)],
    ).strip()


def _shipped_dependencies(host: Host, dockerfile: str) -> resources.ShippedImage:
    """The image of *dockerfile*, named by what it is made from: a change of the code needs no other."""
    release, facts = deployment_of(host).release, deployment_of(host).facts
    files = {"Dockerfile": f"{dockerfile}\n", **_requirements(host)}
    copies = {place: wheel.digest for place, wheel in _wheels(host).items()}
    made_from = json.dumps([files, facts.architecture], sort_keys=True)
    name = f"{release.app.name}:dependencies-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}"
    return resources.ShippedImage(
        name, image_of(release), _local(host, name, files=files, copies=copies).encode()
    )


def _shipped_whole(host: Host, dockerfile: str) -> resources.ShippedImage:
    """The release's image by the project's own *dockerfile*, a path in its source."""
    name = image_of(deployment_of(host).release)
    return resources.ShippedImage(name, recipe=_local(host, name, dockerfile=dockerfile).encode())


def _local(host: Host, name: str, **context: Any) -> LocalImage:
    deployment = deployment_of(host)
    app, facts = deployment.app, deployment.facts
    platform = PLATFORMS.get(facts.architecture)
    if platform is None:
        raise VariableError(
            f"{host.name}: docker_build: no image can be built here for {facts.architecture}; leave it out"
        )
    of_app = deployment.v
    trusted = read_authorities(of_app.ca_bundle) if of_app.ca_bundle else ""
    indexes = {"index_url": of_app.index_url, "extra_index_urls": of_app.extra_index_urls}
    return LocalImage(name, app.name, platform, **indexes, authorities=trusted, **context)


def _base(host: Host, v: Vars) -> str:
    """The image that has Python; by default Debian's small one with the version that the app wants."""
    if v.base_image:
        return v.base_image
    deployment = deployment_of(host)
    python = deployment.v.python
    usual = (
        "" if host.says("app_python") else version_for(deployment.facts.python, deployment.project.pythons)
    )
    wanted = VERSION.fullmatch(usual or (_minor(deployment.facts.python) if python == "python3" else python))
    if wanted is None:
        raise VariableError(
            f"{host.name}: app_python: {python!r} names no version such as 3.12; "
            "set docker_base_image to an image that has it"
        )
    return f"python:{wanted[1]}-slim-bookworm"


def _minor(version: str) -> str:
    return version.rpartition(".")[0]


def _uv_itself() -> Iterator[list[str]]:
    yield ["python3", "-m", "venv", INSTALLER]
    yield [
        f"{INSTALLER}/bin/pip",
        "install",
        "--no-input",
        "--progress-bar",
        "off",
        f"uv=={uv_wheels.VERSION}",
    ]


def _commands(host: Host) -> Iterator[list[str]]:
    """What fills the virtual environment of the image, as it is filled on a host without containers."""
    deployment = deployment_of(host)
    release, project = deployment.release, deployment.project
    wanted = project.requirements
    uses_uv = deployment.v.installer == "uv"
    if wanted.kind == "uv" and not uses_uv:
        raise VariableError(f"{host.name}: installer: pip cannot read {wanted.found}; set installer to uv")
    if deployment.v.wheelhouse:
        raise VariableError(
            f"{host.name}: wheelhouse: an image is built from a package index; leave it out, and where only this "
            "machine reaches one, set docker_build=controller"
        )
    installation = Installation(
        place=place(release).venv,
        work=f"/{REQUIREMENTS}",
        python="python3",
        files=tuple(sorted(wanted.files, key=lambda name: name != wanted.install)),
        form="uv" if wanted.kind == "uv" else "requirements",
        extra=besides_the_app(host),
        hash_checked=wanted.hash_checked,
        wheelhouse="",
        index_url=deployment.v.index_url,
        extra_index_urls=deployment.v.extra_index_urls,
        authorities="",
        cache="",
    )
    return uv_commands(f"{INSTALLER}/bin/uv", installation) if uses_uv else pip_commands(installation)
