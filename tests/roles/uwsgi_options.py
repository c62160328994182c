"""The options of uWSGI as its source has them; ``python -m tests.roles.uwsgi_options SOURCE`` writes them down.

*SOURCE* is an unpacked release (https://github.com/unbit/uwsgi). What is taken are the core's options and those
of the plugins that every build for Python has in it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

OPTIONS = Path(__file__).parents[2] / "roles/uwsgi/options.txt"
HEAD = """\
# The options of uWSGI {version}, and what each takes: a flag, a number, text (or several), or optional text.
# Written by tests/roles/uwsgi_options.py.
"""
TEXT = r'"(?:[^"\\]|\\.)*"'
OPTION = re.compile(
    rf'{{\s*"(?P<name>[^"]+)"\s*,\s*(?P<argument>no|required|optional)_argument\s*,[^,]+,\s*(?:{TEXT}\s*)+,\s*(?P<function>\w+)'
)
FOR_PYTHON = ("python", "gevent", "greenlet", "asyncio", "stats_pusher_statsd")
FLAGS = ("uwsgi_opt_true", "uwsgi_opt_false", "uwsgi_opt_pcre_jit")
NUMBERS = ("int", "rawint", "16bit", "64bit", "megabytes")
NO_SETTINGS = re.compile(
    "uwsgi_(help|print_sym|opt_(cflags|config_py|dot_h|print|pyver|pyshell|exit|extract|build_plugin|noop|logic"
    "|binary_append_data|connect_and_read|pidfile_signal|add_custom_option|set_placeholder|set_null|deprecated"
    "|load|load_(config|ini|json|xml|yml)))"
)
"""What makes uWSGI say something and end, or is part of its configuration language."""


def options(source: Path) -> Iterator[tuple[str, str]]:
    """Each option's name with what it takes."""
    for file in sorted(files(source)):
        for option in OPTION.finditer(file.read_text(errors="replace")):
            if not NO_SETTINGS.fullmatch(option["function"]):
                yield option["name"], kind(option["argument"], option["function"])


def files(source: Path) -> Iterator[Path]:
    """The files of the core, and of the plugins that are built in."""
    base = (source / "buildconf/base.ini").read_text()
    built_in = re.search(r"^embedded_plugins = %\(main_plugin\)s, (.*)", base, re.MULTILINE)[1].split(", ")
    for directory in ("core", "proto", *(f"plugins/{name}" for name in (*built_in, *FOR_PYTHON))):
        yield from (source / directory).glob("*.c*")


def kind(argument: str, function: str) -> str:
    if function in FLAGS:
        return "flag"
    if function.removeprefix("uwsgi_opt_set_") in NUMBERS and argument != "optional":
        return "number"
    return "optional" if argument == "optional" else "text"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    version = re.search(r"uwsgi_version = '(.*)'", (place / "uwsgiconfig.py").read_text())[1]
    lines = [f"{name} {kind}\n" for name, kind in sorted(dict(options(place)).items())]
    OPTIONS.write_text(HEAD.format(version=version) + "".join(lines))
