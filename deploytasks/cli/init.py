"""The first files of a project that is to be deployed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deploytasks.agent.conversation.visible import visible
from deploytasks.cli.app_name import app_name
from deploytasks.cli.pipeline import refuse_unknown, write_pipeline
from deploytasks.cli.seen import Seen
from deploytasks.errors import ConfigError, SourceError
from deploytasks.here import expanded
from deploytasks.here.permissions import who_else_may_use
from deploytasks.source import detect_callable
from deploytasks.source.app.places import Place, places
from deploytasks.source.ignore import DEPLOYIGNORE as DEPLOYIGNORE_FILE
from deploytasks.source.listing import travelling

TASKS = '''"""inv deploy, inv rollback, inv logs --tail: see inv --list."""

from deploytasks.tasks import ns

__all__ = ["ns"]
'''

INVENTORY = """\
# Where {name} goes; Ansible's INI format. Try it: inv target.up --name target
[web]
prod1 ansible_host=prod1.example.org ansible_user=deploy

[all:vars]
app_name={name}
app_source={source}
{app}
{requirements}
nginx_server_name=_
"""


DEPLOYIGNORE = """\
# What stays at home besides what .gitignore names, written in the same way (gitignore(5)).
/tasks.py
/inventory.ini
/group_vars/
/host_vars/
/.cache/
/.github/
/.gitlab-ci.yml
*.pyz
.env
.env.*
!.env.example
!.env.sample
!.env.template
"""
FIRST = ("tasks.py", "inventory.ini")
PRIVATE = 0o600


def write_files(source: str, pipeline: str = "", *, server: bool = False, from_ansible: str = "") -> None:
    """The first files for the app in *source*, and for a service that runs a *pipeline* its file.

    With *from_ansible* they are made of what an Ansible project deploys.

    With a pipeline they may be here already. For a *server* they are about no app. Raises ``ConfigError`` as
    `write_first_files`, `write_pipeline` and `write_server_files` do.
    """
    if from_ansible:
        _write_from_ansible(source, pipeline, from_ansible, server=server)
        return
    if server:
        _write_server_files(source, pipeline)
        return
    if not pipeline:
        write_first_files(source)
        return
    refuse_unknown(pipeline)
    if not all(Path(name).exists() for name in FIRST):
        write_first_files(source)
    for line in write_pipeline(pipeline):
        print(visible(line))


def _write_from_ansible(source: str, pipeline: str, directory: str, *, server: bool) -> None:
    if source != "." or pipeline or server:
        raise ConfigError(
            "--from-ansible stands alone: run it in the app's directory, without --source, --pipeline and --server"
        )
    from deploytasks.cli.ansible_project.project import write_from_ansible

    for line in write_from_ansible(directory):
        print(visible(line))


def _write_server_files(source: str, pipeline: str) -> None:
    if source != "." or pipeline:
        raise ConfigError(
            "--server is about no app: leave --source and --pipeline out, and run inv init again for one"
        )
    from deploytasks.cli.bare_server import write_server_files
    from deploytasks.here import who_sits_here

    for line in write_server_files(app_name(who_sits_here())):
        print(visible(line))


def write_first_files(source: str) -> None:
    """Write ``tasks.py`` and ``inventory.ini`` here for the app in *source*; files that exist are left alone.

    A ``.deployignore`` in *source* keeps them, and the secrets in them, from the hosts. What was not found stands in
    the inventory as a comment with what to write. Raises ``SourceError`` for a directory that cannot be one of an app.
    """
    root = expanded(source).resolve()
    if not root.is_dir():
        raise SourceError(f"{source}: no such directory; name that of the app")
    name = app_name(root.name)
    found = _places_below(root)
    if len(found) == 1 and found[0].source != ".":
        source, root = str(Path(source, found[0].source)), root / found[0].source
    kept_back = _write(root / DEPLOYIGNORE_FILE, DEPLOYIGNORE)
    seen = Seen.of(source, found)
    inventory = INVENTORY.format(
        name=name, source=source, app=seen.app_lines, requirements=seen.requirement_lines
    )
    text = "\n".join([inventory, *(f"{proposal}\n" for proposal in seen.proposals)])
    outcomes = [_write(Path("tasks.py"), TASKS), _write(Path("inventory.ini"), text), kept_back]
    if not any(outcome.startswith("wrote") for outcome in outcomes):
        raise SourceError("tasks.py and inventory.ini are here already; nothing was written")
    for line in (*outcomes, *seen.told, *_closed(root / ".env"), seen.next):
        print(visible(line))


def _places_below(root: Path) -> tuple[Place, ...]:
    """Where apps are in a repository whose root has none."""
    try:
        detect_callable(root)
    except SourceError:
        return places(root, travelling(root))
    return ()


def _closed(env: Path) -> Iterator[str]:
    """Nobody else may read *env*, if that is there."""
    if env.is_file() and env.stat().st_mode & ~PRIVATE & 0o777:
        env.chmod(PRIVATE)
        others = who_else_may_use(env)
        yield f"{env.name} {others}" if others else f"{env.name} is for you alone now (0600): it has secrets"


def _write(path: Path, text: str) -> str:
    """What became of *path*, which is left alone when it is there."""
    if path.exists():
        return f"{path.name} is here already; left as it is"
    path.write_text(text, encoding="utf-8")
    return f"wrote {path.name}"
