"""The first files of a project that is to be deployed."""

from __future__ import annotations

import re
from pathlib import Path

from deploytasks.errors import SourceError
from deploytasks.planning.project import Project

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
# {callable} was found in {found}; what gets installed, in {requirements}
app_callable={callable}
nginx_server_name=_
"""


DEPLOYIGNORE = """\
# What stays at home besides what .gitignore names, written in the same way (gitignore(5)).
/tasks.py
/inventory.ini
/group_vars/
/host_vars/
/.cache/
*.pyz
"""


def write_first_files(source: str) -> None:
    """Write ``tasks.py`` and ``inventory.ini`` here for the app in *source*; files that exist are left alone.

    When that is here, too, a ``.deployignore`` keeps them, and the secrets in them, from the hosts.

    Raises ``SourceError`` when no app is found there.
    """
    project = Project.read(source, None, None)
    name = app_name(project.source.directory.name)
    inventory = INVENTORY.format(
        name=name,
        source=source,
        callable=project.callable,
        found=project.callable.found,
        requirements=project.requirements.found,
    )
    written = [_write(Path("tasks.py"), TASKS), _write(Path("inventory.ini"), inventory)]
    if project.source.directory == Path.cwd():
        written.append(_write(Path(".deployignore"), DEPLOYIGNORE))
    if not any(written):
        raise SourceError("tasks.py and inventory.ini are here already; nothing was written")
    print(f"found {project.callable} ({project.callable.framework}) in {project.callable.found}")
    print("next: put your host into inventory.ini, then: inv check")


def app_name(directory: str) -> str:
    """A name for the app in a directory of that name."""
    name = re.sub(r"[^a-z0-9]+", "-", directory.lower()).strip("-")[:31].strip("-")
    return name if re.match(r"[a-z]", name) else f"app-{name}".strip("-")


def _write(path: Path, text: str) -> bool:
    if path.exists():
        print(f"{path} is here already; left as it is")
        return False
    path.write_text(text, encoding="utf-8")
    print(f"wrote {path}")
    return True
