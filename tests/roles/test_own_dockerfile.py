"""What a Dockerfile of a project's own says of its image."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from deploytasks.roles.docker.image import Recipe
from tests.roles.rendered import CASES, HELLO, rendered


@pytest.fixture
def source(tmp_path: Path) -> Path:
    shutil.copytree(HELLO, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "app"


@pytest.mark.parametrize(
    ("said", "volumes"),
    [
        ("FROM a\nVOLUME /data /var/lib/shop/\n", ("/data", "/var/lib/shop")),
        ('FROM a\nVOLUME ["/data", "/more"]\n', ("/data", "/more")),
        ("FROM a AS first\nVOLUME /gone\nFROM b\nvolume /data\nVOLUME /data $MORE\n", ("/data",)),
        ("FROM a\nRUN mkdir /data\n", ()),
    ],
)
def test_the_volumes_of_an_image_are_those_of_its_last_stage(said: str, volumes: tuple[str, ...]) -> None:
    assert Recipe(said, "/srv", "Dockerfile").volumes == volumes


def container(source: Path, **variables: Any) -> str:
    (source / "Dockerfile").write_text("FROM python\nVOLUME /data\nVOLUME /models\n")
    texts = rendered({**CASES["docker"], "app_source": str(source), "docker_port": 8000, **variables})
    return next(text for path, text in texts.items() if path.endswith("/bin/container"))


def test_a_volume_is_kept_with_what_is_shared_unless_there_is_another_for_it(source: Path) -> None:
    text = container(source, docker_volumes=["/mnt/models:/models:ro"])
    assert "--mount=type=bind,source=/srv/hello/shared/volumes/data,target=/data" in text
    assert "shared/volumes/models" not in text
    assert "--volume=/mnt/models:/models:ro" in text


def test_what_leads_to_a_volume_is_made_before_it(source: Path) -> None:
    (source / "Dockerfile").write_text("FROM python\nVOLUME /var/data\n")
    steps = rendered({**CASES["docker"], "app_source": str(source), "docker_port": 8000})[
        "steps"
    ].splitlines()
    places = [line.partition("keep ")[2] for line in steps if "docker: keep " in line]
    top = "/srv/hello/shared/volumes"
    assert places == [top, f"{top}/var", f"{top}/var/data"]


def test_a_container_knows_the_apps_user_by_name(source: Path) -> None:
    text = container(source)
    for name in ("passwd", "group"):
        assert f"source=/srv/hello/releases/RELEASE/{name},target=/etc/{name},readonly" in text
