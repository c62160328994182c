"""The environment that a service's ``environment`` and ``env_file`` give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.planning.env_file import parsed_env
from deploytasks.roles.app.settings import ENV_NAME
from deploytasks.roles.compose.file import text_at
from deploytasks.roles.compose.interpolation import Text, for_shell, resolved_in_part
from deploytasks.roles.compose.values import items, pairs, text
from deploytasks.roles.docker.client import require_not_the_clients

if TYPE_CHECKING:
    from deploytasks.planning.project import Project
    from deploytasks.roles.compose.file import ComposeFile, Definition


def environment_of(
    file: ComposeFile, definition: Definition, project: Project, known: Mapping[str, str]
) -> dict[str, Text]:
    """Each variable with its value, in which those variables are left that only the host may have.

    *known* is what the inventory says: it stands for a file of secrets that did not travel, and for a name without a
    value. Raises ``ValueError`` for a file that is not in the source.
    """
    found: dict[str, Text] = {}
    for path, is_required in _files(definition.get("env_file")):
        found |= _in_file(file, project, path, known, is_required=is_required)
    for name, value in pairs(definition.get("environment")).items():
        if not ENV_NAME.fullmatch(name):
            raise ValueError(f"environment: {name!r} is no name of a variable")
        found[name] = (
            resolved_in_part(value, known) if value is not None else resolved_in_part(f"${{{name}}}", known)
        )
    return found


def settings(environment: Mapping[str, Text]) -> str:
    """A shell's text that sets the variables and hands them to the container; raises ``ValueError``.

    All values are made before any variable is set: none sees another of the same list.
    """
    require_not_the_clients(environment)
    numbered = list(enumerate(sorted(environment), 1))
    values = (f"deploytasks_{number}={for_shell(environment[name])}\n" for number, name in numbered)
    exports = (
        f'export {name}="$deploytasks_{number}"\nset -- --env {name} "$@"\n' for number, name in numbered
    )
    return "".join((*values, *exports))


def _files(value: Any) -> Iterator[tuple[str, bool]]:
    for item in items(value):
        if isinstance(item, Mapping):
            yield text(item.get("path", "")), item.get("required") is not False
        else:
            yield text(item), True


def _in_file(
    file: ComposeFile, project: Project, path: str, known: Mapping[str, str], *, is_required: bool
) -> dict[str, Text]:
    content = text_at(project, file.path(path))
    if content is not None:
        return {name: (value,) for name, value in parsed_env(file.path(path), content).items()}
    if known:
        return {name: (value,) for name, value in known.items()}
    if is_required:
        raise ValueError(
            f"env_file: {path} is not in the app's source; name it with app_env_file, or use app_env"
        )
    return {}
