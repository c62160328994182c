"""The agent on the system Pythons of the targets: 3.9, 3.11 and 3.13, with nothing installed for it."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from deploytasks.targets import Target

ROOT = Path(__file__).parents[2]
INSIDE = "/opt/agent"
BROUGHT = ("roles/app/templates/deploytasks-certificate.sh", "tests/roles/expected")
"""What a resource runs that the role brings along, and what roles write."""
CONTRACT = "tests/agent/test_contract.py"
SAME_EVERYWHERE = ("runtime_contract", "floor")
ACTS = "test_check_touches or test_apply or test_undo"
TESTS = {
    "debian11": [
        "tests/agent",
        *(f"--ignore=tests/agent/test_{name}.py" for name in SAME_EVERYWHERE),
        f"-k not test_contract.py or not Compose and ({ACTS})",
    ],
    "debian13": [
        CONTRACT,
        "tests/agent/test_engine.py",
        "-k not test_contract.py or test_apply or test_undo",
    ],
}
"""An old Python lacks what newer ones have, wherever it is used: each line of a type is run there once, by its own
tests or by the contract. What a new one has no more was deprecated in the one that runs all of them on the controller,
where a warning is an error; so there each type acts once.
"""
IMPORT_ALL = """
import importlib, pkgutil, deploytasks.agent as agent
names = {module.name for module in pkgutil.walk_packages(agent.__path__, "deploytasks.agent.")}
for name in sorted(names - {"deploytasks.agent.__main__", "deploytasks.agent.boot"}):
    importlib.import_module(name)
print(*names)
"""


def test_every_module_of_the_agent_imports(any_target):
    bring_agent(any_target)
    imported = any_target.run(["env", f"PYTHONPATH={INSIDE}", "python3", "-W", "error", "-c", IMPORT_ALL])
    agent = ROOT / "deploytasks/agent"
    files = [path.relative_to(ROOT).with_suffix("") for path in agent.rglob("*.py")]
    names = {".".join(path.parts).removesuffix(".__init__") for path in files}
    assert set(imported.stdout.split()) == names - {"deploytasks.agent"}


@pytest.mark.parametrize("suite", TESTS)
def test_the_tests_of_the_agent_pass(suite, target, tmp_path):
    machine = target(suite)
    bring_agent(machine, "tests/conftest.py", "tests/budgets.py", "tests/agent", *BROUGHT)
    bring_pytest(machine, tmp_path)
    pytest_ = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--assert=plain", *TESTS[suite]]
    machine.run(["env", f"--chdir={INSIDE}", "PYTHONPATH=.:pytest", *pytest_])


def bring_agent(target: Target, *more: str) -> None:
    """Only the agent: the package around it is empty, as it is in a payload."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("deploytasks/__init__.py"))
        for path in ("deploytasks/agent", *more):
            tar.add(ROOT / path, path, filter=without_bytecode)
    target.run(["mkdir", "-p", INSIDE])
    target.container.put_archive(INSIDE, archive.getvalue())


def without_bytecode(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.endswith("__pycache__") else entry


def bring_pytest(target: Target, tmp_path: Path) -> None:
    """Pure Python, and chosen here for the Python there: the host needs neither pip nor a network."""
    python = target.run(["python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).stdout.strip()
    choose = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--only-binary", ":all:"]
    subprocess.run(
        [*choose, "--python-version", python, "--target", tmp_path / "pytest", "pytest"], check=True
    )
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(tmp_path / "pytest", "pytest")
    target.container.put_archive(INSIDE, archive.getvalue())
