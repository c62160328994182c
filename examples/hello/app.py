"""A small shop window: what `make demo` deploys."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from flask import Flask, render_template, request

LONGEST_S = 30.0

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Say hello, and say who says it."""
    return render_template("hello.html", release=release(), host=socket.gethostname(), worker=os.getpid())


@app.get("/healthz")
def healthz() -> dict[str, str]:
    """Answer the question that each new instance gets before it serves."""
    return {"status": "ok", "release": release()}


@app.get("/slow")
def slow() -> dict[str, float]:
    """Take `?s=2` seconds, so that a deploy in the meantime shows whether it waits."""
    seconds = min(max(request.args.get("s", 2.0, type=float), 0.0), LONGEST_S)
    time.sleep(seconds)
    return {"slept_s": seconds}


def release() -> str:
    """Name the release this code lies in: `…/releases/<release>/code`, or `local` outside one."""
    place = Path(__file__).resolve().parent
    return place.parent.name if place.parent.parent.name == "releases" else "local"
