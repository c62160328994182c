"""Serves a WSGI app while it is being developed: a program for the app's own Python, which need not have deploytasks.

With Werkzeug it reloads when the code changes, and an error has its debugger in the browser.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import mimetypes
import sys
from contextlib import suppress
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIServer, make_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    StartResponse = Callable[..., Any]
    App = Callable[[Mapping[str, Any], StartResponse], Iterable[bytes]]

WITHOUT_WERKZEUG = """\
no reload and no debugger: Werkzeug is not installed
install it with: %s -m pip install werkzeug
"""


def main() -> None:
    """``development_server.py MODULE:NAME[()] --bind ADDRESS --port N [--static /URL=DIRECTORY …]``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("app")
    parser.add_argument("--bind", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--static", action="append", default=[])
    given = parser.parse_args()
    sys.path[0] = str(Path.cwd())
    static = dict(pair.split("=", 1) for pair in given.static)
    serve = serve_with_werkzeug if importlib.util.find_spec("werkzeug") else serve_plainly
    serve(AppOnDemand(given.app), static, given.bind, given.port)


class AppOnDemand:
    """The app that *spec* names, imported at the first request: an error in it ends no server."""

    def __init__(self, spec: str) -> None:
        self._spec = spec
        self._app: App | None = None

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if self._app is None:
            self._app = load(self._spec)
        return self._app(environ, start_response)


def load(spec: str) -> App:
    """The object that ``MODULE:NAME`` names; what calling it returns for ``MODULE:NAME()``."""
    module, _, name = spec.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.replace("()", "").split("."):
        found = getattr(found, part)
    app: App = found() if name.endswith("()") else found
    return app


def serve_with_werkzeug(app: App, static: Mapping[str, str], bind: str, port: int) -> None:
    """With reload and debugger, until Ctrl-C."""
    from werkzeug.serving import run_simple

    run_simple(bind, port, app, use_reloader=True, use_debugger=True, threaded=True, static_files={**static})


def serve_plainly(app: App, static: Mapping[str, str], bind: str, port: int) -> None:
    """By the standard library alone, until Ctrl-C."""
    sys.stderr.write(WITHOUT_WERKZEUG % sys.executable)
    server = make_server(bind, port, with_static(app, static), ThreadingServer)
    with suppress(KeyboardInterrupt):
        server.serve_forever()


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """A thread per request, none of which holds up the end."""

    daemon_threads = True


def with_static(app: App, directories: Mapping[str, str]) -> App:
    """*app*, but files of *directories* are answered under their URL prefixes."""

    def answer(environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        for prefix, directory in directories.items():
            file = file_below(Path(directory), prefix, environ["PATH_INFO"])
            if file:
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                start_response("200 OK", [("Content-Type", kind)])
                return [file.read_bytes()]
        return app(environ, start_response)

    return answer


def file_below(directory: Path, prefix: str, path: str) -> Path | None:
    """The file that the URL *path* names in *directory*, which stands for *prefix*; never one outside of it."""
    if not path.startswith(prefix.rstrip("/") + "/"):
        return None
    root = directory.resolve()
    file = (root / path[len(prefix.rstrip("/")) + 1 :].lstrip("/")).resolve()
    return file if root in file.parents and file.is_file() else None


if __name__ == "__main__":
    main()
