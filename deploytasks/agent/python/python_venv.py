"""A virtual environment with an app's dependencies."""

from __future__ import annotations

import hashlib
import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Callable, Dict, Iterator, List, Optional, Tuple

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.directory_handle import opened, reading, reading_bytes
from deploytasks.agent.disk.entry import (
    beside,
    make_directories,
    make_directory,
    remove_entry,
    remove_whole,
    take_whole,
    write_file,
)
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.python.build_sandbox import in_sandbox
from deploytasks.agent.python.installer import (
    CACHE,
    Installation,
    pip_commands,
    pip_environment,
    uv_commands,
    uv_environment,
)
from deploytasks.agent.python.interpreter import find_interpreter
from deploytasks.agent.python.records import damage, digest_of_lists

if TYPE_CHECKING:
    from deploytasks.agent.python.package_index import PackageIndex

MARKER = ".complete"
LOCK = ".lock"
"""uv's own, which everybody may write; what is complete is never changed, so nobody needs it."""
UNFINISHED: State = {"complete": ""}
"""Something lies there that no build has finished, or whose Python is gone."""
DAMAGED = "damaged: "
SEALED = "sha256:"
"""Begins the name of a text that travels apart from the plan."""
FORMS = ("requirements", "uv", "pylock")
INSTALLERS = ("uv", "pip")
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
BUILD_TIMEOUT_S = 1800
KEPT_LINES = 20
WANTS_BUILD = re.compile(
    r"no (?:usable|matching|compatible) wheels|[Bb]uilding source distributions? (?:is|are) disabled|"
    r"no wheels? with a matching|only-binary|No matching distribution found|--no-build"
)
"""What uv and pip say of a requirement that nobody but its author's code can turn into a wheel."""
LOGIN = re.compile(r"[a-z]+://[^/@]+@")
FOR_ALL = {"mode": "0755"}
NO_ENSUREPIP = re.compile(r"ensurepip is not\s+available|No module named '?ensurepip")
OWN_INDEX = re.compile(r"^\s*(?:-i|--index-url)[ =]\s*(\S+)", re.MULTILINE)
MORE_INDEXES = re.compile(r"^\s*(?:--extra-index-url|--no-index|\[\[tool\.uv\.index\]\])", re.MULTILINE)


