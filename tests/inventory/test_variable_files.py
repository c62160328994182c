"""group_vars/ and host_vars/ beside the inventory."""

from __future__ import annotations

from deploytasks.inventory import Inventory


def test_toml_beside_the_inventory_is_read(load) -> None:
    host = load("[web]\nh1\n", {"group_vars/web.toml": 'a = 1\n[app_env]\nKEY = "v"\n'}).hosts[0]
    assert host.variables == {"a": 1, "app_env": {"KEY": "v"}}
    assert str(host.origin("app_env")) == "group_vars/web.toml:2"


def test_all_formats_of_a_directory_are_merged_in_the_order_of_their_names(load) -> None:
    files = {
        "group_vars/web/1.yml": "a: 1\nb: 1\nc: 1\n",
        "group_vars/web/2.toml": "b = 2\nc = 2\n",
        "group_vars/web/3.json": '{"c": 3}',
    }
    assert load("[web]\nh1\n", files).hosts[0].variables == {"a": 1, "b": 2, "c": 3}


def test_a_directory_and_a_file_of_one_name_are_an_error(complaint) -> None:
    message = complaint("[web]\nh1\n", {"group_vars/web.yml": "a: 1\n", "group_vars/web/a.yml": "a: 1\n"})
    assert message == "group_vars/web.yml: group_vars/web is there too; expected one of the two"


def test_files_are_looked_for_beside_the_inventory_not_in_the_current_directory(
    load, tmp_path, monkeypatch
) -> None:
    load("[web]\nh1\n", {"group_vars/web.yml": "a: 1\n", "elsewhere/group_vars/web.yml": "a: 2\n"})
    monkeypatch.chdir(tmp_path / "elsewhere")
    host = Inventory.load("../inventory.ini").hosts[0]
    assert host.variables == {"a": 1}
    assert str(host.origin("a")) == "../group_vars/web.yml:1"


def test_files_of_unknown_groups_belong_to_another_inventory(load) -> None:
    assert load("[web]\nh1\n", {"group_vars/db.yml": "a: [\n"}).hosts[0].variables == {}


def test_a_priority_in_a_file_is_refused(complaint) -> None:
    message = complaint("[web]\nh1\n", {"group_vars/web.yml": "\nansible_group_priority: 5\n"})
    assert message.startswith("group_vars/web.yml:2: ansible_group_priority has no effect here")


def test_a_bad_name_in_a_file_is_refused(complaint) -> None:
    message = complaint("[web]\nh1\n", {"group_vars/web.yml": "a: 1\nmy-var: 5\n"})
    assert message.startswith('group_vars/web.yml:2: variable name "my-var"')


def test_a_link_to_nowhere_is_told(complaint, tmp_path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "web.yml").symlink_to("nosuch.yml")
    assert "group_vars/web.yml" in complaint("[web]\nh1\n")


def test_a_word_is_said_where_ansible_takes_the_file_for_all(tmp_path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/all.yml").write_text("port: 80\nsame: 1\n")
    (tmp_path / "hosts").write_text("[web]\nh1\n[web:vars]\nport=8080\nsame=1\n")
    (word,) = Inventory.load(tmp_path / "hosts").words
    assert (
        f"{tmp_path}/hosts:4: port of the group web counts over {tmp_path}/group_vars/all.yml:1 here" in word
    )
