"""What is sent to a host, told while it is sent: long work is seen."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from deploytasks.agent.engine.events import Event, Note
from deploytasks.report import Sending
from deploytasks.report.measure import size

if TYPE_CHECKING:
    from deploytasks.delivery.contents import Contents

MUCH_BYTES, MANY_FILES = 20_000_000, 2000
TOLD_EVERY_S = 0.25
SHOWN = 3
HERE = "."


class Upload:
    """*say* hears of what is about to be sent when that is much, and then how far it is."""

    def __init__(self, contents: Contents, say: Callable[[Event], None]) -> None:
        self._contents = contents
        self._say = say
        self._sent = self._total = 0
        self._told = 0.0

    def begin(self, digests: Collection[str]) -> None:
        """The contents of these *digests* are to be sent."""
        self._total = sum(map(self._contents.size, digests))
        if self._total > MUCH_BYTES or len(digests) > MANY_FILES:
            self._say(Note(self._as_told(digests)))

    def sent(self, count: int) -> None:
        """So many bytes more of them have been sent."""
        self._sent += count
        now = time.monotonic()
        if self._total and now - self._told > TOLD_EVERY_S:
            self._told = now
            self._say(Sending(self._sent, self._total))

    def _as_told(self, digests: Collection[str]) -> str:
        largest = Counter(self._by_directory(set(digests))).most_common(SHOWN)
        named = ", ".join(f"{name} {size(count)}" for name, count in largest)
        return (
            f"sending {size(self._total)} in {len(digests)} files; most of it: {named}; "
            ".deployignore leaves out what the app does not need"
        )

    def _by_directory(self, digests: set[str]) -> dict[str, int]:
        found: Counter[str] = Counter()
        for manifest in self._contents.manifests.values():
            for entry in manifest.entries:
                if entry.digest in digests:
                    directory, slash, _ = entry.name.partition("/")
                    found[directory + slash if slash else HERE] += self._contents.size(entry.digest)
        return found
