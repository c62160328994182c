"""Who has no engine is told what to do; who chose one gets that one or an error."""

from __future__ import annotations

import pytest
from docker.errors import DockerException

from deploytasks.errors import ConfigError
from deploytasks.targets.engine import engine_address, engine_errors, ensure_engine


def test_a_chosen_engine_that_does_not_answer_is_not_replaced_by_another(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    said: list[str] = []
    with pytest.raises(ConfigError, match="no Docker engine answers\nstart Docker"):
        ensure_engine(said.append)
    assert said == []


def test_docker_host_beats_the_current_context(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:2375")
    assert engine_address() == "tcp://127.0.0.1:2375"


def test_what_the_engine_refuses_is_told_in_its_own_words():
    with pytest.raises(ConfigError, match="Docker: no space left on device"), engine_errors():
        raise DockerException("no space left on device")
