"""Python's byte code, kept although Invoke says not to."""

from __future__ import annotations

import sys


def keep_byte_code() -> None:
    """What a task imports from now on is compiled once, and not at each run, unless the user wants none.

    Invoke switches byte code off, so that no cache comes to lie beside a ``tasks.py`` (its ``--write-pyc``). That file
    is loaded when a task runs; what is still to come is ours, and where pip has not compiled it, in a checkout or after
    uv, it would cost a tenth of a second each time. ``PYTHONDONTWRITEBYTECODE`` and ``-B`` mean what they mean to
    Python.
    """
    sys.dont_write_bytecode = bool(sys.flags.dont_write_bytecode)
