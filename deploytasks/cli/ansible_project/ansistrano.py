"""The variables of the role ansistrano.deploy, which has the releases of Capistrano (its README, "Role Variables")."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deploytasks.cli.ansible_project.finding import Done, Finding, Found, Remark
from deploytasks.cli.ansible_project.meaning import Meaning, Unclear
from deploytasks.here.paths import seen_from

PREFIX = "ansistrano_"
SECRET_FILES = (".env",)
INSTEAD = {
    "deploy_to": "releases lie in app_root, /srv/NAME; what lies there stays until you remove it",
    "deploy_via": "what git knows, or the directory has, is sent over SSH; unchanged files are not",
    "git_repo": "what is deployed is app_source, a directory here: clone it there",
    "git_branch": "what is deployed is what is checked out in app_source",
}
NOTHING = {"version_dir", "current_dir", "current_via", "allow_anonymous_stats", "shared_rsync_command"}
HOOKS = "say what it does with app_build, a release command (app_processes) or collection(after=…)"


def of_ansistrano(meaning: Meaning) -> Found:
    """What the variables that begin with ``ansistrano_`` become."""
    shared: list[str] = []
    for name in meaning.names(PREFIX):
        where, what = meaning.where(name), name.removeprefix(PREFIX)
        try:
            value = meaning.of(f"{{{{ {name} }}}}")
        except Unclear as unclear:
            yield Remark(f"{name}: {unclear}", where)
            continue
        if what in {"shared_paths", "shared_files"} and isinstance(value, list):
            shared += [
                _shared(str(path), is_file=what == "shared_files")
                for path in value
                if path not in SECRET_FILES
            ]
            if any(path in SECRET_FILES for path in value):
                yield Remark('.env is shared: app_env_file=".env", a file of yours here, 0600', where)
        else:
            yield from _of(what, value, where)
    if shared:
        yield Finding("app_shared", shared, meaning.where(_first(meaning)))


def _of(what: str, value: Any, where: str) -> Found:
    if what == "keep_releases":
        yield _kept(value, where)
    elif what == "deploy_from":
        yield Finding("app_source", _relative(str(value)), where)
    elif what in INSTEAD:
        yield Done(f"{PREFIX}{what}={value}: {INSTEAD[what]}", where)
    elif what.endswith("_tasks_file"):
        yield Remark(f"{PREFIX}{what} runs {value}: {HOOKS}", where)
    elif what not in NOTHING:
        yield Remark(f"{PREFIX}{what} means nothing here", where)


def _kept(value: Any, where: str) -> Finding | Remark:
    if isinstance(value, int) and value >= 1:
        return Finding("app_keep_releases", value, where)
    return Remark("all releases were kept; here it is a number, app_keep_releases (5)", where)


def _shared(path: str, *, is_file: bool) -> str:
    return path if is_file else f"{path.rstrip('/')}/"


def _relative(path: str) -> str:
    """*path* seen from here."""
    return seen_from(path, ".") if Path(path).is_absolute() else path


def _first(meaning: Meaning) -> str:
    return next(name for name in meaning.names(f"{PREFIX}shared_"))
