"""Python's syntax trees, one at a time.

In some releases of CPython 3.11 and 3.12 two threads that are in ``ast.parse`` at once may end with
``SystemError: AST constructor recursion depth mismatch`` (https://github.com/python/cpython/issues/106905).
"""

from __future__ import annotations

import ast
from threading import Lock

_ONE_AT_A_TIME = Lock()


def parsed(source: str | bytes, name: str = "<unknown>") -> ast.Module:
    """The tree of *source*, a module's text; raises ``SyntaxError`` and ``ValueError`` as ``ast.parse`` does."""
    with _ONE_AT_A_TIME:
        return ast.parse(source, name)
