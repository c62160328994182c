"""--extra-vars: the strongest level."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploytasks.errors import InventoryError


@pytest.fixture
def variables(load):
    def of(*arguments: str) -> dict[str, object]:
        return dict(load("[web]\nh1 a=1 b=1\n").with_extra_vars(arguments).hosts[0].variables)

    return of


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        (["c=2"], {"c": "2"}),
        (["a=2"], {"a": "2"}),
        (["c=2 d='x y'"], {"c": "2", "d": "x y"}),
        (["c=a=b"], {"c": "a=b"}),
        (["c="], {"c": ""}),
        (["c=1", "c=2"], {"c": "2"}),
        (['{"c": [1, true], "d": null}'], {"c": [1, True], "d": None}),
        ([], {}),
    ],
)
def test_arguments_beat_everything(variables, arguments: list[str], added: dict[str, object]) -> None:
    assert variables(*arguments) == {"a": 1, "b": 1} | added


@pytest.mark.parametrize(
    ("name", "text"),
    [("x.yml", "c: 5\n"), ("x.yaml", "c: 5\n"), ("x.json", '{"c": 5}'), ("x.toml", "c = 5\n")],
)
def test_files_have_types_and_lines(load, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    host = load("h1\n").with_extra_vars([f"@{name}"]).hosts[0]
    assert host.variables == {"c": 5}
    assert str(host.origin("c")) == f"{name}:1"
    assert host.origin("c").level == "extra-vars"


def test_groups_see_them_too(load) -> None:
    inventory = load("[web]\nh1\n").with_extra_vars(["c=2"])
    assert [host.variables for host in inventory["web"]] == [{"c": "2"}]
    assert inventory.to_ansible()["_meta"] == {"hostvars": {"h1": {"c": "2"}}}


def test_connection_variables_take_effect(load) -> None:
    connection = (
        load("h1 ansible_user=a\n")
        .with_extra_vars(["ansible_user=root ansible_port=2222"])
        .hosts[0]
        .connection
    )
    assert (connection.user, connection.port) == ("root", 2222)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("", '--extra-vars: ""; expected key=value'),
        ("c", '--extra-vars: "c": expected key=value'),
        ("c=a b", "--extra-vars: what follows c=…: expected key=value; quote a value with blanks"),
        ("c='", "--extra-vars: no closing quotation"),
        ("my-var=1", '--extra-vars: variable name "my-var"'),
        ("groups=1", "is reserved"),
        ("@nosuch.yml", "file not found: nosuch.yml"),
        ("@x.txt", "expected a file that ends in .yml, .yaml, .json, .toml"),
        ("{c: [}", "--extra-vars:1: no YAML"),
        ("ansible_port=ssh", '--extra-vars: ansible_port: port: "ssh"'),
    ],
)
def test_nonsense_is_refused(load, argument: str, message: str) -> None:
    with pytest.raises(InventoryError) as error:
        load("h1\n").with_extra_vars([argument])
    assert message in str(error.value)


def test_all_bad_arguments_are_told_at_once(load) -> None:
    with pytest.raises(InventoryError) as error:
        load("h1\n").with_extra_vars(["a", "b", "c=1"])
    assert len(str(error.value).splitlines()) == 2
