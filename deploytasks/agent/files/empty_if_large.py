"""A directory that is not to grow without bound."""

from __future__ import annotations

import os

from deploytasks.agent.disk.entry import remove_whole
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.frozen import frozen


@frozen
class EmptyIfLarge(Action):
    """The directory *path* is emptied if it takes more than *most_mb*.

    It is for what can be had anew, such as a cache. What its files take on the disk counts (MB).
    """

    path: str
    most_mb: int

    def run(self, machine: Machine) -> None:
        from deploytasks.agent.disk.size import megabytes_of

        place = machine.path(self.path)
        (taken_mb,) = megabytes_of([place])
        if taken_mb > self.most_mb:
            machine.say("%s: %d MB, more than %d: it is emptied" % (self.path, taken_mb, self.most_mb))
            for name in os.listdir(place):
                remove_whole(os.path.join(place, name))

    def acts_upon(self) -> str:
        return self.path
