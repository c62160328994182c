"""A change as text for people: a unified diff of contents, one line for every other key."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List

from deploytasks.agent.engine.resource import Change

HIDDEN = ("digest",)
SECRET = ("password",)
"""What is under these names nobody is told."""
LONGEST_VALUE = 120


def diff_of(change: Change, sensitive: bool = False) -> str:
    """What *change* does. With *sensitive* the names of what differs are told and no value."""
    if sensitive:
        return "\n".join("%s: changed (secret)" % key for key in _keys(change))
    return "\n".join(_lines(change))


def _keys(change: Change) -> List[str]:
    keys = change.keys if change.after is not None else tuple(change.before or {})
    return [key for key in keys if key not in HIDDEN]


def _lines(change: Change) -> Iterator[str]:
    before: Dict[str, Any] = change.before or {}
    after: Dict[str, Any] = change.after or {}
    for key in _keys(change):
        if key == "content":
            yield from _content_lines(before.get(key, ""), after.get(key, ""))
        elif key in SECRET:
            yield "%s: changed (secret)" % key
        elif _is_long_list(before.get(key)) or _is_long_list(after.get(key)):
            yield from _item_lines(key, before.get(key) or [], after.get(key) or [])
        else:
            yield "%s: %s → %s" % (key, _short(before.get(key)), _short(after.get(key)))


def _content_lines(before: str, after: str) -> Iterator[str]:
    import difflib  # for what differs alone

    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="")
    for line in lines:
        yield line.encode("utf-8", "replace").decode("utf-8")


def _is_long_list(value: Any) -> bool:
    return isinstance(value, list) and len(str(value)) > LONGEST_VALUE


def _item_lines(key: str, before: List[Any], after: List[Any]) -> Iterator[str]:
    """What goes and what comes, each in full: a list that is cut hides what matters."""
    yield from ("%s: - %s" % (key, item) for item in before if item not in after)
    yield from ("%s: + %s" % (key, item) for item in after if item not in before)


def _is_entry(value: Any) -> bool:
    """Whether *value* is what stands under one name, in the state of a resource that has several."""
    return isinstance(value, dict) and "kind" in value


def _entry(value: Dict[str, Any]) -> str:
    return " ".join(str(text) for key, text in value.items() if key not in (*HIDDEN, "content"))


def _short(value: Any) -> str:
    text = "absent" if value is None else _entry(value) if _is_entry(value) else str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
