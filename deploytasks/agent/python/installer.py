"""The commands that fill a virtual environment, by uv and by pip; ``PythonVenv`` carries them out."""

from __future__ import annotations

from typing import Dict, Iterator, List, Tuple

from deploytasks.agent.frozen import frozen

Argv = List[str]

EXPORT = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate")
"""What uv is asked for the requirements that a uv.lock pins (``uv help export``)."""


@frozen
class Installation:
    """What is to be installed where. All paths are real ones; *work* is a scratch directory.

    *files* are the names of the requirements' files in *work*, the one to begin with first.
    """

    place: str
    work: str
    python: str
    files: Tuple[str, ...]
    form: str
    extra: Tuple[str, ...]
    hash_checked: bool
    wheelhouse: str
    index_url: str
    authorities: str
    cache: str
    extra_index_urls: Tuple[str, ...] = ()
    builds: bool = True
    """Whether what has no wheel may be built, which runs code of its author's."""

    @property
    def first_file(self) -> Argv:
        return ["-r", "%s/%s" % (self.work, self.files[0])] if self.files else []

    @property
    def sources(self) -> Argv:
        return ["--no-index", "--find-links", self.wheelhouse] if self.wheelhouse else []

    @property
    def takes_two_steps(self) -> bool:
        """Whether *extra* cannot be resolved together with the files: it has no hashes, a pylock no room."""
        return bool(self.extra) and (self.hash_checked or self.form == "pylock")


def uv_commands(uv: str, wanted: Installation) -> Iterator[Argv]:
    """By uv: ``uv help pip install``."""
    install = [uv, "pip", "install", "--no-config", "--python", wanted.place + "/bin/python"]
    install += [*wanted.sources, *([] if wanted.builds else ["--no-build"])]
    yield [uv, "venv", "--no-config", "--no-project", "--python", wanted.python, wanted.place]
    requirements = wanted.first_file
    if wanted.extra_index_urls:
        # As pip does, for which they were written: the best version, whichever index has it.
        install += ["--index-strategy", "unsafe-best-match"]
    if wanted.form == "uv":
        exported = wanted.work + "/exported.txt"
        yield _export(uv, wanted, exported)
        requirements = ["-r", exported]
        # Every version is pinned by hash, so looking for it in all the project's indexes is safe.
        install += [] if wanted.extra_index_urls else ["--index-strategy", "unsafe-best-match"]
    hashes = ["--require-hashes"] if wanted.hash_checked and wanted.form == "requirements" else []
    if wanted.takes_two_steps:
        yield [*install, *hashes, *requirements]
        yield [*install, *wanted.extra]
    else:
        yield [*install, *hashes, *requirements, *wanted.extra]
    yield _compile(wanted)


def _compile(wanted: Installation) -> Argv:
    """The user that runs the app may not write there, so what is not compiled now never will be.

    Not by the environment's own Python: that would run what packages bring along for its start (site(3), ``.pth``).
    What is no code of this Python is none of anybody's business.
    """
    told = ["-I", "-S", "-m", "compileall", "-q", "-j", "0", wanted.place + "/lib"]
    return ["sh", "-c", '"$@" >/dev/null 2>&1 || :', "compile", wanted.python, *told]


def uv_environment(wanted: Installation) -> Dict[str, str]:
    """Secrets that an index's address holds are here, where other users do not see them."""
    return {
        "UV_CACHE_DIR": wanted.cache + "/uv",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "UV_HTTP_TIMEOUT": "30",
        "UV_SYSTEM_CERTS": "1",
        **({"UV_DEFAULT_INDEX": wanted.index_url} if wanted.index_url else {}),
        **({"UV_INDEX": " ".join(wanted.extra_index_urls)} if wanted.extra_index_urls else {}),
        **({"SSL_CERT_FILE": wanted.authorities} if wanted.authorities else {}),
    }


def pip_commands(wanted: Installation) -> Iterator[Argv]:
    """By the pip that venv brings."""
    install = [wanted.place + "/bin/python", "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    install += ["--retries", "1", "--timeout", "15", *wanted.sources]
    install += [] if wanted.builds else ["--only-binary", ":all:"]
    hashes = ["--require-hashes"] if wanted.hash_checked else []
    yield [wanted.python, "-m", "venv", wanted.place]
    if wanted.takes_two_steps:
        yield [*install, *hashes, *wanted.first_file]
        yield [*install, *wanted.extra]
    elif wanted.files or wanted.extra:
        yield [*install, *hashes, *wanted.first_file, *wanted.extra]


def pip_environment(wanted: Installation) -> Dict[str, str]:
    """As ``uv_environment``; the host's own pip.conf does not count, so that hosts do not differ."""
    return {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_CACHE_DIR": wanted.cache + "/pip",
        **({"PIP_INDEX_URL": wanted.index_url} if wanted.index_url else {}),
        **({"PIP_EXTRA_INDEX_URL": " ".join(wanted.extra_index_urls)} if wanted.extra_index_urls else {}),
        **({"PIP_CERT": wanted.authorities} if wanted.authorities else {}),
    }


def _export(uv: str, wanted: Installation, exported: str) -> Argv:
    # A mirror that the user names stands for all the indexes that the project names.
    indexes = [] if wanted.index_url or wanted.wheelhouse else ["--emit-index-url"]
    return [
        uv,
        *EXPORT,
        *indexes,
        "--python",
        wanted.python,
        "--project",
        wanted.work,
        "--output-file",
        exported,
    ]
