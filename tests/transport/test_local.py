"""This machine as a host, without becoming root."""

from __future__ import annotations

import os
import sys

import pytest

from deploytasks.errors import NoPython, Unreachable
from deploytasks.inventory.connection import ConnectionSettings
from deploytasks.inventory.host import Host
from deploytasks.transport import Pipe, begin, transport_for


def local_host(python: str = sys.executable) -> Host:
    return Host(
        "here", {}, {}, (), ConnectionSettings("here", connection="local", become=False, python=python)
    )


def nobody(_prompt: str) -> None:
    return None


def first_byte(pipe: Pipe) -> bytes | None:
    pipe.close_input()
    return pipe.read(1) or None


def test_our_program_runs_and_ends_with_its_input() -> None:
    transport = transport_for(local_host(), nobody)
    pipe = transport.start_agent()

    pipe.close_input()

    assert (pipe.read(1), pipe.wait(10), pipe.stderr) == (b"", 95, "")
    transport.close()


def test_what_keeps_it_from_starting_is_explained() -> None:
    transport = transport_for(local_host("python9"), nobody)

    with pytest.raises(NoPython, match="there is no python9 on the host"):
        begin(transport, first_byte)
    transport.close()


def test_importing_the_package_does_not_import_fabric_or_paramiko() -> None:
    heavy = "import sys, deploytasks.transport; sys.exit(bool({'fabric', 'paramiko'} & set(sys.modules)))"

    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", heavy) == 0


def test_a_machine_without_a_shell_of_unix_is_no_host(monkeypatch) -> None:
    monkeypatch.setattr("deploytasks.transport.local.SHELL", "/nowhere/sh")

    with pytest.raises(Unreachable, match="here: this machine has no /nowhere/sh, so it is no host"):
        transport_for(local_host(), nobody).open()
