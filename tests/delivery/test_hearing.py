"""A host that lies harms nobody but itself."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploytasks.agent.conversation.wire import Frame, WireError, pack, pack_json
from deploytasks.agent.engine.events import KINDS, Event, Hello, Need, Note, Outcome, StepDone
from deploytasks.agent.files.manifest import Manifest
from deploytasks.agent.firewall.firewall import Rule
from deploytasks.agent.release.examined import Certificate, Disk, Examined, Firewall
from deploytasks.agent.release.facts import Facts
from deploytasks.agent.release.questions import Logs, Run, Status
from deploytasks.agent.release.request import Request
from deploytasks.cli.asking import believed
from deploytasks.cli.examining import examined
from deploytasks.delivery.conversation import Conversation
from deploytasks.delivery.hearing import event_of, examined_in, facts_of, manifest_of
from deploytasks.errors import NotTheAgent
from deploytasks.fleet.results import Results
from deploytasks.planning.checkup import Needs, findings
from deploytasks.report import HostRecap, tables

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = sorted({name for kind in KINDS.values() for name in kind.__dataclass_fields__})
LIES = st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=8)


def frame(document) -> Frame:
    return Frame(b"J", json.dumps(document).encode())


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(KINDS)), LIES)
def test_an_event_is_one_or_it_is_refused(kind, said):
    try:
        event = event_of(frame({**said, "event": kind}))
    except (WireError, ValueError):
        return
    assert isinstance(event, Event)
    assert event.event == kind


@given(st.binary(max_size=200))
def test_noise_is_refused(body):
    with pytest.raises((WireError, ValueError)):
        event_of(Frame(b"J", body))
    with pytest.raises((WireError, ValueError)):
        event_of(Frame(b"Z", body))


def test_what_an_agent_says_is_heard():
    done = StepDone("app", "make it", Outcome.CHANGED, 0.1, "diff")
    assert event_of(frame(done.to_json())) == done
    assert event_of(frame({**Note("waiting").to_json(), "of a later version": 1})) == Note("waiting")


@pytest.mark.parametrize(
    "document",
    [
        {"event": "step", "role": "app", "step": "x", "outcome": "splendid"},
        {"event": "end", "outcome": "ok", "changed": "many"},
        {"event": "ready", "before": "tea"},
        {"event": "log", "at": 1, "process": "web", "text": []},
        {"event": ["note"]},
    ],
)
def test_a_field_of_another_type_is_refused(document):
    with pytest.raises((WireError, ValueError)):
        event_of(frame(document))


@pytest.mark.parametrize(
    "document",
    [
        {"event": "step", "role": "app", "step": "x", "outcome": "ok", "elapsed_s": float("inf")},
        {"event": "step", "role": "app", "step": "x", "outcome": "ok", "elapsed_s": float("nan")},
        {"event": "end", "outcome": "ok", "elapsed_s": 1e300},
        {"event": "end", "outcome": "ok", "changed": 10**400},
        *(
            {"event": "log", "at": at, "process": "web", "text": "x"}
            for at in ("noon", "nan", "inf", "1e18", "")
        ),
    ],
)
def test_a_number_or_a_time_that_cannot_be_shown_is_refused(document):
    with pytest.raises(ValueError, match=r"reason|no time"):
        event_of(frame(document))


def test_an_object_of_any_depth_is_refused():
    with pytest.raises(WireError, match="too deep"):
        event_of(Frame(b"J", b'{"event": "answer", "document": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"))


@given(LIES | st.dictionaries(st.sampled_from(sorted(Facts.__dataclass_fields__)), ANYTHING))
def test_facts_are_within_reason_or_refused(said):
    try:
        facts = facts_of(Hello(said))
    except ValueError:
        return
    assert len(facts.python_version) <= 3
    assert 0 < facts.cpus < 100_000


def test_facts_as_an_agent_says_them_are_believed():
    assert facts_of(Hello({"hostname": "prod1", "pythons": ["python3"], "cpus": 8})).cpus == 8


def test_a_bomb_for_a_list_of_files_is_refused():
    bomb = base64.b64encode(zlib.compress(b"\0" * (1 << 28), 9)).decode()
    for manifest in (bomb, "no base64", base64.b64encode(b"noise").decode()):
        with pytest.raises(ValueError, match="list of files"):
            manifest_of(Need((), "", manifest))
    whole = base64.b64encode(zlib.compress(Manifest().encode())).decode()
    assert manifest_of(Need((), "", whole)) == Manifest()


@pytest.mark.parametrize("question", ["status", "releases", "history"])
@settings(deadline=None)
@given(answer=ANYTHING)
def test_an_answer_that_cannot_be_shown_is_that_hosts_error(question, answer):
    good = {"status": {"error": "down"}, "releases": [], "history": []}[question]
    hosts = {name: HostRecap(Outcome.OK) for name in ("liar", "honest")}
    results = Results(hosts, answers={"liar": answer, "honest": good})
    shown = believed(results, getattr(tables, question))
    assert shown.answers["honest"] == good
    assert ("liar" in shown.answers) != isinstance(shown.error_of("liar"), NotTheAgent)


EXAMINED = Examined(
    facts=Facts(),
    clock=1.5,
    systemd="running",
    disks=(Disk("/srv", 9000, None, read_only=False),),
    memory_mb=None,
    listeners={"22": "sshd"},
    firewall=Firewall(
        on=True, refuses=True, rules=(Rule(4, "allow", "tcp", "22", "any", "", "", plain=True),)
    ),
    certificates=(Certificate("/etc/ssl/shop.pem", 2.0),),
    addresses=("192.0.2.7",),
)


def test_what_was_found_on_a_host_arrives_as_it_was_said():
    assert examined_in(json.loads(json.dumps(asdict(EXAMINED)))) == EXAMINED


@given(LIES | st.dictionaries(st.sampled_from(sorted(Examined.__dataclass_fields__)), ANYTHING, min_size=1))
def test_what_was_found_on_a_host_is_as_an_agent_says_it_or_it_is_that_hosts_error(said):
    answers = {"liar": {**asdict(EXAMINED), **said}, "honest": asdict(EXAMINED)}
    hosts = {name: HostRecap(Outcome.OK) for name in answers}
    shown = believed(Results(hosts, answers=answers), examined)
    assert ("liar" in shown.answers) != isinstance(shown.error_of("liar"), NotTheAgent)
    assert list(findings(Needs(), examined_in(shown.answers["honest"]), 1.5))


@pytest.mark.parametrize("lie", [{"clock": "noon"}, {"disks": [{"path": "/"}]}, {"facts": {"cpus": 0}}])
def test_a_host_that_was_not_looked_at_is_no_finding(lie):
    with pytest.raises(ValueError, match=r"clock|free_mb|processors"):
        examined_in({**asdict(EXAMINED), **lie})


class Line:
    """A pipe from a host that says *said*, and *wish* to each greeting."""

    stderr = ""

    def __init__(self, said: bytes = b"", wish: bytes = b"") -> None:
        self._said = said
        self._wish = wish
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> None:
        nonce = (self.sent or [data])[0].split()[1]
        self.sent.append(data)
        self._said += nonce + self._wish

    def read(self, size: int) -> bytes:
        piece, self._said = self._said[:size], self._said[size:]
        return piece


def test_more_lines_of_a_log_than_were_asked_for_are_refused():
    line = pack_json({"event": "log", "at": "1.0", "process": "web", "text": "x"})
    with pytest.raises(NotTheAgent, match="more lines than were asked for"):
        list(Conversation(Line(line * 4), "web1", Logs(lines=3)).events())
    for asked in (Logs(lines=3, follow=True), Run("cat log")):
        events = Conversation(Line(line * 4), "web1", asked).events()
        assert len([next(events) for _ in range(4)]) == 4


def test_a_host_that_prints_where_nothing_was_run_is_refused():
    with pytest.raises(NotTheAgent, match="nothing was run here"):
        list(Conversation(Line(pack(b"O", b"x")), "web1", Status()).events())


def test_a_host_that_wants_the_agent_again_and_again_gets_it_once():
    line = Line(wish=b"b")
    assert Conversation.greet(line, "web1", Request(Status(), "status", "tests")) is None
    assert len(line.sent) == 2
