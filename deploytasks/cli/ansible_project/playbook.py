"""Plays and their tasks, those of roles and of other files included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from deploytasks.agent.regex import regex
from deploytasks.errors import InventoryError
from deploytasks.inventory.documents.branch import Branch
from deploytasks.inventory.documents.opened import opened_file
from deploytasks.inventory.documents.yaml_document import yaml_document
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.vault import Vault

KEYWORDS = frozenset(
    """action any_errors_fatal args async become become_exe become_flags become_method become_user block always rescue
    changed_when check_mode collections connection debugger delay delegate_facts delegate_to diff environment
    failed_when ignore_errors ignore_unreachable listen loop loop_control module_defaults name no_log notify poll
    port register remote_user retries run_once tags throttle timeout until vars when local_action""".split()  # noqa: SIM905
)
"""Words of a task that are no module (ansible-core, ``playbook/task.py``)."""
TASK_FILES = ("import_tasks", "include_tasks", "include")
ROLES = ("import_role", "include_role")
PAIR = regex(r"""(\w+)=((?:"[^"]*"|'[^']*'|\{\{.*?\}\}|\S)*)""")
DEEPEST = 20
"""How many files may lead from one to the next."""
Settings = Mapping[str, Setting]


@dataclass(frozen=True)
class Task:
    """The task *name* at *where*: *module* with *arguments*, and what stands *free* behind it."""

    name: str
    module: str
    where: str
    directory: Path
    arguments: Mapping[str, Any] = field(default_factory=dict)
    free: str = ""
    items: Any = None
    environment: Any = None
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True)
class Play:
    """The *tasks* for the hosts of *pattern*; *under* and *over* are variables that are so to the inventory's."""

    name: str
    pattern: str
    where: str
    directory: Path
    tasks: tuple[Task, ...]
    under: Settings
    over: Settings
    environment: Any = None


def plays_of(path: Path, vault: Vault, roles: tuple[Path, ...] = (), depth: int = 0) -> Iterator[Play]:
    """The plays in *path* and in those that it imports; raises `InventoryError` for what is no playbook."""
    with _told_of(path):
        yield from _plays(path, vault, roles, depth)


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """What is refused in the block is told with its line in *path*."""
    try:
        yield
    except Refused as refused:
        raise InventoryError(f"{path}:{refused.line or 1}: {refused}") from refused


def _plays(path: Path, vault: Vault, roles: tuple[Path, ...], depth: int) -> Iterator[Play]:
    for branch in _items(path, vault):
        said = dict(branch.pairs())
        imported = next((said[key] for key in said if _last(key) == "import_playbook"), None)
        if imported is not None and depth < DEEPEST:
            name = str(imported.value()).split()[0]
            if (path.parent / name).is_file():
                yield from plays_of(path.parent / name, vault, roles, depth + 1)
        elif "hosts" in said:
            yield _PlayReader(path, vault, (path.parent / "roles", *roles)).read(branch, said)


def is_playbook(path: Path, vault: Vault) -> bool:
    """Whether *path* is a list of plays."""
    try:
        branches = list(_items(path, vault))
    except InventoryError:
        return False
    keys = [[_last(key) for key, _ in branch.pairs()] for branch in branches]
    return bool(keys) and all("hosts" in each or "import_playbook" in each for each in keys)