@dataclass(frozen=True)
class PythonVenv(Resource):
    """*path* is a virtual environment of *python*.

    It holds what *requirements* and *extra* ask for.

    *requirements* are pairs of a file's name and text; the first is installed, the others lie beside
    it. *form* says what they are: ``requirements`` (requirements.txt, or a pyproject.toml for uv), ``uv``
    (uv.lock with its pyproject.toml) or ``pylock``. *hash_checked* requirements are refused unless each
    has a hash; *extra* needs none. *python* is a name, a version such as ``3.12``, or a path. *installer*
    is ``uv``, the program at path *uv*, or ``pip``, which wants Debian's python3-venv. *ca_bundle* is a
    file on the host. *extra_index_urls* are asked as *index_url* is. With a *wheelhouse* no index is asked: *wheels*,
    pairs of a file's name and SHA-256, come along.

    What has no wheel is built by its author's code: with a *builder*, that is done as this user, who sees nothing at
    the paths *hides* and no login of an index; without one as root.

    The environment is built at *path* and never changed afterwards; so let *path* contain ``digest``. It
    counts once its last file is there, and as long as what was installed is as it was: what is damaged is built anew.
    Nothing of a failed build stays. *key* names the content in
    the place of ``digest``, so that a recorded plan knows its environment whatever later versions compute.
    Raises ``ValueError`` for a contradiction.
    """

    path: str
    requirements: Tuple[Tuple[str, str], ...] = ()
    python: str = "python3"
    form: str = "requirements"
    extra: Tuple[str, ...] = ()
    installer: str = "uv"
    uv: str = ""
    index_url: str = ""
    ca_bundle: str = ""
    hash_checked: bool = False
    wheelhouse: bool = False
    wheels: Tuple[Tuple[str, str], ...] = ()
    key: str = ""
    builder: str = ""
    hides: Tuple[str, ...] = ()
    extra_index_urls: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for value, allowed in ((self.form, FORMS), (self.installer, INSTALLERS)):
            if value not in allowed:
                raise ValueError("%r; expected one of %s" % (value, ", ".join(allowed)))
        if self.installer == "pip" and self.form != "requirements":
            raise ValueError("pip cannot read the form %s; use the installer uv" % self.form)
        if self.installer == "uv" and not self.uv:
            raise ValueError("the installer uv wants uv=, its path on the host")
        for name, _ in (*self.requirements, *self.wheels):
            if name.startswith("/") or ".." in name.split("/"):
                raise ValueError("%r; expected a file's name inside the app's directory" % name)

    @property
    def digest(self) -> str:
        """A name for what the environment shall hold, wherever it lies and comes from."""
        texts = [(name, _digest(text)) for name, text in self.requirements]
        content = [self.python, texts, self.form, self.extra, self.installer, self.hash_checked]
        return hashlib.sha256(json.dumps(content).encode("ascii")).hexdigest()[:16]

    def desired(self) -> State:
        return {"complete": self.key or self.digest}

    def inspect(self, machine: Machine) -> State:
        place = machine.path(self.path)
        if not os.path.lexists(place):
            return None
        complete, *lists = _marked(place)
        if not complete or not _has_its_python(place):
            return UNFINISHED
        damaged = _damage(place, "".join(lists), thorough=machine.thorough)
        return {"complete": DAMAGED + damaged if damaged else complete}

    def brings_back(self, machine: Machine, before: State) -> bool:
        """What was damaged stays mended."""
        del machine
        return not (before or {}).get("complete", "").startswith(DAMAGED)

    def apply(self, machine: Machine, change: Change) -> None:
        place = machine.path(self.path)
        if change.after is None:
            _remove(place)
        elif change.after == UNFINISHED:
            _remove(place)
            make_directory(place, FOR_ALL)
        elif change.after != self.desired():
            raise StepError("%s has been built anew; what it held before is gone" % self.path)
        else:
            self._build(machine, place)

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        if self.inspect(machine) == self.desired():
            return ()
        sealed = (_digest(text) for _, text in self.requirements if text.startswith(SEALED))
        named = (*sealed, *(digest for _, digest in self.wheels))
        return tuple(digest for digest in named if machine.blobs.find(digest) is None)

    def sealed(self) -> Tuple[Resource, Dict[str, bytes]]:
        contents = {digest_of(text.encode("utf-8")): text.encode("utf-8") for _, text in self.requirements}
        named = tuple((name, SEALED + digest_of(text.encode("utf-8"))) for name, text in self.requirements)
        return replace(self, requirements=named), contents

    def _build(self, machine: Machine, place: str) -> None:
        python = find_interpreter(machine, self.python)
        _remove(place)
        with _work_directory(place) as work:
            installation = self._installation(machine, place, work, python)
            try:
                self._fill(machine, installation)
                remove_entry(os.path.join(place, LOCK))
                _mark(place, self.key or self.digest)
            except BaseException:
                _remove(place)
                raise

    def _installation(self, machine: Machine, place: str, work: str, python: str) -> Installation:
        for name, text in self.requirements:
            _write(os.path.join(work, name), _text(machine, text))
        return Installation(
            place=place,
            work=work,
            python=python,
            files=tuple(name for name, _ in self.requirements),
            form=self.form,
            extra=self.extra,
            hash_checked=self.hash_checked,
            wheelhouse=self._lay_out(machine, work + "/wheels") if self.wheelhouse else "",
            index_url=self.index_url,
            extra_index_urls=self.extra_index_urls,
            authorities=_authorities(machine, self.ca_bundle, work),
            cache=machine.path(CACHE),
            builds=not self.builder,
        )

    def _lay_out(self, machine: Machine, directory: str) -> str:
        """The wheels, as files of their own names in *directory*."""
        make_directory(directory)
        for name, digest in self.wheels:
            content = machine.blobs.find(digest)
            if content is None:
                raise StepError("the wheel %s did not arrive; deploy again" % name)
            with opened(directory) as handle:
                handle.make_link(name, os.path.abspath(content))
        return directory

    def _fill(self, machine: Machine, installation: Installation) -> None:
        """With wheels alone, if that is enough; nobody's code is run for it."""
        index = self._index(installation)
        if self._needs_index:
            index.require_answer()
        ask = partial(machine.ask, env=self._environment(installation), timeout_s=BUILD_TIMEOUT_S)
        failed = self._run_commands(machine, installation, ask)
        if failed and self.builder and WANTS_BUILD.search(failed.output):
            failed = self._build_what_has_no_wheel(machine, installation)
        if failed:
            raise StepError(self._cause(failed, index), "\n".join(failed.output.splitlines()[-KEPT_LINES:]))

    def _run_commands(
        self, machine: Machine, installation: Installation, ask: Callable[[List[str]], Completed]
    ) -> Optional[Completed]:
        """How the first command ended that did not end well, if one did not."""
        for argv in self._commands(machine, installation):
            machine.heed_stop()
            done = ask(argv)
            if not done.ok:
                return done
        return None

    def _build_what_has_no_wheel(self, machine: Machine, wanted: Installation) -> Optional[Completed]:
        """As the builder, in a sandbox; what comes of it is root's."""
        if any(map(LOGIN.match, (wanted.index_url, *wanted.extra_index_urls))):
            raise StepError(
                "something that is required has no wheel, and its author's code would build it where the login of the "
                "index is known; set wheelhouse=true, which builds on the controller, or put a wheel into the index"
            )
        machine.say(
            "something that is required has no wheel: it is built as %s, without rights" % self.builder
        )
        building = replace(wanted, builds=True, cache=wanted.work + "/cache")
        theirs = {"owner": self.builder, "group": self.builder, "mode": "0755"}
        remove_whole(wanted.place)
        for place in (wanted.place, wanted.work):
            make_directory(place, theirs)
        environment = {**self._environment(building), "HOME": wanted.work}
        writes = (wanted.place, wanted.work)
        failed = self._run_commands(
            machine,
            building,
            lambda argv: machine.ask(
                in_sandbox(argv, environment, self.builder, writes, self.hides), timeout_s=BUILD_TIMEOUT_S
            ),
        )
        take_whole(wanted.place)
        return failed

    def _commands(self, machine: Machine, installation: Installation) -> Iterator[List[str]]:
        if self.installer == "pip":
            return pip_commands(installation)
        return uv_commands(machine.path(self.uv), installation)

    def _environment(self, installation: Installation) -> Dict[str, str]:
        return pip_environment(installation) if self.installer == "pip" else uv_environment(installation)

    def _index(self, installation: Installation) -> PackageIndex:
        # TLS costs 20 ms to import, which a host that has the environment shall not pay.
        from deploytasks.agent.python.package_index import PackageIndex

        named = (OWN_INDEX.search(text) for _, text in self.requirements)
        url = self.index_url or next((found.group(1) for found in named if found), "")
        return PackageIndex(url, installation.authorities)

    @property
    def _needs_index(self) -> bool:
        """Whether that index is surely asked: requirements may name more, and a wheelhouse needs none."""
        asks = bool(self.requirements or self.extra) and not (self.wheelhouse or self.extra_index_urls)
        return asks and not any(MORE_INDEXES.search(text) for _, text in self.requirements)

    def _cause(self, done: Completed, index: PackageIndex) -> str:
        if NO_ENSUREPIP.search(done.output):
            return "pip wants Debian's package python3-venv on the host; install it, or set installer to uv"
        # pip and uv say "no such package" when in truth they reached no index.
        trouble = "" if self.wheelhouse or done.status == 127 else index.trouble()
        if trouble:
            return index.unreachable(trouble)
        return "%s could not install the requirements" % self.installer


