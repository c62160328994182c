"""``python -m bench``: measure deploytasks and its peers side by side."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from bench import fleet, images, venvs
from bench.measure import adopt_orphans
from bench.peer import Peer
from bench.peers.catalogue import PEERS
from bench.places import CACHE, ROOT
from bench.play import Entry, Stage
from bench.report import report
from bench.result import Failure, Results, Run
from bench.scene import SCENES, Case, Scene
from deploytasks.errors import DeployError
from deploytasks.targets import ensure_engine
from deploytasks.targets.apt import install

PROGRAMS = {
    "iptables": "iptables",
    "nsenter": "util-linux",
    "rsync": "rsync",
    "ssh": "openssh-client",
    "xargs": "findutils",
}
"""What it runs on this machine, and Debian's packages of it."""


def main(words: Sequence[str]) -> None:
    options = parser().parse_args(words)
    if os.geteuid():
        sys.exit("the benchmark enters the targets' networks: run it as root")
    install(PROGRAMS, print)
    peers = [PEERS[name] for name in options.peers]
    scenes = [scene for scene in SCENES if chosen(scene, options)]
    venvs.ensure([*(peer.venv for peer in peers), venvs.OWN, "report"])
    results = measure(peers, scenes, options.rounds, options.results)
    print(report(results))
    if options.write:
        publish(results, options.write)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    found.add_argument("--peers", type=names_of(list(PEERS)), default=list(PEERS), help=",".join(PEERS))
    cases = [case.value for case in Case]
    found.add_argument("--cases", type=names_of(cases), default=cases, help=",".join(cases))
    found.add_argument(
        "--hosts", type=numbers, default=[1, 10, 50, 100], help="numbers of hosts (1,10,50,100)"
    )
    found.add_argument("--rtt", type=numbers, default=[0, 50], help="round trips in ms (0,50)")
    found.add_argument("--rounds", type=int, default=5, help="counted runs of each peer in each scene (5)")
    found.add_argument("--results", type=Path, default=CACHE / "results.json", help="the raw figures")
    found.add_argument("--write", type=Path, help="directory for the report, the plot and the raw figures")
    return found


def names_of(known: list[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        unknown = set(text.split(",")) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; of {', '.join(known)}")
        return [name for name in known if name in text.split(",")]

    return names


def numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def chosen(scene: Scene, options: argparse.Namespace) -> bool:
    return (
        scene.case.value in options.cases
        and scene.hosts in {0, *options.hosts}
        and scene.rtt_ms in options.rtt
    )


def measure(peers: Sequence[Peer], scenes: Sequence[Scene], rounds: int, path: Path) -> Results:
    """All of it; *path* has what is known so far after each scene."""
    adopt_orphans()
    fleet.take_all_down()
    client = ensure_engine(print)
    stage = Stage(client, images.bare(client))
    entries: list[Entry] = []
    try:
        for scene in scenes:
            print(f"\n{scene}", flush=True)
            for entry in stage.play(scene, peers, rounds):
                print(f"  {told(entry)}", flush=True)
                entries.append(entry)
            results_of(entries, about(peers, stage)).write(path)
    finally:
        stage.clear()
    return results_of(entries, about(peers, stage))


def results_of(entries: Sequence[Entry], known: dict[str, str]) -> Results:
    """Of a peer that failed in a scene, no figure of that scene counts."""
    failures = tuple(entry for entry in entries if isinstance(entry, Failure))
    lost = {(failure.peer, failure.scene) for failure in failures}
    runs = [entry for entry in entries if isinstance(entry, Run)]
    return Results(known, tuple(run for run in runs if (run.peer, run.scene) not in lost), failures)


def told(entry: Entry) -> str:
    if isinstance(entry, Failure):
        return f"{entry.peer:20} failed: {entry.why}"
    return (
        f"{entry.peer:20} {entry.wall_s:8.2f} s  CPU {entry.cpu_s:6.2f} s  {entry.memory_mb:5.0f} MB  "
        f"{entry.sent_kb:8.0f} kB  {entry.executions:5.1f} executions  {entry.changes} changes"
    )


def about(peers: Sequence[Peer], stage: Stage) -> dict[str, str]:
    """What a reader has to know to judge the figures."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    known = {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} CPUs, Linux {kernel()}, Python {platform.python_version()}",
        "targets": f"{images.RELEASE}, on the same machine",
        "deploytasks": commit.stdout.strip() or "not in a repository",
        "peers": ", ".join(
            sorted({venvs.version(peer.venv) for peer in peers if peer.venv not in {"", venvs.OWN}})
        ),
    }
    return known | ({"round trips": "; ".join(stage.delays)} if stage.delays else {})


def kernel() -> str:
    """The kernel's version without what a distribution appends."""
    return platform.release().partition("-")[0]


def publish(results: Results, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    results.write(directory / "results.json")
    python = str(venvs.venv("report") / "bin/python")
    picture = directory / "wall.svg"
    drawing = [python, "-m", "bench.plot", str(directory / "results.json"), str(picture)]
    subprocess.run(drawing, cwd=ROOT, check=True)
    (directory / "README.md").write_text(report(results, picture.name))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except DeployError as error:
        sys.exit(str(error))
