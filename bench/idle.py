"""What it costs only to start: Python alone, the import of deploytasks, and each peer that does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench import venvs
from bench.measure import measured
from bench.peer import Command, Peer
from bench.places import LOGS, STANDS
from bench.result import Failure, Run
from bench.scene import Scene

LIMIT_S = 60
FLOORS = {
    "python -c pass": ["python", "-c", "pass"],
    "import deploytasks": ["python", "-c", "import deploytasks"],
}
STARTS = {
    "deploytasks": ["inv", "--list"],
    "fabric": ["fab", "--version"],
    "pyinfra": ["pyinfra", "--version"],
    "ansible": ["ansible-playbook", "--version"],
}


def starts(scene: Scene, peers: Sequence[Peer], rounds: int) -> Iterator[Run | Failure]:
    """The runs of *scene*, in turns; the first of each warms the caches of compiled modules and does not count."""
    commands = {name: command(venvs.OWN, words) for name, words in FLOORS.items()}
    present = {peer.venv for peer in peers}
    for venv, words in STARTS.items():
        if venv in present:
            commands[" ".join(words)] = command(venv, words)
    for number in range(rounds + 1):
        for name, started in commands.items():
            run = start(scene, name, started, number)
            if number:
                yield run


def command(venv: str, words: list[str]) -> Command:
    """*words*, the first of which is a program of *venv*, in the directory of a project."""
    directory = STANDS / "idle"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    return Command([str(venvs.venv(venv) / "bin" / words[0]), *words[1:]], directory)


def start(scene: Scene, name: str, command: Command, number: int) -> Run | Failure:
    LOGS.mkdir(parents=True, exist_ok=True)
    ended = measured(command, LOGS / "idle.log", LIMIT_S)
    usage = ended.usage
    if ended.exit_code:
        return Failure(name, scene, f"it ended with {ended.exit_code}")
    return Run(
        peer=name,
        scene=scene,
        round=number,
        wall_s=round(usage.wall_s, 4),
        cpu_s=round(usage.cpu_s, 4),
        memory_mb=round(usage.memory_mb, 1),
        sent_kb=0,
        executions=0,
        changes=None,
    )
