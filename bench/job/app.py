"""The app that every peer deploys: it says its version."""

from __future__ import annotations

from flask import Flask
from version import VERSION

app = Flask(__name__)


@app.get("/")
def version() -> dict[str, str]:
    """Answer with the version that serves."""
    return {"version": VERSION}
