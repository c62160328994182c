"""Variable files: three formats, the line of every key, and what is refused in each."""

from __future__ import annotations

import pytest

from deploytasks.inventory.documents.document import parsed_document
from deploytasks.inventory.refused import Refused


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.yml", "# c\na: 1\n\nb:\n  a: [x, {c: null}]\n'c': true\n"),
        (
            "x.json",
            '{\n "a": 1,\n\n "b": {"a": ["x", {"c": null}]\n}, "c": true}'.replace('}, "c"', '},\n"c"'),
        ),
    ],
)
def test_keys_have_their_lines(path: str, text: str) -> None:
    document = parsed_document(path, text)
    assert {key: value for key, (value, _) in document.items()} == {
        "a": 1,
        "b": {"a": ["x", {"c": None}]},
        "c": True,
    }
    lines = text.split("\n")
    for key, (_, line) in document.items():
        assert lines[line - 1].strip().strip("'\"").startswith(key)


def test_toml_keys_have_their_lines() -> None:
    text = 'a = 1\n"b c".d = 2\n\n[t]\na = 3\nx = [1,\n 2]\n[[l]]\na = 4\n[u.v]\nw = "x"\n'
    document = parsed_document("x.toml", text)
    assert {key: line for key, (_, line) in document.items()} == {"a": 1, "b c": 2, "t": 4, "l": 8, "u": 10}
    assert document["t"][0] == {"a": 3, "x": [1, 2]}


@pytest.mark.parametrize("path", ["x.yml", "x.json", "x.toml", "x"])
@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_says_nothing(path: str, text: str) -> None:
    assert parsed_document(path, text) == {}


@pytest.mark.parametrize(
    ("path", "text", "line", "message"),
    [
        ("x.yml", "a: 1\n b: 2\n", 2, "no YAML"),
        ("x.yml", "a: 1\n---\nb: 2\n", 2, "no YAML"),
        ("x.yml", "a: &x [*x]\n", 1, "no YAML"),
        ("x.yml", "a: !!binary aGk=\n", 1, 'tag "tag:yaml.org,2002:binary" is not allowed'),
        ("x.yml", "a: 2026-99-99\n", 1, "month must be in 1..12"),
        ("x.yml", "a: 1\nb: \0\n", 2, "no YAML: special characters are not allowed: character 0x0"),
        ("x.yml", "a: 1\nb: \x86\n", 2, "no YAML: special characters are not allowed: character 0x86"),
        ("x.yml", "1: a\n", 1, 'the key "1" is read as int, not as text; quote it'),
        ("x.yml", "a: {[1]: 2}\n", 1, "is read as seq, not as text"),
        ("x.yml", "<<: 1\n", 1, "no YAML: expected a mapping"),
        ("x.json", '{"a": 1,\n}', 2, "no JSON"),
        ("x.json", "[1]", 1, "holds a list; expected an object at the top"),
        ("x.json", '{"a": NaN}', None, "NaN is no finite number"),
        ("x.json", '{"b": 1,\n"a": 1e999}', 2, "a: inf is no finite number"),
        ("x.json", '{"a": {\n"b": 1,\n"b": 2}}', 3, 'key "b" is there twice'),
        ("x.json", "[" * 100_000, 1, "no JSON"),
        ("x.toml", "a = 1\na = 2\n", 2, "no TOML: Cannot overwrite a value"),
        ("x.toml", "a = 1\nb = \n", 2, "no TOML"),
        ("x.toml", "a = 1\nb = 2026-11-21\n", 2, "b: 2026-11-21 is read as a date; quote it"),
        ("x.toml", "a = nan\n", 1, "a: nan is no finite number"),
    ],
)
def test_what_is_no_plain_data_is_refused_with_its_line(
    path: str, text: str, line: int | None, message: str
) -> None:
    with pytest.raises(Refused) as refused:
        parsed_document(path, text)
    assert message in str(refused.value)
    assert refused.value.line == line


def test_a_bomb_of_aliases_is_refused_quickly() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    with pytest.raises(Refused, match="aliases stand for more than 100000 values"):
        parsed_document("x.yml", bomb)


def test_a_merged_mapping_may_be_used_twice_and_overridden() -> None:
    text = "base: &b {a: 1}\nx: &x\n  <<: *b\n  a: 2\ny: *x\nz:\n  <<: *x\n  c: 3\n"
    values = {key: value for key, (value, _) in parsed_document("x.yml", text).items()}
    assert values == {"base": {"a": 1}, "x": {"a": 2}, "y": {"a": 2}, "z": {"a": 2, "c": 3}}


def test_a_text_that_ansible_must_not_render_is_text() -> None:
    assert parsed_document("x.yml", "a: !unsafe '{{ x }}'\n") == {"a": ("{{ x }}", 1)}
