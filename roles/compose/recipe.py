"""What a service's image is made from."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.planning.deployment import deployment_of
from deploytasks.roles.app import environment_of as env_of_app
from deploytasks.roles.app.settings import ENV_NAME
from deploytasks.roles.compose.file import text_at
from deploytasks.roles.compose.values import pairs, text
from deploytasks.roles.docker.client import require_not_the_clients
from deploytasks.roles.docker.image import Recipe

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.roles.compose.file import ComposeFile, Definition

OF_BUILD = frozenset({"context", "dockerfile", "args", "target"})
IMAGE = regex(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")


def recipe_of_build(host: Host, file: ComposeFile, definition: Definition) -> Recipe:
    """The Dockerfile that a service's ``build`` names, in the source; raises ``ValueError``."""
    deployment = deployment_of(host)
    release, project = deployment.release, deployment.project
    build = (
        definition["build"] if isinstance(definition["build"], Mapping) else {"context": definition["build"]}
    )
    for key in set(build) - OF_BUILD:
        raise ValueError(f"build: {key} is not understood here; expected {', '.join(sorted(OF_BUILD))}")
    context = file.path(text(build.get("context", ".")))
    path = posixpath.normpath(posixpath.join(context, text(build.get("dockerfile", "Dockerfile"))))
    content = text_at(project, path)
    if content is None:
        raise ValueError(
            f"build: there is no {path} in the app's source; without build one is written for web"
        )
    given = env_of_app(deployment.v)
    arguments = {
        name: given.get(name) if value is None else value for name, value in pairs(build.get("args")).items()
    }
    for name in arguments:
        if not ENV_NAME.fullmatch(name):
            raise ValueError(f"build: args: {name!r} is no name of an argument")
    require_not_the_clients(arguments)
    return Recipe(
        content,
        posixpath.normpath(f"{release.code}/{context}"),
        posixpath.relpath(path, context or "."),
        is_ours=False,
        target=text(build.get("target", "")),
        arguments=tuple((name, value) for name, value in arguments.items() if value is not None),
    )


def image_name(definition: Definition) -> str:
    """The image that a service is given; raises ``ValueError`` for a text that names none."""
    name = text(definition["image"])
    if not IMAGE.fullmatch(name):
        raise ValueError(f"image: {name!r} is no name of an image")
    return name
