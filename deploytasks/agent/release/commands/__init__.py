"""What a controller can ask of the agent, one command per file.

Each is a function of the session that says its events and returns how it ended; it is imported when it is asked.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable, Dict, Type

from deploytasks.agent.conversation.understood import understood
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.request import Converge, Question, Request

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Ended
    from deploytasks.agent.release.session import Session


def request_in(document: Dict[str, Any]) -> Request:
    """What *document* asks, a controller's first object; raises ``StepError`` for what is not understood.

    Both sides are of one version, since an agent is kept by its digest: what one side says, the other one knows.
    """
    with understood():
        asked = dict(document["question"])
        question = _kind_of(asked.pop("ask"))(**asked)
        app = App(**_texts(document["app"])) if document["app"] else None
        wait_s = float(document.get("lock_wait_s", 0))
        return Request(**{**document, "question": question, "app": app, "lock_wait_s": wait_s})


def command(name: str) -> Callable[[Session], Ended]:
    """The command called *name*."""
    found: Callable[[Session], Ended] = getattr(import_module("%s.%s" % (__name__, name)), name)
    return found


def _texts(document: Dict[str, Any]) -> Dict[str, str]:
    if not all(isinstance(text, str) for text in document.values()):
        raise TypeError("%r is no app" % document)
    return document


def _kind_of(ask: str) -> Type[Question]:
    if ask == Converge.ask:
        return Converge
    from deploytasks.agent.release.questions import QUESTIONS

    return QUESTIONS[ask]
