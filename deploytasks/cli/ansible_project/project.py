"""``inv init --from-ansible DIR``: an Ansible project is read, and a tasks file written that does the same."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploytasks.agent.conversation.mask import MASK
from deploytasks.cli.ansible_project.ansistrano import PREFIX, of_ansistrano
from deploytasks.cli.ansible_project.finding import Done, Finding, Found, Remark
from deploytasks.cli.ansible_project.meaning import Meaning
from deploytasks.cli.ansible_project.modules import READ, Reading, sites
from deploytasks.cli.ansible_project.playbook import Play, is_playbook, plays_of
from deploytasks.cli.ansible_project.services import of_services
from deploytasks.cli.ansible_project.site import of_site
from deploytasks.cli.ansible_project.tasks_file import tasks_file
from deploytasks.cli.app_name import app_name
from deploytasks.errors import ConfigError, InventoryError
from deploytasks.here import expanded
from deploytasks.here.paths import seen_from
from deploytasks.inventory import Host, Inventory
from deploytasks.inventory.ansible_cfg import NAME as CFG
from deploytasks.inventory.ansible_cfg import AnsibleCfg, read_cfg
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.vault import Vault, passwords_of

TASKS_FILE = "tasks.py"
BELOW = (".", "ansible", "deploy", "deployment", "devops", "provisioning", "ops", "infra")
"""Where in a repository people keep what is Ansible's."""
PLAYBOOKS = ("deploy", "site", "main", "playbook", "webservers", "web", "app")
"""Names of playbooks, the likeliest first."""
INVENTORIES = (
    "inventory.ini", "inventories/production", "inventory/production", "inventory",
    "inventory.yml", "inventory.yaml",
    "hosts", "hosts.ini", "hosts.yml", "hosts.yaml",
    "production", "prod", "staging", "development",
)  # fmt: skip
NAMES = ("app_name", "application_name", "project_name", "app", "project", "application", "site_name")
DEPLOYING = frozenset({"git", "synchronize", "pip", "django_manage", "role", "unarchive"})
STAND_IN = "host.example.org"
MOST_HOSTS = 20
SHORTEST = 3
"""Characters of a secret that can be told from what is none."""


@dataclass(frozen=True)
class AnsibleProject:
    """What Ansible has in *directory*; *playbook* is the one that is read."""

    directory: Path
    playbook: Path
    others: tuple[Path, ...] = ()

    @classmethod
    def at(cls, named: str) -> AnsibleProject:
        """That in the directory, or of the playbook, *named*; raises ``ConfigError`` where there is none."""
        path = expanded(named)
        if path.is_file():
            return cls(_directory_of(path), path)
        if not path.is_dir():
            raise ConfigError(f"--from-ansible {named}: no such directory; name that of an Ansible project")
        for below in BELOW:
            found = sorted(_playbooks(path / below), key=_likelihood)
            if found:
                return cls(path / below, found[0], tuple(found[1:]))
        raise ConfigError(
            f"--from-ansible {named}: no playbook is there; name the directory that has one, or the file"
        )

    @cached_property
    def cfg(self) -> AnsibleCfg:
        """Its configuration."""
        path = self.directory / CFG
        return read_cfg(str(path)) if path.is_file() else AnsibleCfg()

    @cached_property
    def vault(self) -> Vault:
        """What opens its secrets."""
        return Vault(passwords_of((), os.environ, self.cfg.vault_ids))

    @cached_property
    def sources(self) -> list[str]:
        """Its inventory."""
        usual = [str(self.directory / name) for name in INVENTORIES if (self.directory / name).exists()]
        return self.cfg.inventory or usual[:1]

    def inventory(self, groups: Iterable[str]) -> Inventory:
        """Its hosts; where it has none yet, one that stands for those of *groups*."""
        beside = self.playbook.parent
        given: dict[str, Any] = {"beside": beside, "vault": self.vault, "defaults": self.cfg.settings}
        try:
            return Inventory.load(*self.sources, **given) if self.sources else self._stand_in(groups, given)
        except InventoryError as error:
            if "has no hosts" not in str(error):
                raise
            return self._stand_in(groups, given)

    def _stand_in(self, groups: Iterable[str], given: Mapping[str, Any]) -> Inventory:
        with TemporaryDirectory() as directory:
            path = Path(directory, "hosts")
            names = [name for name in groups if name.replace("_", "a").isalnum() and name != "all"]
            path.write_text("".join(f"[{name}]\n{STAND_IN}\n" for name in names) or f"{STAND_IN}\n")
            return Inventory.load(*self.sources, path, **given)

    @cached_property
    def plays(self) -> list[Play]:
        """Those of its playbook."""
        return list(plays_of(self.playbook, self.vault, self._roles))

    @property
    def _roles(self) -> tuple[Path, ...]:
        named = self.cfg.values.get("roles_path", "")
        return (self.directory / "roles", *(self.directory / each for each in named.split(":") if each))


