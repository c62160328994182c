"""A page of numbered rows, and the tests that bring each of them about."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Catalogue:
    """*page* lists the *rows*, which are of *kind*, by the titles of its sections.

    A test says with ``@pytest.mark.KIND(NUMBER, ...)`` which rows it brings about; *more* has links to others.
    *remarks* are for rows whose tests are not the whole story, or that have none.
    """

    kind: str
    page: Path
    head: str
    rows: Mapping[str, Mapping[int, str]]
    remarks: Mapping[int, str]
    more: Mapping[int, list[str]] = field(default_factory=dict)

    @property
    def numbers(self) -> list[int]:
        return [number for rows in self.rows.values() for number in rows]

    def covered(self) -> dict[int, list[str]]:
        """The tests of each row, as links from the directory of the page."""
        found: dict[int, list[str]] = defaultdict(list)
        for number, links in self.more.items():
            found[number] += links
        for file in sorted((ROOT / "tests").rglob("test_*.py")):
            for test in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(test, ast.FunctionDef):
                    for number in self._marked(test):
                        found[number].append(link(test.name.removeprefix("test_").replace("_", " "), file))
        return dict(found)

    def text(self) -> str:
        """The whole page."""
        tests = self.covered()
        return "\n".join(
            [self.head, *(self._section(title, rows, tests) for title, rows in self.rows.items())]
        )

    def write(self) -> None:
        self.page.write_text(self.text(), encoding="utf-8")

    def _marked(self, test: ast.FunctionDef) -> Iterator[int]:
        for decorator in test.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == f"pytest.mark.{self.kind}":
                yield from (ast.literal_eval(argument) for argument in decorator.args)

    def _section(self, title: str, rows: Mapping[int, str], tests: Mapping[int, list[str]]) -> str:
        told = {
            number: "; ".join([*tests.get(number, []), *filter(None, [self.remarks.get(number)])])
            for number in rows
        }
        lines = [f"| {number} | {row} | {told[number]} |" for number, row in rows.items()]
        return "\n".join(
            [f"## {title}\n", f"| | {self.kind.replace('_', ' ')} | test |", "|---|---|---|", *lines, ""]
        )


def link(words: str, file: Path) -> str:
    """From a page in docs/ to a file of tests."""
    return f"[{words}](../{file.relative_to(ROOT)})"
