"""The directories of static files that a web server can serve in place of the app."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from deploytasks.source.app.app_check import kind_of_ref
from deploytasks.source.app.django import find_django
from deploytasks.source.code.modules import ROOTS, Modules
from deploytasks.source.code.syntax import literal_of

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.source.app.django import DjangoProject
    from deploytasks.source.app.framework import Kind
    from deploytasks.source.code.app_ref import AppRef


def detect_static(directory: Path, ref: AppRef) -> dict[str, str]:
    """Directories, relative to the source, by URL prefix (``/static``): those of *ref*'s Flask or Django app.

    Flask's must be there; Django's is named by its settings and may be filled by ``collectstatic`` later.
    """
    modules = _modules(directory, ref)
    kind = kind_of_ref(modules, ref)
    if kind and kind.framework == "flask":
        return _of_flask(modules, kind)
    return _of_django(modules) if ref.framework == "django" else {}


def collected_static(directory: Path, ref: AppRef) -> str:
    """The directory, relative to the source, that Django's ``collectstatic`` fills; empty when there is none."""
    project = find_django(_modules(directory, ref)) if ref.framework == "django" else None
    return project.path("STATIC_ROOT") if project else ""


def manage_py(directory: Path, ref: AppRef) -> str:
    """Where the ``manage.py`` of the Django app *ref* is, relative to the source."""
    project = find_django(_modules(directory, ref))
    return posixpath.normpath(posixpath.join(project.directory if project else ".", "manage.py"))


def _modules(directory: Path, ref: AppRef) -> Modules:
    return Modules(directory, tuple(dict.fromkeys((ref.directory, *ROOTS))))


def _of_flask(modules: Modules, kind: Kind) -> dict[str, str]:
    given = {keyword.arg: keyword.value for keyword in kind.call.keywords} if kind.call else {}
    try:
        folder = literal_of(given["static_folder"]) if "static_folder" in given else "static"
        url = literal_of(given["static_url_path"]) if "static_url_path" in given else None
    except ValueError:
        return {}
    if not isinstance(folder, str):
        return {}
    # Flask takes the folder's own name for the prefix.
    prefix = "/" + (url if isinstance(url, str) else posixpath.basename(folder.rstrip("/"))).strip("/")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(kind.module.path), folder))
    inside = not path.startswith(("/", "..")) and (modules.root / path).is_dir()
    return {prefix: path} if inside and prefix != "/" else {}


def _of_django(modules: Modules) -> dict[str, str]:
    project = find_django(modules)
    if project is None:
        return {}
    static = _served(project, "STATIC_ROOT", project.text("STATIC_URL", "static/"))
    return static | _served(project, "MEDIA_ROOT", project.text("MEDIA_URL"))


def _served(project: DjangoProject, root: str, url: str) -> dict[str, str]:
    """The directory that the setting *root* names under *url*, when both are of this site."""
    path, prefix = project.path(root), "/" + url.strip("/")
    return {prefix: path} if path and "//" not in url and prefix != "/" else {}
