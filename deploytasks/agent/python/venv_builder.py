"""How a virtual environment comes to hold what it shall: by uv or pip, with wheels first."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Callable, Dict, Iterator, List, Optional

from deploytasks.agent.disk.directory_handle import opened
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
from deploytasks.agent.errors import StepError
from deploytasks.agent.python import CACHE
from deploytasks.agent.python.authorities import authorities_in
from deploytasks.agent.python.build_sandbox import in_sandbox
from deploytasks.agent.python.environment import MARKER, SEALED, digest_in, remove_environment
from deploytasks.agent.python.installer import (
    Installation,
    pip_commands,
    pip_environment,
    uv_commands,
    uv_environment,
)
from deploytasks.agent.python.interpreter import find_interpreter
from deploytasks.agent.python.own_wheels import at_their_place
from deploytasks.agent.python.records import digest_of_lists
from deploytasks.agent.regex import regex

if TYPE_CHECKING:
    from deploytasks.agent.python.environment import Environment
    from deploytasks.agent.python.package_index import PackageIndex

LOCK = ".lock"
"""uv's own, which everybody may write; what is complete is never changed, so nobody needs it."""
BUILD_TIMEOUT_S = 1800
KEPT_LINES = 20
WANTS_BUILD = regex(
    r"no (?:usable|matching|compatible) wheels|[Bb]uilding source distributions? (?:is|are) disabled|"
    r"no wheels? with a matching|only-binary|No matching distribution found|--no-build"
)
"""What uv and pip say of a requirement that nobody but its author's code can turn into a wheel."""
LOGIN = regex(r"[a-z]+://[^/@]+@")
NO_ENSUREPIP = regex(r"ensurepip is not\s+available|No module named '?ensurepip")
OWN_INDEX = regex(r"^\s*(?:-i|--index-url)[ =]\s*(\S+)", re.MULTILINE)
MORE_INDEXES = regex(r"^\s*(?:--extra-index-url|--no-index|\[\[tool\.uv\.index\]\])", re.MULTILINE)