@dataclass
class Translation:
    """The variables of each host, with their places, and what became none."""

    hosts: dict[str, dict[str, tuple[Any, str]]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)

    def take(self, host: str, found: Found) -> None:
        """Add what was *found* for *host*."""
        known = self.hosts.setdefault(host, {})
        for one in found:
            if isinstance(one, Finding):
                self._add(known, one)
            elif isinstance(one, Remark):
                self.remarks.append(one)
            else:
                self.done.append(one)

    def _add(self, known: dict[str, tuple[Any, str]], one: Finding) -> None:
        before, where = known.get(one.name, (None, one.where))
        if isinstance(before, dict) and isinstance(one.value, dict):
            known[one.name] = ({**one.value, **before}, where)
        elif isinstance(before, list) and isinstance(one.value, list):
            known[one.name] = ([*before, *(each for each in one.value if each not in before)], where)
        elif before is None:
            known[one.name] = (one.value, one.where)
        elif before != one.value:
            self.remarks.append(Remark(f"{one.name} would be {one.value!r} here", one.where))

    @property
    def variables(self) -> dict[str, tuple[Any, str]]:
        """One value for each variable: where hosts differ, a template that tells them apart."""
        names = dict.fromkeys(name for known in self.hosts.values() for name in known)
        return {name: self._one(name) for name in names}

    def _one(self, name: str) -> tuple[Any, str]:
        by_host = {host: known[name] for host, known in self.hosts.items() if name in known}
        value, where = next(iter(by_host.values()))
        if all(each == value for each, _ in by_host.values()):
            return value, where
        table = {host: each for host, (each, _) in by_host.items()}
        return f"{{{{ {table!r}[inventory_hostname] }}}}", where


def write_from_ansible(named: str) -> Iterator[str]:
    """Write tasks.py here for what the Ansible project at *named* deploys; yields what people are told.

    Raises ``ConfigError`` where there is no such project, or a tasks.py already, and `InventoryError` for what it says.
    """
    if Path(TASKS_FILE).exists():
        raise ConfigError(
            f"{TASKS_FILE} is here already; nothing was written. Move it away, and run this again"
        )
    project = AnsibleProject.at(named)
    inventory = project.inventory([play.pattern for play in project.plays])
    translation = translated(project, inventory)
    variables = translation.variables
    _remark_strange(inventory, variables, translation)
    text = tasks_file(
        str(project.playbook), _places(project), variables, translation.remarks, translation.done
    )
    Path(TASKS_FILE).write_text(text, encoding="utf-8")
    yield from _told(project, inventory, variables, translation)


def translated(project: AnsibleProject, inventory: Inventory) -> Translation:
    """What the plays of *project* mean for the hosts of *inventory*."""
    translation = Translation()
    root = Path()
    for play in project.plays:
        for host in _hosts(inventory, play)[:MOST_HOSTS]:
            meaning = Meaning(host, play)
            found = list(_of_play(meaning, play, root))
            translation.take(host.name, (discreet(one, meaning.secrets) for one in found))
    return translation


def discreet(one: Finding | Remark | Done, secrets: Iterable[str]) -> Finding | Remark | Done:
    """*one* without any of *secrets*: a variable of an environment comes from ours then, and others are asked for."""
    known = [secret for secret in secrets if len(secret) >= SHORTEST]
    if not isinstance(one, Finding):
        return replace(one, text=_masked(one.text, known))
    if isinstance(one.value, dict) and one.name == "app_env":
        kept = {name: f"env:{name}" if _has(value, known) else value for name, value in one.value.items()}
        return replace(one, value=kept)
    if _has(one.value, known):
        return Remark(f"{one.name} has a secret in it, which is not copied: write it yourself", one.where)
    return one


def _has(value: object, secrets: Iterable[str]) -> bool:
    return any(secret in str(value) for secret in secrets)


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _hosts(inventory: Inventory, play: Play) -> tuple[Host, ...]:
    try:
        return inventory.select(play.pattern)
    except InventoryError:
        return inventory.hosts if "{{" in play.pattern else ()


def _of_play(meaning: Meaning, play: Play, root: Path) -> Found:
    reading = Reading(meaning)
    found = [one for task in play.tasks for one in reading.of_task(task)]
    if play.environment:
        found += reading.of_environment(play.environment, play.where)
    if any(meaning.names(PREFIX)):
        found += of_ansistrano(meaning)
    if READ & {task.module for task in play.tasks} or any(meaning.names(PREFIX)):
        yield from _name(meaning, reading, play)
    yield from found
    yield from of_services(reading.placed, root)
    for site in sites(reading.placed):
        yield from of_site(site, tuple(reading.projects))
    yield from _only_placed(reading)


