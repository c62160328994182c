"""The agent reaches a Python that was built without a packer, too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploytasks import agent
from deploytasks.delivery.agent_archive import PACKINGS, agent_archive

BOOT = Path(agent.__file__).with_name("boot.py").read_text("utf-8")
STRANGE = b"{}"
"""A question that the agent refuses: that it did is its first word."""


@pytest.mark.parametrize(("built_without", "asked_for"), [("", b"b"), ("_bz2", b"z")])
def test_an_agent_is_packed_as_its_python_can_unpack_it(built_without, asked_for):
    nonce, digest = "0" * 32, "f" * 32
    hidden = (
        "import importlib.util as util\nfind = util.find_spec\n"
        f"util.find_spec = lambda name: None if name == {built_without!r} else find(name)\n"
    )
    archive = agent_archive(asked_for)
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", hidden + BOOT],
        input=b"DEPLOYTASKS %s %s %d\n" % (nonce.encode(), digest.encode(), len(STRANGE))
        + STRANGE
        + b"%d\n" % len(archive)
        + archive,
        capture_output=True,
        check=False,
    )
    assert said.stdout.startswith(nonce.encode() + asked_for + b"\n" + nonce.encode() + b"!")


def test_each_packing_holds_the_same():
    assert len({len(agent_archive(packing)) for packing in PACKINGS}) == 2
