"""Carry out the plan that the controller renders from this host's facts."""

from __future__ import annotations

import base64
import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, List, Optional, Set, Tuple

from deploytasks.agent.conversation.gate import FleetGate
from deploytasks.agent.conversation.understood import understood
from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.engine.events import Compare, Ended, Handed, Hello, Need
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.engine.shipped import import_shipped
from deploytasks.agent.engine.types import import_types
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.manifest import Manifest
from deploytasks.agent.files.secret import read_secret
from deploytasks.agent.files.tree import hold_tree
from deploytasks.agent.release.commands.carry_out import carry_out, ready_engine
from deploytasks.agent.release.gathering import gather
from deploytasks.agent.release.releases import current_release, kept_releases
from deploytasks.agent.release.sealed import hold_sealed
from deploytasks.agent.release.session import Dismissed, Session

if TYPE_CHECKING:
    from deploytasks.agent.engine.comparison import Comparison

ROUNDS = 4


def converge(session: Session) -> Ended:
    """Say hello, receive the plan and what it needs, carry it out, remember it."""
    with session.lock():
        engine = ready_engine(session)
        if not session.checks:
            session.machine.blobs.forget()
        plan, gate = receive_order(session)
        if session.checks:
            ended = carry_out(session, engine, plan, comparison=_comparison(session, plan))
            gate.hand_over()
            return ended
        try:
            _fetch(session, plan)
            ended = carry_out(session, engine, plan, gate)
            gate.hand_over()
            return ended
        finally:
            session.machine.blobs.forget()


@understood()
def receive_order(session: Session) -> Tuple[Plan, FleetGate]:
    """Say hello with this host's facts, and hear the plan, and where its fleet goes in step.

    Raises ``Dismissed`` when nothing is to be done here.
    """
    session.outlet.say(Hello(asdict(gather(session.machine, session.app, session.ssh_connection))))
    import_types(session.request.question.types)
    order = session.inlet.object()
    if "plan" not in order:
        raise Dismissed(order["bye"])
    session.outlet.mask.add(order["mask"])
    _require_that_host(session, order)
    import_shipped(order["recording"]["modules"])
    session.machine.recording = {"plan": order["plan"], **order["recording"]}
    gates = map(Phase, order.get("gates", ()))
    leads, hand_over = order.get("leads", True), _handing(session, list(order.get("hands", ())))
    gate = FleetGate(gates, session.outlet.say, session.inlet.object, leads=leads, hand_over=hand_over)
    return Plan.from_json(order["plan"]), gate


def _handing(session: Session, paths: List[str]) -> Callable[[], None]:
    """What tells the files *paths*, as far as they are there; once, and nothing where none are asked for."""

    def hand_over() -> None:
        if paths:
            texts = {path: read_secret(session.machine, path) for path in paths}
            session.outlet.say(Handed({path: text for path, text in texts.items() if text}))
            paths.clear()

    return hand_over


@understood()
def _fetch(session: Session, plan: Plan) -> None:
    """Ask for the contents that *plan* names and this host lacks, until it lacks none."""
    if not _lacking(session, plan):
        return
    held = _hold_release(session)
    for _ in range(ROUNDS):
        lacking = _lacking(session, plan)
        if not lacking:
            return
        session.outlet.say(Need(tuple(sorted(lacking)), *_known(session, held)))
        _receive(session)
    raise StepError("the contents of the plan did not arrive; deploy again")


def _require_that_host(session: Session, order: Dict[str, Any]) -> None:
    """An order that was kept is for the host as it was then; raises ``StepError`` when that has gone on since."""
    if "made_on" not in order or session.request.force or session.app is None:
        return
    now = current_release(session.machine, session.app)
    if now not in (order["made_on"], order["plan"]["release"]):
        raise StepError(
            "this was made for a host that served %s, and it serves %s by now; make it anew, or have it with --force"
            % (order["made_on"] or "nothing", now or "nothing")
        )


def _comparison(session: Session, plan: Plan) -> Optional[Comparison]:
    """With what serves, where a release is to come; the controller shows what of it is new."""
    if session.app is None or not plan.release or session.request.by_hand:
        return None
    from deploytasks.agent.release.comparison import NothingServes, WithServing

    held = _hold_release(session)
    session.outlet.say(Compare(*_known(session, held)))
    _look_at(session)
    current, diff = current_release(session.machine, session.app), session.request.diff
    if current is None:
        return None if diff else NothingServes()
    if current == plan.release:
        return None
    serving = session.app.release(current)
    hold_sealed(session.machine, serving)
    return WithServing(session.machine, serving, plan.release, diff)


def _look_at(session: Session) -> None:
    """Remember what the controller shows, and say how much it would send."""
    sending = session.inlet.object()["would_send"]
    if sending:
        from deploytasks.agent.release.commands.space import amount

        session.machine.say("a deploy would send %s" % amount(sending))
    shown = session.inlet.object()
    while shown.get("blob"):
        session.machine.blobs.remember(b"".join(_arriving(session, shown)))
        shown = session.inlet.object()


def _lacking(session: Session, plan: Plan) -> Set[str]:
    return {digest for step in plan.steps for digest in step.resource.lacks(session.machine)}


def _hold_release(session: Session) -> Optional[str]:
    """Offer what the serving release holds, or the newest where none serves; returns the path of its manifest."""
    app = session.app
    if app is None:
        return None
    newest = [release.name for release in kept_releases(session.machine, app)[-1:]]
    for name in filter(None, [current_release(session.machine, app), *newest]):
        release = app.release(name)
        hold_tree(session.machine, release.code, release.manifest)
        return release.manifest
    return None


def _known(session: Session, manifest: Optional[str]) -> Iterator[str]:
    if manifest is None:
        return
    try:
        with reading_bytes(session.machine.path(manifest)) as file:
            content = file.read()
        Manifest.parse(content)
    except (OSError, ValueError):
        return
    session.machine.blobs.hold(digest_of(content), session.machine.path(manifest))
    yield digest_of(content)
    yield base64.b64encode(zlib.compress(content, 1)).decode("ascii")


def _receive(session: Session) -> None:
    """Keep the contents that come, if there is room for them, until the controller says that these were all."""
    from deploytasks.agent.release.commands.space import require_room

    coming = session.inlet.object()["coming"]
    require_room(session.machine, session.places, coming)
    announced = session.inlet.object()
    while announced.get("blob"):
        _keep(session, announced)
        announced = session.inlet.object()


def _keep(session: Session, announced: Dict[str, Any]) -> None:
    session.machine.blobs.receive(announced["blob"], _arriving(session, announced), announced.get("made", ""))


def _arriving(session: Session, announced: Dict[str, Any]) -> Iterable[bytes]:
    """The content that was *announced*, whole or as what differs from one that is here."""
    pieces = _unpacked(session.inlet.pieces(), announced)
    if not announced.get("base"):
        return pieces
    from deploytasks.agent.files.manifest_patch import patched

    base = Manifest.parse(session.machine.blobs.read(announced["base"]))
    return [patched(base, b"".join(pieces)).encode()]


def _unpacked(pieces: Iterator[bytes], announced: Dict[str, Any]) -> Iterator[bytes]:
    if not announced.get("packed"):
        yield from pieces
        return
    unpack = zlib.decompressobj()
    for piece in pieces:
        yield unpack.decompress(piece)
    yield unpack.flush()
