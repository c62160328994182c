"""Packages of the distribution."""

from __future__ import annotations

from contextlib import nullcontext
from fnmatch import fnmatchcase
from typing import ClassVar, Dict, Optional, Sequence, Tuple, Union

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, PRESENT, STATES, require_word
from deploytasks.agent.packages import apt
from deploytasks.agent.packages.candidate import candidates
from deploytasks.agent.packages.dpkg import (
    CONFIGURATION,
    INSTALLED,
    are_held,
    own_states,
    package_states,
    package_versions,
)
from deploytasks.agent.packages.policy import nothing_started
from deploytasks.agent.regex import regex
from deploytasks.agent.services import systemd

# Debian policy 5.6.7; apt-get would take a trailing - for "remove" and + for "install".
NAME = regex(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.](:[a-z0-9-]+)?")


LATEST = "latest"
EVERY = (*STATES, LATEST)
HOLD = "hold"
RECOMMENDS = ("-o", "APT::Install-Recommends=true")


@frozen
class Package(Resource):
    """*names* are installed, in whatever version: ``Package("nginx")`` or ``Package(("nginx", "ufw"))``.

    A name may be a virtual package, or ``name:architecture``. What a package only recommends is left out, unless
    *install_recommends*. Installing cannot be undone. The units *resting* are started by a package of its own
    accord, and are stopped again when it is installed here; who had it before keeps them. What is installed
    *unstarted* begins to run by a step of its own, when it has a configuration of ours.

    *version* is that of the one name, or a pattern such as ``1.22.*``; an older one is installed, too.
    *default_release* is where it comes from, such as ``bookworm-backports``. With *hold* no upgrade touches it,
    with False one does again. The *state* ``latest`` is the version that the host's package index offers
    (``AptIndex``); ``absent`` removes, with *purge* its configuration, too. Parameters as in ansible.builtin.apt.
    Raises ``ValueError`` for a name that Debian has not.
    """

    reversible: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    names: Union[str, Tuple[str, ...]]
    resting: Tuple[str, ...] = ()
    unstarted: bool = False
    state: str = PRESENT
    version: str = ""
    hold: Optional[bool] = None
    default_release: str = ""
    install_recommends: bool = False
    purge: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", (self.names,) if isinstance(self.names, str) else tuple(self.names))
        wrong = next((name for name in self.names if not NAME.fullmatch(name)), None)
        if wrong is not None:
            raise ValueError("package name %r; expected one such as nginx or libc6:i386" % wrong)
        require_word("state", self.state, EVERY)
        if self.version and (len(self.names) != 1 or self.state != PRESENT):
            raise ValueError("version %r; expected with one name that is to be present" % self.version)
        if self.version.startswith("-") or self.default_release.startswith("-"):
            raise ValueError("a version or a release begins with no dash")

    def desired(self) -> State:
        word = {PRESENT: self.version or INSTALLED}.get(self.state, self.state)
        held = {} if self.hold is None else {HOLD: self.hold}
        return {**dict.fromkeys(self.names, word), **held}

    def inspect(self, machine: Machine) -> State:
        names = tuple(self.names)
        seen = self._seen(machine, names)
        held = {} if self.hold is None else {HOLD: _word_of_hold(are_held(machine, names))}
        return {**seen, **held}

    def apply(self, machine: Machine, change: Change) -> None:
        names = [name for name in change.keys if name != HOLD]
        if HOLD in change.keys and not self.hold:
            machine.run(["apt-mark", "unhold", *self.names])
        if names and self.state == ABSENT:
            apt.carry_out(machine, "purge" if self.purge else "remove", names, self._options)
        elif names:
            self._install(machine, names)
        if self.hold and change.keys:
            machine.run(["apt-mark", "hold", *self.names])

    def _seen(self, machine: Machine, names: Tuple[str, ...]) -> Dict[str, str]:
        if self.state == LATEST:
            return latest_seen(machine, names)
        if self.state == ABSENT:
            return {name: self._gone(word) for name, word in own_states(machine, names).items()}
        if self.version:
            found = package_versions(machine, names)[names[0]]
            return {names[0]: self.version if fnmatchcase(found, self.version) else found}
        return dict(package_states(machine, names))

    def _gone(self, word: str) -> str:
        """What has left its configuration is absent, as long as nobody wants that gone."""
        return ABSENT if word == CONFIGURATION and not self.purge else word

    def _install(self, machine: Machine, names: Sequence[str]) -> None:
        wanted = ["%s=%s" % (name, self.version) for name in names] if self.version else names
        with nothing_started(machine) if self.unstarted else nullcontext():
            apt.install(machine, wanted, self._options)
        if self.resting:
            systemd.disable_now(machine, self.resting)

    @property
    def _options(self) -> Tuple[str, ...]:
        release = ("--target-release", self.default_release) if self.default_release else ()
        # Who names a version, or holds one, means it.
        means_it = ("--allow-downgrades",) if self.version else ()
        held = ("--allow-change-held-packages",) if self.version or self.hold is not None else ()
        return (*release, *means_it, *held, *(RECOMMENDS if self.install_recommends else ()))


def _word_of_hold(held: Dict[str, bool]) -> object:
    """Whether all are held, or none; else those that are."""
    if len(set(held.values())) == 1:
        return held.popitem()[1]
    return sorted(name for name, holds in held.items() if holds)


def latest_seen(machine: Machine, names: Tuple[str, ...]) -> Dict[str, str]:
    """``latest`` for each of *names* that the package index has nothing newer for; else what is installed."""
    states, versions = package_states(machine, names), package_versions(machine, names)
    offered = candidates(machine, names)
    return {name: _latest(states[name], versions[name], offered.get(name, "")) for name in names}


def _latest(state: str, version: str, offered: str) -> str:
    if state != INSTALLED:
        return state
    return LATEST if version == ABSENT or offered in ("", version) else version
