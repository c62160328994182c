"""What travels to the host does the same as its source, line by line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from deploytasks import agent
from deploytasks.delivery.wordless import without_words

SOURCES = sorted(Path(agent.__file__).parent.rglob("*.py"))


class Silent(ast.NodeTransformer):
    """Every text that stands alone is empty, no function has annotations."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = ""
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node


def statements(source: str) -> list[tuple[int, str]]:
    tree = Silent().visit(ast.parse(source))
    return [(node.lineno, ast.dump(node)) for node in ast.walk(tree) if isinstance(node, ast.stmt)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_statement_is_there_on_its_line(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    assert statements(without_words(text)) == statements(text)


def test_words_and_annotations_of_functions_are_gone() -> None:
    source = 'def f(größe: Dict[str, int], *more: str) -> List[str]:  # why\n    """What."""\n    return []\n'
    assert without_words(source) == 'def f(größe, *more):\n ""\n return []\n'


def test_the_blanks_of_a_text_are_its_own() -> None:
    source = 'def f():\n    return """a\n        b"""\n'
    assert without_words(source) == 'def f():\n return """a\n        b"""\n'
