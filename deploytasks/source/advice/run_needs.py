"""What of the distribution's an app misses as it runs: libraries and programs that its packages load by name."""

from __future__ import annotations

import re

from deploytasks.agent.regex import regex

NEEDS = (
    (r"libmagic", ("libmagic1",)),
    (r"libGL\.so\.1|libgthread-2\.0\.so", ("libgl1", "libglib2.0-0")),
    (r"(?:library|load)[^\n]*['\"]?(?:gobject-2\.0|pango)|libpango", ("libpango-1.0-0", "libpangoft2-1.0-0")),
    (r"no library called \"?(?:lib)?cairo|libcairo\.so", ("libcairo2",)),
    (r"zbar shared library|libzbar", ("libzbar0",)),
    (r"Could not find the GDAL library|libgdal", ("gdal-bin",)),
    (r"libgeos_c|Could not find (?:the )?(?:lib)?geos", ("libgeos-c1v5",)),
    (r"libpq\.so|libpq library not found|no pq wrapper available", ("libpq5",)),
    (r"lib(?:mariadb|mysqlclient)\.so", ("libmariadb3",)),
    (r"libodbc\.so", ("unixodbc",)),
    (r"libxmlsec1\.so", ("libxmlsec1-openssl",)),
    (r"tesseract is not installed|No such file or directory: '(?:\S*/)?tesseract'", ("tesseract-ocr",)),
    (r"(?:poppler installed|No such file or directory: '(?:\S*/)?pdf(?:toppm|info)')", ("poppler-utils",)),
    (r"[Nn]o wkhtmltopdf executable found", ("wkhtmltopdf",)),
    (r"graphviz executables|No such file or directory: '(?:\S*/)?dot'", ("graphviz",)),
)
"""What is said where it is missing, and the packages of Debian that have it."""
PROGRAM = regex(
    r"No such file or directory: '(?:/usr/bin/)?(ffmpeg|ffprobe|git|convert|unrar|pandoc|gs|node|npm)'"
)
PACKAGE_OF = {"ffprobe": "ffmpeg", "convert": "imagemagick", "gs": "ghostscript", "node": "nodejs"}
"""Of programs in a package by another name."""
LOADED = {
    "python-magic": ("libmagic1",),
    "weasyprint": ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    "opencv-python": ("libgl1", "libglib2.0-0"),
    "pyzbar": ("libzbar0",),
    "pytesseract": ("tesseract-ocr",),
    "pdf2image": ("poppler-utils",),
}
"""Packages of Python's that load what no wheel of theirs has, and the packages of Debian that have it."""


def packages_missed(output: str) -> tuple[str, ...]:
    """The packages of Debian that a program with that *output* misses; none when it does not say so."""
    found = [name for said, packages in NEEDS if re.search(said, output) for name in packages]
    programs = [PACKAGE_OF.get(name, name) for name in PROGRAM.findall(output)]
    return tuple(dict.fromkeys((*found, *programs)))
