"""Images for hosts of another kind than this machine, built by its engine, told by what is in them."""

from __future__ import annotations

import json
import os
import struct
import tarfile
from pathlib import Path

import docker
import pytest

from deploytasks.delivery.local_image import PLATFORMS, LocalImage
from deploytasks.errors import StepFailed
from deploytasks.targets import ensure_engine
from tests.e2e.engine import client_with_buildkit

OTHERS = ("aarch64", "x86_64", "armv7l")
ELF_OF = {"aarch64": 183, "x86_64": 62}
"""What a program of the machine has as e_machine (elf(5))."""


@pytest.fixture(autouse=True)
def engine(tmp_path: Path, monkeypatch) -> docker.DockerClient:
    (tmp_path / "docker").symlink_to(client_with_buildkit())
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return ensure_engine(print)


def image(machine: str, dockerfile: str, **files: str) -> LocalImage:
    return LocalImage(
        "elsewhere:1", "elsewhere", PLATFORMS[machine], files={"Dockerfile": dockerfile, **files}
    )


@pytest.mark.parametrize("machine", OTHERS)
def test_an_image_is_for_the_hosts_machine_whatever_this_one_is(machine):
    with (
        image(machine, "FROM scratch\nCOPY app /app\n", app="x").archive(None) as file,
        tarfile.open(fileobj=file) as tar,
    ):
        (manifest,) = json.load(tar.extractfile("manifest.json"))
        made = json.load(tar.extractfile(manifest["Config"]))
    assert f"{made['os']}/{made['architecture']}" == "/".join(PLATFORMS[machine].split("/")[:2])


def test_a_program_that_this_engine_cannot_run_is_told_with_what_helps(engine):
    machine = next(name for name in ELF_OF if PLATFORMS[name] != f"linux/{engine.version()['Arch']}")
    if Path(f"/proc/sys/fs/binfmt_misc/qemu-{machine}").exists():
        pytest.skip("this machine emulates the other one")
    head = (
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",
        2,
        ELF_OF[machine],
        1,
        0x400078,
        64,
        0,
        0,
        64,
        56,
        1,
        0,
        0,
        0,
    )
    segment = ("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 120, 120, 0x1000)
    program = (struct.pack(*head) + struct.pack(*segment)).decode("latin-1")
    run = 'FROM scratch\nCOPY --chmod=755 sh /bin/sh\nRUN ["/bin/sh"]\n'
    with pytest.raises(StepFailed, match="cannot run programs for linux/.*qemu-user-static"):
        image(machine, run, sh=program).archive(None)
