"""A worker that sends is not one that hangs. Managed by deploytasks.

gunicorn ends a worker of the class ``sync`` that says nothing for ``timeout`` seconds, and one says nothing while a
client takes its answer. A release has this file beside the app's module; it runs in the app's Python, 3.8 or later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.workers import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE = 65536


class SyncWorker(sync.SyncWorker):
    """gunicorn's own: each piece of an answer that somebody has taken is a sign of life.

    It has the name of gunicorn's, as that takes ``threads`` for the wish for another class by the name.
    """

    wsgi: Any

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.wsgi = in_pieces(self.wsgi, self.notify)


def in_pieces(app: Callable[..., Any], sent: Callable[[], None]) -> Callable[..., Any]:
    """*app* (PEP 3333), which calls *sent* after each piece of an answer."""

    def called(environ: dict[str, Any], start_response: Any) -> Pieces:
        # A file that gunicorn hands to the kernel is one piece, however large.
        known = {name: value for name, value in environ.items() if name != "wsgi.file_wrapper"}
        return Pieces(app(known, start_response), sent)

    return called


class Pieces:
    """An answer in pieces that are sent one by one."""

    def __init__(self, answer: Any, sent: Callable[[], None]) -> None:
        self._answer = answer
        self._sent = sent

    def __iter__(self) -> Iterator[bytes]:
        for part in self._answer:
            for start in range(0, max(len(part), 1), PIECE):
                yield part[start : start + PIECE]
                self._sent()

    def close(self) -> None:
        if hasattr(self._answer, "close"):
            self._answer.close()
