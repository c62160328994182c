"""What stands in the place of a value that is not there, until it is needed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, UndefinedError
from jinja2.utils import missing

from deploytasks.inventory.refused import Refused

if TYPE_CHECKING:
    from deploytasks.inventory.place import Place


class Missing(StrictUndefined):
    """A value that is not there, nor is any part of it; *places* are the variables that need it, the first first."""

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None
    ) -> None:
        del exc
        raising: Any = partial(Needed, self)
        super().__init__(hint, obj, name, raising)
        self.places: tuple[Place, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, *_: Any, **__: Any) -> Any:
        return self

    @property
    def reason(self) -> str:
        """Why it is not there."""
        return self._undefined_hint or self._undefined_message

    def needed_by(self, place: Place) -> Missing:
        """The same, which the variable at *place* needs, too."""
        if self.places[-1:] == (place,):
            return self
        found = Missing(self.reason)
        found.places = (*self.places, place)
        return found


class NotThere(Refused):
    """What *missing* stands for is no value, and *places* need it."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(missing.reason)
        self.missing = missing
        self.places = missing.places


class Needed(UndefinedError):
    """What *missing* stands for was needed."""

    def __init__(self, missing: Missing, message: str | None = None) -> None:
        super().__init__(message or missing.reason)
        self.missing = missing
