"""What templates ask of the variable that they stand in, of its host, and of the other hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from deploytasks.inventory.origin import Setting
from deploytasks.inventory.place import Chain, Worked


class Around(Protocol):
    """All hosts and groups of the inventory."""

    @property
    def hosts(self) -> Mapping[str, Any]:
        """Each host by its name."""

    @property
    def groups(self) -> Mapping[str, list[str]]:
        """The names of the hosts of each group."""

    @property
    def files_read(self) -> set[Path]:
        """The files that templates have looked into."""

    def variables_of(self, host: str) -> Known:
        """Those of *host*; raises ``KeyError`` for an unknown one."""

    def groups_of(self, host: str) -> list[str]:
        """The groups that *host* is in, but ``all``."""

    def file_of(self, host: str) -> str:
        """The file that named *host* first."""


class Known(Protocol):
    """The variables of *host*."""

    @property
    def host(self) -> str:
        """Its name."""

    @property
    def settings(self) -> Mapping[str, Setting]:
        """Each as it is written."""

    @property
    def landscape(self) -> Around:
        """What is around it."""

    def worked_out(self, name: str, chain: Chain = ()) -> Worked:
        """What *name* means, for the last of *chain*."""

    def __contains__(self, name: object) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...

    def __len__(self) -> int: ...


class Asking(Protocol):
    """A variable that is being worked out: the last of *chain*."""

    is_secret: bool
    secrets: set[str]

    @property
    def chain(self) -> Chain:
        """How one came here."""

    @property
    def variables(self) -> Known:
        """Those of the host whose it is."""

    def of(self, variables: Known, name: str) -> Any:
        """The variable *name* of *variables*, as a part of this one."""
