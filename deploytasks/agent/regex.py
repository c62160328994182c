"""Regular expressions that are compiled when they are first asked."""

import re
from typing import Any, AnyStr, Union, cast

VERBS = ("match", "fullmatch", "search", "finditer", "findall", "split", "sub", "subn")


def regex(text: AnyStr, flags: Union[int, re.RegexFlag] = 0) -> "re.Pattern[AnyStr]":
    """``re.compile``, put off until the expression is asked for the first time.

    A module of fifty patterns is imported for one of them, and compiling one takes a tenth of a millisecond:
    more than reading it. A mistake in *text* is told when it is asked; a test asks all that there are.
    """
    return cast("re.Pattern[AnyStr]", _Unread(text, flags))


class _Unread:
    """An expression of which nothing has been compiled; once asked, its verbs are those of the compiled one."""

    def __init__(self, text: Any, flags: int) -> None:
        self.pattern, self._flags = text, flags

    def __getattr__(self, verb: str) -> Any:
        if verb not in VERBS and verb not in ("flags", "groups", "groupindex"):
            raise AttributeError(verb)
        compiled = re.compile(self.pattern, self._flags)
        self.__dict__.update({name: getattr(compiled, name) for name in VERBS})
        return getattr(compiled, verb)