def _name(meaning: Meaning, reading: Reading, play: Play) -> Found:
    """The app's name, if anything tells it."""
    if not (reading.repository or meaning.name(*NAMES) or any(meaning.names(PREFIX))):
        return
    known = meaning.name(*NAMES)
    base = Path(
        str(known or reading.repository.rstrip("/").removesuffix(".git") or "app").partition("#")[0].strip()
    ).name
    where = next((meaning.where(name) for name in NAMES if meaning.has(name)), play.where)
    yield Finding("app_name", app_name(base), where)
    if not any(meaning.names("ansistrano_deploy_from")):
        yield Finding("app_source", ".", play.where)


def _only_placed(reading: Reading) -> Found:
    """Files that tasks put on a host, and that say nothing to us."""
    for one in reading.placed.values():
        if not any(
            part in one.path for part in ("/nginx/", "/systemd/", "supervisor", "postactivate", "gunicorn")
        ):
            yield Remark(
                f"a file is put to {one.path}; if the app reads it, keep it in app_source, or app_shared",
                one.where,
            )


def _places(project: AnsibleProject) -> dict[str, Any]:
    """Where the inventory and its configuration are, seen from here; nothing where they are found anyway."""
    is_here = project.directory.resolve() == Path.cwd()
    places: dict[str, Any] = {}
    if not (is_here and (project.cfg.inventory or project.sources == ["inventory.ini"])) and project.sources:
        sources = [seen_from(source, ".") if Path(source).exists() else source for source in project.sources]
        places["inventory"] = sources
    if project.cfg.path and not is_here:
        places["ansible_cfg"] = seen_from(project.cfg.path, ".")
    return places


def _remark_strange(
    inventory: Inventory, variables: dict[str, tuple[Any, str]], translation: Translation
) -> None:
    """Variables of the inventory that begin as ours do and are none: they are told to be somebody else's."""
    from deploytasks.planning.role import strange_to
    from deploytasks.planning.standard import standard_roles

    origin = Origin(TASKS_FILE, None, TASKS_FILE)
    settings = {name: Setting(value, origin) for name, (value, _) in variables.items()}
    strange: dict[str, None] = {}
    for name in translation.hosts:
        (host,) = inventory.select(name)
        try:
            host = host.with_settings(settings)
            strange.update(dict.fromkeys(strange_to(standard_roles(host), host)))
        except ConfigError as error:
            translation.remarks.append(Remark(str(error), name))
    if strange:
        variables["app_known"] = [*strange], "variables of the inventory that are not deploytasks' own"


def _told(
    project: AnsibleProject, inventory: Inventory, variables: Mapping[str, Any], translation: Translation
) -> Iterator[str]:
    yield f"read {project.playbook}: {len(project.plays)} plays"
    yield f"wrote {TASKS_FILE}: {len(variables)} variables"
    yield from (f"proposed: {name}" for name in variables)
    remarks = dict.fromkeys(translation.remarks)
    if remarks:
        yield f"to decide: {len(remarks)} things that became no variable stand in {TASKS_FILE} as comments"
    for other in project.others:
        yield f"not read: {other}; to read it: inv init --from-ansible {other}"
    if "app_name" not in variables:
        yield f'nothing there was recognized as an app: write "app_name" and "app_source" into {TASKS_FILE}'
    if any(host.name == STAND_IN for host in inventory):
        yield f"the inventory has no hosts yet: write one into {(project.sources or ['inventory.ini'])[0]}"
    yield f"next: look at {TASKS_FILE}, then: inv hosts, inv secrets, inv check"


def _playbooks(directory: Path) -> list[Path]:
    """Those in *directory*."""
    places = (directory, directory / "playbooks")
    files = [
        path for place in places for path in sorted(place.glob("*.y*ml")) if path.suffix in {".yml", ".yaml"}
    ]
    return [path for path in files if is_playbook(path, Vault())]


def _likelihood(path: Path) -> tuple[bool, int, str]:
    """What sorts the playbook that deploys an app first."""
    try:
        modules = {
            task.module
            for play in plays_of(path, Vault(), (path.parent.parent / "roles",))
            for task in play.tasks
        }
    except InventoryError:
        modules = set()
    stem = path.stem.lower()
    known = next((at for at, name in enumerate(PLAYBOOKS) if stem.startswith(name)), len(PLAYBOOKS))
    return not modules & DEPLOYING, known, path.name


def _directory_of(playbook: Path) -> Path:
    """The directory of the project of *playbook*."""
    return playbook.parent.parent if playbook.parent.name == "playbooks" else playbook.parent
