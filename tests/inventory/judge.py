"""What Ansible says about many inventories, asked in one process: see ansible_oracle.py."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploytasks.errors import ConfigError
from deploytasks.inventory import Inventory

ORACLE = Path(__file__).with_name("ansible_oracle.py")
FORMS = "host_list,script,auto,yaml,ini,toml,constructed"
Files = Mapping[str, str]


def written(directory: Path, files: Files) -> Path:
    """*directory* with *files* in it; a text that begins with ``#!`` may be executed."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        if text.startswith("#!"):
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return directory


def asked(home: Path, questions: Sequence[Mapping[str, Any]], forms: str = FORMS, **environment: str) -> list:
    """The answer to each question; None where Ansible fails."""
    configuration = home / "empty.cfg"
    configuration.touch()
    completed = subprocess.run(  # noqa: S603  our own oracle
        [sys.executable, str(ORACLE)],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(configuration),
            "ANSIBLE_INVENTORY_ENABLED": forms,
            "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
            **environment,
        },
        cwd=home,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    return [without_profile(answer) for answer in json.loads(completed.stdout)]


def without_profile(answer: Any) -> Any:
    if isinstance(answer, dict) and "_meta" in answer:
        answer["_meta"].pop("profile", None)  # how ansible-core 2.19 encoded it, not what it says
    return unwrapped(answer)


def unwrapped(answer: Any) -> Any:
    """*answer* without the mark that a text is no template."""
    if isinstance(answer, dict):
        return answer.get("__ansible_unsafe", {key: unwrapped(value) for key, value in answer.items()})
    return [unwrapped(item) for item in answer] if isinstance(answer, list) else answer


def ours(directory: Path, sources: Sequence[str], **given: Any) -> dict | str:
    """Our document for *sources* in *directory*, or the message with which we refuse them."""
    before = Path.cwd()
    os.chdir(directory)
    try:
        return json.loads(json.dumps(Inventory.load(*sources, **given).to_ansible()))
    except ConfigError as error:
        return str(error)
    finally:
        os.chdir(before)
