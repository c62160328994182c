"""What a controller can ask of the agent, one command per file.

Each is a function of the session that says its events and returns how it ended; it is imported when it is asked.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable, Dict, Type

from deploytasks.agent.errors import StepError
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.request import Converge, Question, Request

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Ended
    from deploytasks.agent.release.session import Session


def request_in(document: Dict[str, Any]) -> Request:
    """What *document* asks, a controller's first object; raises ``StepError`` for what no controller asks.

    Both sides are of one version, since an agent is kept by its digest: what one side says, the other one knows.
    """
    try:
        asked = dict(document["question"])
        question = _kind_of(asked.pop("ask"))(**asked)
        app = App(**document["app"]) if document["app"] else None
        return Request(**{**document, "question": question, "app": app})
    except (LookupError, TypeError) as error:
        raise StepError("no controller asks so: %r; nothing was done" % error) from error


def command(name: str) -> Callable[[Session], Ended]:
    """The command called *name*."""
    found: Callable[[Session], Ended] = getattr(import_module("%s.%s" % (__name__, name)), name)
    return found


def _kind_of(ask: str) -> Type[Question]:
    if ask == Converge.ask:
        return Converge
    from deploytasks.agent.release.questions import QUESTIONS

    return QUESTIONS[ask]
