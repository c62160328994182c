"""What tasks do, by their modules: variables of ours, what ``inv deploy`` does itself, and what is left to a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from deploytasks.agent.regex import regex
from deploytasks.cli.ansible_project.finding import Done, Finding, Found, Remark
from deploytasks.cli.ansible_project.meaning import Meaning, Unclear, path_of
from deploytasks.cli.ansible_project.playbook import Task
from deploytasks.cli.ansible_project.services import Placed, concealed
from deploytasks.cli.ansible_project.site import below_project
from deploytasks.errors import InventoryError
from deploytasks.inventory.documents.text_file import read_text

BROUGHT = regex(
    r"nginx.*|apache2?|supervisor|python[0-9.]*|python[0-9.]*-(?:dev|pip|venv|virtualenv|setuptools|software-properties|"
    r"distutils|apt|minimal|full)|pip|virtualenv|virtualenvwrapper|git|ufw|certbot|python3?-certbot.*|gunicorn\d?|uwsgi.*|"
    r"acl|sudo|curl|wget|rsync|htop|tree|vim|unzip|software-properties-common|apt-transport-https|ca-certificates|"
    r"openssh.*|ntp|tzdata|locales|fail2ban|unattended-upgrades"
)
"""Packages that roles of ours bring, or that no app needs."""
SERVICES = regex(r"(?:postgres|mysql|mariadb|redis|rabbitmq|memcached|mongo|elasticsearch).*")
OF_SERVICES = "what is there stays, and its address belongs in app_env; app_services brings postgres, redis"
SERVERS = regex(r"gunicorn|uwsgi|waitress|uvicorn|hypercorn|pip|setuptools|wheel|virtualenv")
PYTHON = regex(r"(?:.*/)?python(3\.\d+)")
RELEASE = regex(
    r".*?\b((?:python3? )?(?:\./)?manage\.py migrate|flask db upgrade|alembic upgrade \S+)\b.*", re.DOTALL
)
NEEDLESS = "not needed"
OURSELVES = {
    "file": "directories, their owners and permissions",
    "user": "the app's user",
    "group": "the app's user",
    "service": "processes are started and switched",
    "systemd": "processes are started and switched",
    "systemd_service": "processes are started and switched",
    "supervisorctl": "processes are started and switched (systemd)",
    "stat": NEEDLESS, "debug": NEEDLESS, "setup": NEEDLESS, "assert": NEEDLESS, "meta": NEEDLESS, "ping": NEEDLESS,
    "wait_for": "the health check",
    "uri": "the health check", "get_url": NEEDLESS,
    "unarchive": "the source is sent", "synchronize": "the source is sent",
    "pause": NEEDLESS, "fail": NEEDLESS, "gather_facts": NEEDLESS,
}  # fmt: skip
ROLES = {
    "nginx": "the role nginx", "certbot": 'nginx_tls="acme"', "ufw": "the role ufw",
    "postgres": 'app_services=["postgres"]',
    "redis": 'app_services=["redis"]', "supervisor": "the role systemd",
    "git": "app_source", "pip": "uv or pip",
    "python": "app_python", "gunicorn": "the role gunicorn", "ansistrano": "releases", "docker": 'app_runtime="docker"',
}  # fmt: skip
PLACED = frozenset({"template", "copy"})


class Reading:
    """The tasks of a play for one host, and what was put where on it."""

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning
        self.placed: dict[str, Placed] = {}
        self.projects: list[str] = []
        self.repository = ""

    def of_task(self, task: Task) -> Found:
        """What *task* becomes."""
        if task.environment:
            yield from self._of_environment(task.environment, task)
        read: Callable[[Task], Found] | None = getattr(self, f"_{task.module}", None)
        try:
            if read and task.module in READ:
                yield from read(task)
            elif task.module in OURSELVES:
                yield Done(f"{task.name}: {OURSELVES[task.module]}", task.where)
            else:
                yield Remark(f"{task.name} ({task.module})", task.where)
        except Unclear as unclear:
            yield Remark(f"{task.name} ({task.module}): {unclear}", task.where)

    def of_environment(self, environment: Any, where: str) -> Found:
        """What the ``environment`` of a play becomes."""
        from pathlib import Path

        yield from self._of_environment(environment, Task("environment", "", where, Path()))

    def _of_environment(self, environment: Any, task: Task) -> Found:
        written = environment if isinstance(environment, dict) else None
        try:
            pairs = self._meaning.of(environment, task)
        except Unclear as unclear:
            yield Remark(f"environment: {unclear}", task.where)
            return
        for name, value in pairs.items() if isinstance(pairs, dict) else ():
            text = written[name] if written else value
            kept = text if self._meaning.is_the_inventorys(text) and "{{" in str(text) else None
            yield Finding("app_env", {name: kept or concealed(name, str(value))}, task.where)

    def _of(self, task: Task, *names: str) -> str:
        """The first of the arguments *names* of *task*, as a text."""
        found = next((task.arguments[name] for name in names if name in task.arguments), "")
        return str(self._meaning.of(found, task)) if found else ""

    def _git(self, task: Task) -> Found:
        repository, version = self._of(task, "repo"), self._of(task, "version")
        self.projects.append(self._of(task, "dest"))
        self.repository = self.repository or repository
        shown = re.sub(r"//[^/@]*@", "//", repository)
        yield Done(
            f"{shown} {version}: what is deployed is app_source, a directory here".replace("  ", " "),
            task.where,
        )

    def _pip(self, task: Task) -> Found:
        requirements = self._of(task, "requirements")
        if requirements:
            below = below_project(requirements, tuple(self.projects))
            yield Finding("app_requirements", below or PurePosixPath(requirements).name, task.where)
        yield from self._python(self._of(task, "virtualenv_python"), task)
        names = self._names(task)
        others = [name for name in names if not SERVERS.match(name)]
        if others:
            yield Remark(f"pip installs {', '.join(others)}: write it into the requirements", task.where)

    def _python(self, named: str, task: Task) -> Found:
        version = PYTHON.fullmatch(named)
        if version:
            yield Finding("app_python", version[1], task.where)

    def _apt(self, task: Task) -> Found:
        names = [name.partition("=")[0] for name in self._names(task)]
        servers = [name for name in names if SERVICES.fullmatch(name)]
        wanted = [name for name in names if not BROUGHT.fullmatch(name) and name not in servers]
        if servers:
            yield Remark(f"{', '.join(servers)}: {OF_SERVICES}", task.where)
        if wanted:
            yield Finding("app_packages", wanted, task.where)
        elif names:
            yield Done(f"{', '.join(names)}: roles bring what they need", task.where)

    _package = _yum = _dnf = _apt

    def _names(self, task: Task) -> list[str]:
        """The packages that *task* names, of a loop all; those that are not known are left out."""
        given: Any = next(
            (task.arguments[name] for name in ("name", "pkg", "package") if name in task.arguments), []
        )
        turns = self._meaning.of(task.items, task) if task.items else [None]
        found: list[str] = []
        for item in turns if isinstance(turns, list) else [turns]:
            for each in given if isinstance(given, list) else [given]:
                try:
                    value = self._meaning.of(each, task, item=item)
                except Unclear:
                    continue
                found += value if isinstance(value, list) else str(value).split(",")
        return [str(name).strip() for name in found if str(name).strip()]

    def _template(self, task: Task) -> Found:
        source, target = self._of(task, "src"), self._of(task, "dest", "path")
        text = str(task.arguments.get("content") or "")
        path = (
            path_of(task, source, "templates" if task.module == "template" else "files") if source else None
        )
        if path is not None:
            text = read_text(str(path)) if path.is_file() else ""
        elif source and not text:
            yield Remark(f"{task.name}: {source} was not found", task.where)
            return
        self.placed[target] = Placed(target, self._meaning.text(text, task), task.where)

    def _copy(self, task: Task) -> Found:
        try:
            yield from self._template(task)
        except InventoryError:
            yield Remark(f"{task.name}: a file that is no text is put on the host", task.where)

    def _ufw(self, task: Task) -> Found:
        port, rule = self._of(task, "port", "to_port"), self._of(task, "rule")
        if rule == "allow" and port.isdecimal():
            yield Finding("ufw_allow", [int(port)], task.where)
        else:
            yield Done(f"{task.name}: the role ufw lets in SSH and the site", task.where)

    def _django_manage(self, task: Task) -> Found:
        command = self._of(task, "command")
        if command.split()[:1] == ["migrate"]:
            yield Finding("app_processes", {"release": "python manage.py migrate --noinput"}, task.where)
        elif command.split()[:1] == ["collectstatic"]:
            yield Done("collectstatic is run for each release", task.where)
        else:
            yield Remark(f"{task.name}: manage.py {command}", task.where)

    def _command(self, task: Task) -> Found:
        line = str(self._meaning.of(task.free, task)) if task.free else ""
        release = RELEASE.fullmatch(line)
        virtualenv = re.search(r"virtualenv\b.*-p\s+(\S+)|(\S+) -m venv", line)
        if release:
            yield Finding("app_processes", {"release": " ".join(release[1].split())}, task.where)
        elif virtualenv:
            yield from self._python(virtualenv[1] or virtualenv[2], task)
            yield Done(f"{task.name}: the environment is made for each set of requirements", task.where)
        else:
            yield Remark(f"{task.name} runs {' '.join(line.split())[:100]!r}", task.where)

    _shell = _command

    def _cron(self, task: Task) -> Found:
        when = " ".join(
            self._of(task, field) or "*" for field in ("minute", "hour", "day", "month", "weekday")
        )
        advice = 'app_processes["NAME"]={"command": …, "schedule": …}, see docs/processes.md'
        yield Remark(f"{task.name}: {self._of(task, 'job')!r} at {when}: {advice}", task.where)

    def _role(self, task: Task) -> Found:
        known = next((ROLES[part] for part in ROLES if part in task.name.lower()), None)
        if known:
            yield Done(f"role {task.name}: {known}", task.where)
        else:
            yield Remark(f"role {task.name} is not in this directory", task.where)


READ = frozenset(
    ("git", "pip", "apt", "package", "yum", "dnf", "template", "copy", "ufw", "django_manage", "command", "shell",
     "cron", "role")
)  # fmt: skip


def sites(placed: dict[str, Placed]) -> Iterator[Placed]:
    """Those of the files *placed* that are sites of nginx."""
    return (one for one in placed.values() if "/nginx/" in one.path and "server" in one.text)