class VenvBuilder:
    """Builds *venv* on *machine*."""

    def __init__(self, venv: Environment, machine: Machine) -> None:
        self._venv = venv
        self._machine = machine

    def build(self, place: str) -> None:
        """The environment is complete at *place*, or nothing is there and ``StepError`` says why."""
        python = find_interpreter(self._machine, self._venv.python)
        remove_environment(place)
        with _work_directory(place) as work:
            installation = self._installation(place, work, python)
            try:
                self._fill(installation)
                remove_entry(os.path.join(place, LOCK))
                _mark(place, self._venv.key or self._venv.digest)
            except BaseException:
                remove_environment(place)
                raise

    def _installation(self, place: str, work: str, python: str) -> Installation:
        digests = dict(self._venv.wheels) if self._venv.hash_checked else {}
        for name, text in self._venv.requirements:
            _write(
                os.path.join(work, name),
                at_their_place(_text(self._machine, text), work + "/wheels", digests),
            )
        wheels = self._lay_out(work + "/wheels") if self._venv.wheels or self._venv.wheelhouse else ""
        return Installation(
            place=place,
            work=work,
            python=python,
            files=tuple(name for name, _ in self._venv.requirements),
            form=self._venv.form,
            extra=self._venv.extra,
            hash_checked=self._venv.hash_checked,
            wheelhouse=wheels if self._venv.wheelhouse else "",
            index_url=self._venv.index_url,
            extra_index_urls=self._venv.extra_index_urls,
            authorities=authorities_in(self._machine, self._venv.ca_bundle, work),
            cache=self._machine.path(CACHE),
            builds=not self._venv.builder,
        )

    def _lay_out(self, directory: str) -> str:
        """The wheels, as files of their own names in *directory*."""
        make_directory(directory)
        for name, digest in self._venv.wheels:
            content = self._machine.blobs.find(digest)
            if content is None:
                raise StepError("the wheel %s did not arrive; deploy again" % name)
            with opened(directory) as handle:
                handle.make_link(name, os.path.abspath(content))
        return directory

    def _fill(self, installation: Installation) -> None:
        """With wheels alone, if that is enough; nobody's code is run for it."""
        index = self._index(installation)
        if self._needs_index:
            index.require_answer()
        ask = partial(self._machine.ask, env=self._environment(installation), timeout_s=BUILD_TIMEOUT_S)
        failed = self._run_commands(installation, ask)
        if failed and self._venv.builder and WANTS_BUILD.search(failed.output):
            failed = self._build_what_has_no_wheel(installation)
        if failed:
            raise StepError(self._cause(failed, index), "\n".join(failed.output.splitlines()[-KEPT_LINES:]))

    def _run_commands(
        self, installation: Installation, ask: Callable[[List[str]], Completed]
    ) -> Optional[Completed]:
        """How the first command ended that did not end well, if one did not."""
        for argv in self._commands(installation):
            self._machine.heed_stop()
            done = ask(argv)
            if not done.ok:
                return done
        return None

    def _build_what_has_no_wheel(self, wanted: Installation) -> Optional[Completed]:
        """As the builder, in a sandbox; what comes of it is root's."""
        if any(map(LOGIN.match, (wanted.index_url, *wanted.extra_index_urls))):
            raise StepError(
                "something that is required has no wheel, and its author's code would build it where the login of the "
                "index is known; set wheelhouse=true, which builds on the controller, or put a wheel into the index"
            )
        self._machine.say(
            "something that is required has no wheel: it is built as %s, without rights" % self._venv.builder
        )
        building = replace(wanted, builds=True, cache=wanted.work + "/cache")
        theirs = {"owner": self._venv.builder, "group": self._venv.builder, "mode": "0755"}
        remove_whole(wanted.place)
        for place in (wanted.place, wanted.work):
            make_directory(place, theirs)
        environment = {**self._environment(building), "HOME": wanted.work}
        writes = (wanted.place, wanted.work)
        failed = self._run_commands(
            building,
            lambda argv: self._machine.ask(
                in_sandbox(argv, environment, self._venv.builder, writes, self._venv.hides),
                timeout_s=BUILD_TIMEOUT_S,
            ),
        )
        take_whole(wanted.place)
        return failed

    def _commands(self, installation: Installation) -> Iterator[List[str]]:
        if self._venv.installer == "pip":
            return pip_commands(installation)
        return uv_commands(self._machine.path(self._venv.uv), installation)

    def _environment(self, installation: Installation) -> Dict[str, str]:
        return (
            pip_environment(installation) if self._venv.installer == "pip" else uv_environment(installation)
        )

    def _index(self, installation: Installation) -> PackageIndex:
        # TLS costs 20 ms to import, which a host that has the environment shall not pay.
        from deploytasks.agent.python.package_index import PackageIndex

        named = (OWN_INDEX.search(text) for _, text in self._venv.requirements)
        url = self._venv.index_url or next((found.group(1) for found in named if found), "")
        return PackageIndex(url, installation.authorities)

    @property
    def _needs_index(self) -> bool:
        """Whether that index is surely asked: requirements may name more, and a wheelhouse needs none."""
        venv = self._venv
        asks = bool(venv.requirements or venv.extra) and not (venv.wheelhouse or venv.extra_index_urls)
        return asks and not any(MORE_INDEXES.search(text) for _, text in self._venv.requirements)

    def _cause(self, done: Completed, index: PackageIndex) -> str:
        if NO_ENSUREPIP.search(done.output):
            return "pip wants Debian's package python3-venv on the host; install it, or set installer to uv"
        # pip and uv say "no such package" when in truth they reached no index.
        trouble = "" if self._venv.wheelhouse or done.status == 127 else index.trouble()
        if trouble:
            return index.unreachable(trouble)
        return "%s could not install the requirements" % self._venv.installer


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


def _mark(place: str, digest: str) -> None:
    """Say that *place* is complete, and what is installed there."""
    # After a power failure the marker must not be there without the files that it vouches for.
    os.sync()
    _write(os.path.join(place, MARKER), "%s\n%s\n" % (digest, digest_of_lists(place)))


def _text(machine: Machine, text: str) -> str:
    return machine.blobs.read(digest_in(text)).decode("utf-8") if text.startswith(SEALED) else text


def _write(path: str, text: str) -> None:
    make_directories(os.path.dirname(path))
    write_file(path, text.encode("utf-8"), {"mode": "0644"})