def _has_its_python(place: str) -> bool:
    """False once an upgrade of the distribution has taken away the Python that it was built for."""
    python = os.path.realpath(os.path.join(place, "bin", "python"))
    versioned = re.fullmatch(r"python3\.\d+", os.path.basename(python))
    same = not versioned or os.path.isdir(os.path.join(place, "lib", versioned.group()))
    return os.path.exists(python) and same


def _authorities(machine: Machine, ca_bundle: str, work: str) -> str:
    """A file of all certificate authorities to trust: both installers take one file, not two."""
    system = list(filter(os.path.exists, [machine.path(SYSTEM_AUTHORITIES)]))
    if not ca_bundle:
        return "".join(system)
    joined = os.path.join(work, "authorities.pem")
    content = b"".join(_content(path) + b"\n" for path in [*system, machine.path(ca_bundle)])
    write_file(joined, content, {"mode": "0644"})
    return joined


def _content(path: str) -> bytes:
    with reading_bytes(path) as file:
        return file.read()


@contextmanager
def _work_directory(place: str) -> Iterator[str]:
    """A directory beside *place*, there as long as it is built; one that a killed build left is taken over."""
    work = beside(place)
    remove_whole(work)
    make_directory(work)
    try:
        yield work
    finally:
        remove_whole(work)


def _remove(place: str) -> None:
    if not os.path.lexists(place):
        return
    if not _is_ours(place):
        raise StepError("%s is there and is no virtual environment; move it away" % place)
    remove_whole(place)


def _is_ours(place: str) -> bool:
    if not os.path.isdir(place) or os.path.islink(place):
        return False
    known = any(os.path.exists(os.path.join(place, name)) for name in (MARKER, "pyvenv.cfg"))
    # uv and venv write pyvenv.cfg late: while it is built, or empty, it needs none.
    return known or os.path.isdir(beside(place)) or not os.listdir(place)


def _mark(place: str, digest: str) -> None:
    """Say that *place* is complete, and what is installed there."""
    # After a power failure the marker must not be there without the files that it vouches for.
    os.sync()
    _write(os.path.join(place, MARKER), "%s\n%s\n" % (digest, digest_of_lists(place)))


def _marked(place: str) -> List[str]:
    """The digest of a finished environment, and that of its lists, which older versions did not write."""
    try:
        with reading(os.path.join(place, MARKER), "ascii") as marker:
            return marker.read().split() or [""]
    except OSError:
        return [""]


def _damage(place: str, lists: str, *, thorough: bool) -> str:
    found = damage(place, os.stat(os.path.join(place, MARKER)).st_mtime, thorough=thorough)
    if not found and lists and lists != digest_of_lists(place):
        return "packages, or what lies beside them, have come, gone or changed"
    return found


def _digest(text: str) -> str:
    return text[len(SEALED) :] if text.startswith(SEALED) else digest_of(text.encode("utf-8"))


def _text(machine: Machine, text: str) -> str:
    return machine.blobs.read(_digest(text)).decode("utf-8") if text.startswith(SEALED) else text


def _write(path: str, text: str) -> None:
    make_directories(os.path.dirname(path))
    write_file(path, text.encode("utf-8"), {"mode": "0644"})
