"""What travels to the host does the same as its source, line by line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from deploytasks import agent
from deploytasks.delivery.wordless import without_words

SOURCES = sorted(Path(agent.__file__).parent.rglob("*.py"))


class Silent(ast.NodeTransformer):
    """No text stands alone, nothing but a field has an annotation, nothing is imported for these."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign):
                statement.simple = -1
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.simple < 0 or not node.value or node.target.lineno != node.annotation.end_lineno:
            return node
        return ast.Assign([node.target], node.value, lineno=node.lineno)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module == "typing" else node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node

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


def of_typing(tree: ast.Module) -> set[str]:
    """The names that are imported from there."""
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "typing"]
    return {alias.name for node in imports for alias in node.names}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_each_name_of_typing_that_is_used_is_imported(source: Path) -> None:
    before = ast.parse(source.read_text(encoding="utf-8"))
    after = ast.parse(without_words(source.read_text(encoding="utf-8")))
    used = {node.id for node in ast.walk(after) if isinstance(node, ast.Name)}
    assert of_typing(after) == of_typing(before) & used


def test_what_is_imported_for_type_checkers_is_gone() -> None:
    source = (
        "from typing import (\n    TYPE_CHECKING,\n    Any,\n    List,\n)\n\n"
        "if TYPE_CHECKING:\n    import x\n\n\ndef f(y: List[x.X]) -> Any:\n    return Any\n"
    )
    assert without_words(source) == "from typing import Any\n" + "\n" * 9 + "def f(y):\n return Any\n"


def test_words_and_annotations_of_functions_are_gone() -> None:
    first = "def f(größe: Dict[str, int], *more: str) -> List[str]:  # why\n"
    source = first + '    """What."""\n    x: Y = 1\n    return [x]\n'
    assert without_words(source) == "def f(größe, *more):\n\n x = 1\n return [x]\n"


def test_what_would_be_empty_without_its_words_has_some() -> None:
    source = 'class Gone(Exception):\n    """It went."""\n\n\nclass Place:\n    path: str = "x"\n'
    assert without_words(source) == 'class Gone(Exception):\n ""\n\n\nclass Place:\n path: str = "x"\n'


def test_the_blanks_of_a_text_are_its_own() -> None:
    source = 'def f():\n    return """a\n        b"""\n'
    assert without_words(source) == 'def f():\n return """a\n        b"""\n'
