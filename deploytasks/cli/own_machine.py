"""This machine at a glance: what a deploy from here has, and what it lacks."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.errors import ConfigError
from deploytasks.here import cache_directory, is_lasting, who_sits_here
from deploytasks.here.permissions import NOT_KEPT, keeps_permissions
from deploytasks.here.terminal import name_of_terminal
from deploytasks.planning.checkup import Finding, Verdict

if TYPE_CHECKING:
    from deploytasks.transport.login import OfferedKey
    from deploytasks.transport.route import Credentials

OLDEST = (3, 10)
ANSWER_S = 10
WITHOUT_GIT = (
    "what travels is read from .gitignore, modes from the file system, and no release names its commit"
)
FOR_WHEELS = "only wheelhouse=true wants it: pip install 'deploytasks[wheelhouse]'"
FOR_IMAGES = "only docker_build=controller and inv target.up want it; start its engine, or install it"
ADD_KEY = "ssh-add, or a key file: ssh-keygen -t ed25519"
NOT_OURS = "ssh alone follows them; what a host needs of them goes into the inventory"
WITHOUT_THEM = (
    "ssh(1) may come in where we do not; say it by ansible_* variables, or by a ProxyCommand that runs ssh"
)


def findings_here(key_files: Mapping[str, Path]) -> Iterator[Finding]:
    """Each check of this machine; *key_files* are those of the inventory, by the hosts that want them."""
    yield _python()
    yield Finding("person", Verdict.GOOD, who_sits_here())
    yield _program("git", "git", "--version", advice=WITHOUT_GIT)
    yield _uv()
    yield _program("docker", "docker", "version", "--format", "engine {{.Server.Version}}", advice=FOR_IMAGES)
    yield from _ssh(key_files)
    yield _cache()
    yield _files(Path.cwd())
    yield _terminal()
    yield _encoding()


def _python() -> Finding:
    found = f"{sys.version.split()[0]}: {sys.executable}"
    if sys.version_info < OLDEST:
        return Finding(
            "python", Verdict.BAD, found, f"Python {'.'.join(map(str, OLDEST))} is the oldest that works"
        )
    return Finding("python", Verdict.GOOD, found)


def _program(check: str, *argv: str, advice: str) -> Finding:
    """Whether the program *argv* answers."""
    if shutil.which(argv[0]) is None:
        return Finding(check, Verdict.DOUBTFUL, "absent", advice)
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=ANSWER_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        return Finding(check, Verdict.DOUBTFUL, said.strip().splitlines()[-1], advice)
    return Finding(check, Verdict.GOOD, done.stdout.strip())


def _uv() -> Finding:
    if all(map(importlib.util.find_spec, ("uv", "pip"))):
        return _program("uv", sys.executable, "-m", "uv", "--version", advice=FOR_WHEELS)
    return Finding("uv", Verdict.DOUBTFUL, "absent", FOR_WHEELS)


def _ssh(key_files: Mapping[str, Path]) -> Iterator[Finding]:
    """The agent and its keys, key files, options that are not ours; one finding where the configuration is broken."""
    from deploytasks.inventory.connection import ConnectionSettings
    from deploytasks.transport.route import route_to
    from deploytasks.transport.sshconfig import SshConfig

    try:
        credentials = route_to(ConnectionSettings(address="localhost"), SshConfig.of_this_user()).credentials
    except ConfigError as error:
        yield Finding("ssh", Verdict.BAD, str(error))
        return
    yield from _keys(credentials, key_files)
    yield _options()


def _keys(credentials: Credentials, key_files: Mapping[str, Path]) -> Iterator[Finding]:
    from deploytasks.transport.login import AgentAt

    agent = AgentAt(credentials.agent)
    offers = agent.offers()
    usual = {
        f"{file}": file for file in (*credentials.key_files, *credentials.default_key_files) if file.exists()
    }
    yield _agent(offers, has_other_keys=bool(usual or key_files))
    known = {offer.key.asbytes() for offer in offers}
    yield from (_key_file(name, file, known) for name, file in {**usual, **key_files}.items())
    agent.close()


def _agent(offers: list[OfferedKey], *, has_other_keys: bool) -> Finding:
    if offers:
        return Finding("ssh agent", Verdict.GOOD, ", ".join(str(offer) for offer in offers))
    verdict = Verdict.GOOD if has_other_keys else Verdict.DOUBTFUL
    return Finding("ssh agent", verdict, "no keys", "" if has_other_keys else ADD_KEY)


def _key_file(name: str, file: Path, in_agent: set[bytes]) -> Finding:
    """What a login would make of *file*, which is *name* to people."""
    from deploytasks.transport.login import KeyLockedError, KeyUnusableError, key_of_file, nobody, public_blob

    try:
        key = key_of_file(file, nobody)
    except KeyLockedError as error:
        if public_blob(file) in in_agent:
            return Finding("ssh key", Verdict.GOOD, f"{name}: locked, and the agent has it")
        return Finding("ssh key", Verdict.DOUBTFUL, f"{name}: locked", str(error))
    except KeyUnusableError as error:
        return Finding("ssh key", Verdict.BAD, f"{name}: not usable", str(error))
    return Finding("ssh key", Verdict.GOOD, f"{name} ({key.fingerprint})")


def _options() -> Finding:
    from deploytasks.transport.sshconfig import files_of_ssh
    from deploytasks.transport.untaken_options import untaken_options

    untaken = untaken_options(files_of_ssh())
    grave = [option for option in untaken if option.matters]
    if grave:
        return Finding(
            "ssh options", Verdict.DOUBTFUL, f"not taken over: {', '.join(map(str, grave))}", WITHOUT_THEM
        )
    found = f"not taken over: {', '.join(map(str, untaken))}" if untaken else "all are taken over"
    return Finding("ssh options", Verdict.GOOD, found, NOT_OURS if untaken else "")


def _cache() -> Finding:
    place = cache_directory()
    if is_lasting(place):
        return Finding("cache", Verdict.GOOD, str(place))
    return Finding(
        "cache", Verdict.DOUBTFUL, "none that lasts", "set XDG_CACHE_HOME to a directory of your own"
    )


def _files(directory: Path) -> Finding:
    if keeps_permissions(directory):
        return Finding("files", Verdict.GOOD, f"{directory}: permissions are kept")
    advice = "keys and secrets belong elsewhere; modes of what travels come from git's index"
    return Finding("files", Verdict.DOUBTFUL, f"{directory}: {NOT_KEPT}", advice)


def _terminal() -> Finding:
    name = name_of_terminal(os.environ)
    if not (sys.stdout and sys.stdout.isatty()):
        return Finding("terminal", Verdict.GOOD, "none: plain lines, and nobody is asked for a password")
    if name in {"dumb", "unknown"}:
        advice = "no live view; if it is none such, set TERM=xterm-256color"
        return Finding("terminal", Verdict.DOUBTFUL, f"TERM={name}", advice)
    columns, lines = shutil.get_terminal_size()
    return Finding("terminal", Verdict.GOOD, f"{name}, {columns}x{lines}")


def _encoding() -> Finding:
    spoken = (sys.stdout.encoding if sys.stdout else "") or "none"
    found = f"output {spoken}, file names {sys.getfilesystemencoding()}"
    if spoken.lower().replace("-", "") == "utf8":
        return Finding("encoding", Verdict.GOOD, found)
    advice = "characters that it lacks are written as escapes; set PYTHONUTF8=1, or a UTF-8 locale"
    return Finding("encoding", Verdict.DOUBTFUL, found, advice)
