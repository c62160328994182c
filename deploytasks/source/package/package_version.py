"""The version of a package, where its files say it as a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.regex import regex
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from deploytasks.source.code.modules import Modules

SAYS_VERSION = regex(
    r"^(?:__version__|version|VERSION)\s*(?::\s*str\s*)?=\s*['\"]v?([^'\"]+)['\"]", re.MULTILINE
)
COMPUTED = "poetry-dynamic-versioning"


def package_version(modules: Modules, content: Mapping[str, Any]) -> str:
    """What *content*, of a pyproject.toml, or the module that it names says; empty where it is computed."""
    project, tool = content.get("project", {}), content.get("tool", {})
    said = project.get("version") or tool.get("poetry", {}).get("version")
    if COMPUTED in tool:
        return ""
    if "version" not in project.get("dynamic", ()):
        return str(said or "")
    return _of_setuptools(modules, tool) or _of_file(modules.root, tool) or _of_flit(modules, content)


def _of_setuptools(modules: Modules, tool: Mapping[str, Any]) -> str:
    said = tool.get("setuptools", {}).get("dynamic", {}).get("version", {})
    attribute = said.get("attr") if isinstance(said, dict) else None
    return _text_of(modules, attribute) if isinstance(attribute, str) else ""


def _of_file(root: Path, tool: Mapping[str, Any]) -> str:
    """As Hatch and PDM name it."""
    named = [tool.get(name, {}).get("version", {}).get("path") for name in ("hatch", "pdm")]
    paths = [root / path for path in named if isinstance(path, str)]
    found = next((SAYS_VERSION.search(text_in(path, "replace")) for path in paths if path.is_file()), None)
    return found[1] if found else ""


def _of_flit(modules: Modules, content: Mapping[str, Any]) -> str:
    """It takes the module's own."""
    if "flit" not in content.get("build-system", {}).get("build-backend", ""):
        return ""
    module = (
        content.get("tool", {}).get("flit", {}).get("module", {}).get("name") or content["project"]["name"]
    )
    return _text_of(modules, f"{module.replace('-', '_')}.__version__")


def _text_of(modules: Modules, name: str) -> str:
    found = modules.lookup(modules.trace(name))
    return str(found[1].value) if found and isinstance(found[1], ast.Constant) else ""