class _PlayReader:
    def __init__(self, path: Path, vault: Vault, roles: tuple[Path, ...]) -> None:
        self._path = path
        self._vault = vault
        self._roles = roles
        self._under: dict[str, Setting] = {}
        self._over: dict[str, Setting] = {}

    def read(self, branch: Branch, said: Mapping[str, Branch]) -> Play:
        value = {key: said[key].value() for key in ("name", "hosts", "environment") if key in said}
        self._take(self._over, said.get("vars"), self._path)
        for named in _listed(said["vars_files"].value() if "vars_files" in said else []):
            self._take_file(self._over, self._path.parent / str(named))
        tasks = [
            task
            for key in ("pre_tasks", "roles", "tasks", "post_tasks")
            if key in said
            for task in (
                self._of_roles(said[key]) if key == "roles" else self._of_tasks(said[key], self._path, 0)
            )
        ]
        hosts = value["hosts"]
        pattern = ",".join(map(str, hosts)) if isinstance(hosts, list) else str(hosts)
        name = str(value.get("name") or pattern)
        where = f"{self._path}:{branch.line}"
        parent = self._path.parent
        return Play(
            name, pattern, where, parent, tuple(tasks), self._under, self._over, value.get("environment")
        )

    def _of_roles(self, roles: Branch) -> Iterator[Task]:
        for branch in roles.items():
            said = branch.value()
            mapping = said if isinstance(said, dict) else {"role": said}
            name = str(mapping.get("role") or mapping.get("name"))
            own = {key: value for key, value in mapping.items() if key not in {*KEYWORDS, "role", "name"}}
            own.update(_mapping(mapping.get("vars")))
            at = f"{self._path}:{branch.line}"
            yield from self._of_role(name, at, 0, self._settings(own, self._path, branch.line))

    def _of_role(self, name: str, where: str, depth: int, own: Settings) -> Iterator[Task]:
        place = next((root / name for root in self._roles if (root / name).is_dir()), None)
        self._over.update(own)
        if place is None:
            yield Task(name, "role", where, self._path.parent, {"name": name})
            return
        self._take_main(self._under, place / "defaults")
        self._take_main(self._over, place / "vars")
        for main in ("main.yml", "main.yaml"):
            if (place / "tasks" / main).is_file():
                yield from self._of_file(place / "tasks" / main, depth + 1)

    def _of_file(self, path: Path, depth: int) -> Iterator[Task]:
        if depth > DEEPEST:
            return
        with _told_of(path):
            for branch in _items(path, self._vault):
                yield from self._of_task(branch, path, depth)

    def _of_tasks(self, tasks: Branch, path: Path, depth: int) -> Iterator[Task]:
        for branch in tasks.items():
            yield from self._of_task(branch, path, depth)

    def _of_task(self, branch: Branch, path: Path, depth: int) -> Iterator[Task]:
        said = dict(branch.pairs())
        if "block" in said:
            for key in ("block", "always"):
                if key in said:
                    yield from self._of_tasks(said[key], path, depth)
            return
        task = self._task(branch, said, path)
        if task.module in TASK_FILES:
            yield from self._included(task, path, depth)
        elif task.module in ROLES:
            yield from self._of_role(str(task.arguments.get("name", "")), task.where, depth, task.settings)
        elif task.module == "include_vars":
            self._take_file(self._over, path.parent / str(task.arguments.get("file") or task.free))
        elif task.module == "set_fact":
            self._over.update(self._settings(task.arguments, path, branch.line))
        elif task.module:
            yield task

    def _included(self, task: Task, path: Path, depth: int) -> Iterator[Task]:
        name = str(task.arguments.get("file") or task.free)
        found = path.parent / name
        if found.is_file():
            yield from self._of_file(found, depth + 1)
        else:
            yield replace(task, free=name)

    def _task(self, branch: Branch, said: Mapping[str, Branch], path: Path) -> Task:
        value = {key: below.value() for key, below in said.items()}
        module = next((key for key in said if key not in KEYWORDS and not key.startswith("with_")), "")
        given = value.get(module)
        if not module:
            given = value.get("action", value.get("local_action", ""))
            module, _, given = str(given).partition(" ") if isinstance(given, str) else ("", "", given)
        arguments, free = _arguments(given)
        arguments.update(_mapping(value.get("args")))
        items = next((value[key] for key in value if key == "loop" or key.startswith("with_")), None)
        settings = self._settings(_mapping(value.get("vars")), path, branch.line)
        where = f"{path}:{branch.line}"
        return Task(
            str(value.get("name") or module), _last(module), where, path.parent, arguments, free, items,
            value.get("environment"), settings,
        )  # fmt: skip

    def _take(self, into: dict[str, Setting], branch: Branch | None, path: Path) -> None:
        for key, below in branch.pairs() if branch else ():
            into[key] = Setting(below.value(), Origin(str(path), below.line, "play"))

    def _take_main(self, into: dict[str, Setting], directory: Path) -> None:
        for name in ("main.yml", "main.yaml"):
            self._take_file(into, directory / name)

    def _take_file(self, into: dict[str, Setting], path: Path) -> None:
        if path.is_file():
            self._take(into, _document(path, self._vault), path)

    @staticmethod
    def _settings(values: Mapping[str, Any], path: Path, line: int | None) -> dict[str, Setting]:
        return {name: Setting(value, Origin(str(path), line, "play")) for name, value in values.items()}


def _document(path: Path, vault: Vault) -> Branch:
    with _told_of(path):
        opened = opened_file(str(path), vault)
        with opened.discreetly():
            return yaml_document(opened.text, vault)


def _items(path: Path, vault: Vault) -> Iterator[Branch]:
    for branch in _document(path, vault).items():
        if branch.kind == "mapping":
            yield branch


def _arguments(given: Any) -> tuple[dict[str, Any], str]:
    """The arguments of a module, and what stands before them in one line."""
    if isinstance(given, dict):
        return dict(given), str(given.get("cmd") or given.get("_raw_params") or "")
    text = str(given or "")
    pairs = {key: value.strip("\"'") for key, value in PAIR.findall(text)}
    return pairs, text


def _last(module: str) -> str:
    """``apt`` of ``ansible.builtin.apt``."""
    return module.rpartition(".")[2]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
