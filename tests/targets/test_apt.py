"""Targets use the mirrors of the controller, turned to their own suite."""

from __future__ import annotations

import pytest

from deploytasks.errors import ConfigError
from deploytasks.targets.apt import install, sources_list

HERE = (
    "http://mirror.example/debian/ bookworm\n"
    "http://mirror.example/debian/ bookworm\n"
    "http://mirror.example/debian/ bookworm-updates\n"
    "https://security.example/ bookworm-security\n"
    "http://others.example/ nodistro\n"
    "file:/srv/local/ bookworm\n"
)


def test_each_debian_source_is_there_once_for_the_suite_of_the_target():
    assert sources_list(HERE, "bookworm", "bullseye") == (
        "deb http://mirror.example/debian/ bullseye main\n"
        "deb http://mirror.example/debian/ bullseye-updates main\n"
        "deb https://security.example/ bullseye-security main\n"
    )


def test_a_command_that_is_here_is_not_installed():
    said: list[str] = []
    install({"sh": "no-such-package"}, said.append)
    assert said == []


def test_who_cannot_install_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="missing on this machine: mmdebstrap\ninstall it"):
        install({"mmdebstrap": "mmdebstrap"}, print)
