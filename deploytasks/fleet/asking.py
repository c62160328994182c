"""Asking hosts, and doing single things to them: what stands between two ``apply`` in a Python program.

Each works on several hosts at once, needs no app, and gives one answer for each host that gave one. A host that fails
is in ``errors`` and never in the way of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import join
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from deploytasks.agent.engine.resource import describe
from deploytasks.agent.frozen import frozen
from deploytasks.agent.programs.wait_for import WaitFor
from deploytasks.agent.release.questions import Describe, Execute, Inspect, Ping, Wait
from deploytasks.delivery.hearing import description_in
from deploytasks.delivery.shipping import modules_of
from deploytasks.errors import ConfigError, DeployError, NotTheAgent, StepFailed
from deploytasks.fleet.answers import Answers, Ran
from deploytasks.fleet.applying import ask, converge
from deploytasks.fleet.command_streams import Arriving, Kept
from deploytasks.fleet.manner import Manner
from deploytasks.planning.standard import no_roles

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Step
    from deploytasks.agent.engine.resource import Resource, State
    from deploytasks.agent.host.description import Description
    from deploytasks.fleet.results import Results
    from deploytasks.inventory import Host

T = TypeVar("T")
AS_A_ROLE = "files"


def ping(hosts: Iterable[Host], manner: Manner | None = None) -> Answers[Mapping[str, Any]]:
    """Whether each host is there, lets us in and has a Python.

    It answers with its ``system``, its ``python``, and its ``boot``, which is another one after each start.
    """
    return asked(ask(hosts, no_roles, Ping(), manner or Manner("ping")))


def facts(hosts: Iterable[Host], manner: Manner | None = None) -> Answers[Description]:
    """What each host is like: addresses, disks, memory, packages, services, users."""
    return _understood(asked(ask(hosts, no_roles, Describe(), manner or Manner("facts"))), description_in)


def inspect(hosts: Iterable[Host], resource: Resource, manner: Manner | None = None) -> Answers[State]:
    """What *resource* is like on each host; nothing is changed.

    The answer is its state as a JSON object, or None where it is absent; ``resource.desired()`` is what ``apply`` would
    make of it. Raises ``ConfigError`` for a type of one's own whose module imports more than a host has.
    """
    sealed, _ = resource.sealed()
    question = Inspect(describe(sealed), modules_of([resource]))
    return _understood(asked(ask(hosts, no_roles, question, manner or Manner("inspect"))), _state_in)


def run(
    hosts: Iterable[Host],
    command: str | Sequence[str],
    *,
    stdin: bytes = b"",
    user: str = "",
    timeout_s: float = 0,
    manner: Manner | None = None,
) -> Answers[Ran]:
    """Run *command* on each host.

    It is a text for /bin/sh or a list of words, run as *user* (default: who logs in), in that user's home. It reads
    *stdin* and ends after *timeout_s* seconds at most (0: without a limit). A command that ends with another status
    than 0 is answered, and an error as well.
    """
    streams: dict[str, Kept] = {}
    given = manner or Manner("sh")
    question = Execute(
        command if isinstance(command, str) else join(command), user, timeout_s, bool(stdin), verbatim=True
    )
    kept = replace(given, streams=lambda name: streams.setdefault(name, Kept(stdin)))
    results = ask(hosts, no_roles, question, kept)
    ran = {
        name: streams[name].ran(recap.status) for name, recap in results.items() if recap.status is not None
    }
    return Answers.of(results, ran)


def fetch(
    hosts: Iterable[Host], path: str, into: str | Path, *, user: str = "root", manner: Manner | None = None
) -> Answers[Path]:
    """Copy the file *path* of each host to this machine.

    It is read as *user* and goes to *into*/HOST/PATH, in the place of what was there. A file that did not arrive
    whole is not there. Raises ``ConfigError`` for a path that is not absolute.
    """
    require_absolute(path)
    files: dict[str, Arriving] = {}
    given = manner or Manner("fetch")
    streams = replace(
        given,
        streams=lambda name: files.setdefault(name, Arriving(Path(into) / name / path.lstrip("/"))),
    )
    question = Execute(f"exec cat -- {join([path])}", user, verbatim=True)
    results = ask(hosts, no_roles, question, streams)
    places = {name: file.end(whole=results[name].status == 0) for name, file in files.items()}
    reasons = {name: _not_fetched(name, path, file) for name, file in files.items() if file.complaint}
    answers = Answers.of(results, {name: place for name, place in places.items() if place})
    code = StepFailed.exit_code if reasons else answers.exit_code
    return replace(answers, errors={**answers.errors, **reasons}, exit_code=code)


def put(
    hosts: Iterable[Host],
    source: str | Path | bytes,
    path: str,
    *,
    mode: str = "0644",
    owner: str = "root",
    group: str = "root",
    manner: Manner | None = None,
) -> Results:
    """Have the file *path* on all hosts.

    It has the content of the local file *source*, or these bytes, and those rights. A host where it is so already is
    not changed. Raises ``ConfigError`` for a source that cannot be read.
    """
    from deploytasks.agent.engine.plan import Step
    from deploytasks.resources import File

    require_absolute(path)
    content = source if isinstance(source, bytes) else _content(Path(source))
    file = File(path, content, mode=mode, owner=owner, group=group)

    def steps(host: Host, v: object) -> Iterator[Step]:
        del host, v
        yield Step(f"write {path}", file)

    role = SimpleNamespace(__name__=AS_A_ROLE, Vars=NoVars, steps=steps)
    return converge(hosts, lambda _: [role], {}, manner or Manner("put"))


def wait_for(
    hosts: Iterable[Host],
    *,
    port: int = 0,
    address: str = "127.0.0.1",
    path: str = "",
    text: str = "",
    url: str = "",
    gone: bool = False,
    timeout_s: float = 300,
    manner: Manner | None = None,
) -> Results:
    """Wait on each host until all is so that is said.

    Something answers at *port* of *address*; *path* is there; *url* is served. In *path* a line has to be found by
    *text*, a regular expression, if that is given. With *gone* it is the other way about. One where it is not so
    after *timeout_s* seconds has failed. Raises ``ConfigError`` for nothing to wait for.
    """
    question = Wait(port, address, path, text, url, gone, timeout_s)
    try:
        WaitFor(**vars(question))
    except ValueError as error:
        raise ConfigError(f"wait_for: {error}") from error
    return ask(hosts, no_roles, question, manner or Manner("wait_for"))


@frozen
class NoVars:
    """A role that asks nothing."""


def require_absolute(path: str) -> None:
    """Raise ``ConfigError`` for what is no absolute path of a file."""
    if not path.startswith("/") or path.endswith("/") or ".." in path.split("/"):
        raise ConfigError(f"{path!r}: expected the absolute path of a file on the hosts")


def _understood(answers: Answers[Any], read: Callable[[Any], T]) -> Answers[T]:
    """What *read* makes of each; it raises ``ValueError`` for what no agent says."""
    understood, lies = {}, {}
    for name, answer in answers.items():
        try:
            understood[name] = read(answer)
        except ValueError as error:
            lies[name] = NotTheAgent(f"{name}: what came is not from the agent: {error}", name)
    code = answers.exit_code or (NotTheAgent.exit_code if lies else 0)
    return Answers(understood, {**answers.errors, **lies}, code)


def _state_in(answer: Any) -> State:
    state = answer.get("state", ()) if isinstance(answer, dict) else ()
    if state is None or isinstance(state, dict):
        return state
    raise ValueError("it is no state")


def _not_fetched(name: str, path: str, file: Arriving) -> DeployError:
    reason = file.complaint.strip().rpartition(": ")[2] or "it did not arrive whole"
    return StepFailed(f"{name}: {path}: {reason}", name, "fetch")


def _content(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError as error:
        raise ConfigError(f"{source}: {error.strerror}") from error


def asked(results: Results) -> Answers[Any]:
    """The answers in *results*, as they came."""
    return Answers.of(results, results.answers)
