"""What travels to the host does the same as its source, line by line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from deploytasks import agent
from deploytasks.delivery.wordless import without_words

SOURCES = sorted(Path(agent.__file__).parent.rglob("*.py"))


class Silent(ast.NodeTransformer):
    """No text stands alone, and nothing but a class has annotations."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return self.without_words(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign):
                statement.simple = -1
        return self.without_words(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.without_words(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.simple == -1 or not node.value:
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def without_words(self, node: ast.AST) -> ast.AST:
        node.body = [statement for statement in node.body if not is_text(statement)]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node


def is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def statements(source: str) -> list[tuple[int, str]]:
    """All but what is imported for annotations."""
    tree = Silent().visit(ast.parse(source))
    tree.body = [node for node in tree.body if not is_for_annotations(node)]
    return [(node.lineno, ast.dump(node)) for node in ast.walk(tree) if isinstance(node, ast.stmt)]


def is_for_annotations(node: ast.AST) -> bool:
    is_checked = isinstance(node, ast.If) and isinstance(node.test, ast.Name)
    return (is_checked and node.test.id == "TYPE_CHECKING") or getattr(node, "module", "") == "typing"


def of_typing(tree: ast.AST) -> set[str]:
    """What is imported from there."""
    imports = [node for node in ast.walk(tree) if getattr(node, "module", "") == "typing"]
    return {alias.name for node in imports for alias in node.names}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_statement_is_there_on_its_line(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    assert statements(without_words(text)) == statements(text)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_of_typing_what_is_used_is_imported(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    left = ast.parse(without_words(text))
    used = {node.id for node in ast.walk(left) if isinstance(node, ast.Name)}
    assert used & of_typing(ast.parse(text)) <= of_typing(left)


def test_what_only_type_checkers_need_is_gone() -> None:
    source = (
        "from typing import TYPE_CHECKING, List\n\nif TYPE_CHECKING:\n    from a import b\n"
        "def f(c: List[b]):\n    pass\n"
    )
    assert without_words(source) == "\n\n\n\ndef f(c):\n    pass\n"


def test_words_and_annotations_of_functions_are_gone() -> None:
    source = 'def f(größe: Dict[str, int], *more: str) -> List[str]:  # why\n    """What."""\n    return []\n'
    assert without_words(source) == "def f(größe, *more):\n\n    return []\n"


def test_a_body_of_words_alone_is_not_empty() -> None:
    assert (
        without_words('class Stopped(Exception):\n    """Why."""\n') == 'class Stopped(Exception):\n    ""\n'
    )


def test_variables_have_no_annotations_and_fields_have_theirs() -> None:
    source = "größe: int = 1\n\nclass A:\n    b: int = 2\n    def c(self):\n        self.d: List[int] = []\n"
    assert without_words(source) == (
        "größe = 1\n\nclass A:\n    b: int = 2\n    def c(self):\n        self.d = []\n"
    )
