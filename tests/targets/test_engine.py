"""Who has no engine is told what to do; who chose one gets that one or an error."""

from __future__ import annotations

import hashlib
import json

import pytest
from docker.errors import DockerException

from deploytasks.errors import ConfigError
from deploytasks.targets.engine import engine_address, engine_errors, ensure_engine, how_to_get_one


def test_a_chosen_engine_that_does_not_answer_is_not_replaced_by_another(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    said: list[str] = []
    with pytest.raises(
        ConfigError, match=r"no Docker engine answers at unix://.*\nstart it, or choose another one"
    ):
        ensure_engine(said.append)
    assert said == []


def test_docker_host_beats_the_current_context(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:2375")
    assert engine_address() == "tcp://127.0.0.1:2375"


@pytest.fixture
def context(monkeypatch, tmp_path):
    """A current context of Docker's that leads to *address*, as Docker Desktop, colima and others set theirs."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))

    def set_context(address: str) -> None:
        (tmp_path / ".docker").mkdir(exist_ok=True)
        name = "colima"
        for place in (tmp_path, tmp_path / ".docker"):
            meta = place / "contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
            meta.mkdir(parents=True)
            said = {
                "Name": name,
                "Metadata": {},
                "Endpoints": {"docker": {"Host": address, "SkipTLSVerify": False}},
            }
            (meta / "meta.json").write_text(json.dumps(said))
            (place / "config.json").write_text(json.dumps({"currentContext": name}))

    return set_context


def test_the_current_context_is_the_one_that_is_used(context, tmp_path):
    address = f"unix://{tmp_path}/colima.sock"
    context(address)
    assert engine_address() == address
    with pytest.raises(
        ConfigError, match=r"no Docker engine answers at unix://.*/colima\.sock\nstart it, or choose"
    ):
        ensure_engine(print)


@pytest.mark.parametrize("address", ["ssh://ann@build", "tcp://build.example.org:2376"])
def test_an_engine_elsewhere_is_told(context, address):
    context(address)
    with pytest.raises(ConfigError, match="is on another machine"):
        ensure_engine(print)


@pytest.mark.parametrize(
    ("system", "told"), [("Darwin", "colima start"), ("Windows", "winget"), ("Linux", "docker.io")]
)
def test_who_has_none_is_told_what_to_install(monkeypatch, tmp_path, system, told):
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr("platform.system", lambda: system)
    assert told in how_to_get_one()


def test_what_the_engine_refuses_is_told_in_its_own_words():
    with pytest.raises(ConfigError, match="Docker: no space left on device"), engine_errors():
        raise DockerException("no space left on device")
