"""Templates of a role: what is wrong with one is told with its line, and values are values."""

from __future__ import annotations

import pytest

from deploytasks.errors import PlanError
from deploytasks.planning.template import Templates


@pytest.fixture
def render(tmp_path):
    """Writes the template ``site.conf.j2`` of a role, and renders it."""
    place = tmp_path / "templates"
    place.mkdir()

    def rendered(text: str, asked: str = "site.conf.j2", /, **values) -> str:
        (place / "site.conf.j2").write_bytes(text.encode())
        return Templates(str(tmp_path / "__init__.py"))(asked, **values)

    return rendered


@pytest.mark.bad_input(45)
def test_an_undefined_variable_is_told_with_its_line(render):
    with pytest.raises(PlanError, match=r"site\.conf\.j2:2: 'port' is undefined"):
        render("listen\n{{ port }};\n")


@pytest.mark.bad_input(46)
def test_a_template_that_is_none_is_told_with_its_line(render):
    with pytest.raises(PlanError, match=r"site\.conf\.j2:3: "):
        render("a\nb\n{% if %}\n")


@pytest.mark.bad_input(46)
def test_a_missing_template_is_named(render):
    with pytest.raises(PlanError, match=r"templates/other\.j2: no such template"):
        render("", "other.j2")


@pytest.mark.bad_input(46)
def test_a_template_that_includes_itself_is_named(render):
    with pytest.raises(PlanError, match=r"site\.conf\.j2: includes or calls itself"):
        render("{% include 'site.conf.j2' %}")


@pytest.mark.bad_input(47)
@pytest.mark.parametrize("value", ["{{ 7 * 7 }}", "{% include '/etc/passwd' %}", "{{ ''.__class__ }}"])
def test_a_value_is_never_a_template(render, value):
    assert render("name {{ name }};", name=value) == f"name {value};\n"


@pytest.mark.bad_input(48)
@pytest.mark.parametrize(
    ("text", "file"),
    [("a", "a\n"), ("a\n\n\n", "a\n"), ("a\r\nb\r\n", "a\nb\n"), ("", "\n")],
    ids=["without an end", "with many", "of Windows", "empty"],
)
def test_a_file_ends_with_one_line_end_and_has_unix_ones(render, text, file):
    assert render(text) == file
