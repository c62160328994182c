"""``inv`` where our own modules find nothing that Windows lacks: ``python -m tests.without_unix WORDS``.

Other people's modules have all of it, as they have their own code for each system.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from tests.windows_names import LOOKED_AT, is_lacking, lacking

OURS = "deploytasks"
Import = Callable[..., ModuleType]


class Window(ModuleType):
    """A module of the standard library as Windows has it."""

    def __init__(self, real: ModuleType) -> None:
        super().__init__(real.__name__, real.__doc__)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if name in lacking(self._real.__name__):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows")
        return getattr(self._real, name)

    def __dir__(self) -> list[str]:
        return sorted(set(dir(self._real)) - lacking(self._real.__name__))


def import_as_there(
    name: str,
    globals_: Mapping[str, Any] | None = None,
    locals_: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """What ``import`` does in a module of ours."""
    top = name.partition(".")[0]
    if top in LOOKED_AT and is_lacking(top):
        raise ModuleNotFoundError(f"No module named {name!r} on Windows", name=name)
    found = builtins.__import__(name, globals_, locals_, fromlist or (), level)
    return Window(found) if found.__name__ in LOOKED_AT else found


class Hiding(Loader):
    """Runs a module of ours with another ``import``."""

    def __init__(self, loader: Loader, import_: Import) -> None:
        self._loader = loader
        self._builtins = {**vars(builtins), "__import__": import_}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = self._builtins
        self._loader.exec_module(module)


class Finder:
    """Finds modules of ours as they are found anyway, and has them run so."""

    def __init__(self, import_: Import) -> None:
        self._import = import_

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] != OURS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = Hiding(spec.loader, self._import)
        return spec


def hide(import_: Import = import_as_there) -> None:
    """From now on modules of ours find no more than that; none of them is imported yet."""
    assert not any(name.partition(".")[0] == OURS for name in sys.modules)
    sys.meta_path.insert(0, Finder(import_))


if __name__ == "__main__":
    hide()
    from invoke.main import program

    sys.argv[0] = "inv"
    program.run()
