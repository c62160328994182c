"""What is built here goes into the image that is made for an app, whoever makes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploytasks import Plan
from deploytasks.delivery.local_image import LocalImage
from tests.roles.rendered import plan_with

NAME = "x-1.0-py3-none-any.whl"
DIGEST = hashlib.sha256(b"a wheel").hexdigest()
LINE = f"x @ file:///requirements/wheels/{NAME}  # {DIGEST[:16]}\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An app with a wheel of its own."""
    files: Mapping[str, bytes] = {
        "app.py": b"from flask import Flask\napp = Flask(__name__)\n",
        "requirements.txt": f"flask\n./{NAME}\n".encode(),
        NAME: b"a wheel",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def plan_of(source: Path, **more: Any) -> Plan:
    return plan_with({"app_name": "shop", "app_runtime": "docker", "app_source": str(source), **more})


def test_it_is_copied_into_the_context_on_the_host(source: Path) -> None:
    files = {step.name: step.resource for step in plan_of(source).steps}
    assert files[f"copy requirements/wheels/{NAME}"].digest == DIGEST
    assert files["write requirements/requirements.txt"].content == f"flask\n{LINE}"
    assert "make the directory requirements/wheels" in files


def test_it_is_copied_into_the_context_on_this_machine(source: Path) -> None:
    plan = plan_of(source, docker_build="controller")
    (step,) = (step for step in plan.steps if step.name == "bring the image of the dependencies")
    image = LocalImage.decode(plan.contents[step.resource.digest])
    assert image.copies == {f"requirements/wheels/{NAME}": DIGEST}
    assert image.files["requirements/requirements.txt"] == f"flask\n{LINE}"
