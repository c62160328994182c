"""What of the distribution's is missing when a package of Python's is built, by what its build says."""

from __future__ import annotations

import re

COMPILER = ("gcc", "python3-dev")
NEEDS = (
    (r"pg_config|libpq-fe\.h", ("libpq-dev",)),
    (r"mysql_config|mysqlclient|mysql\.h", ("default-libmysqlclient-dev", "pkg-config")),
    (r"ffi\.h", ("libffi-dev",)),
    (r"openssl/\w+\.h", ("libssl-dev",)),
    (r"libxml/|libxslt/|xslt-config|xml2-config", ("libxml2-dev", "libxslt1-dev")),
    (r"jpeglib\.h|headers or library files could not be found for jpeg", ("libjpeg-dev", "zlib1g-dev")),
    (r"lber\.h|ldap\.h", ("libldap-dev", "libsasl2-dev")),
    (r"sasl/sasl\.h", ("libsasl2-dev",)),
    (r"sql\.h", ("unixodbc-dev",)),
    (r"krb5-config|gssapi", ("libkrb5-dev",)),
    (r"gdal-config", ("libgdal-dev",)),
    (r"geos_c\.h|geos-config", ("libgeos-dev",)),
    (r"xmlsec", ("libxmlsec1-dev", "pkg-config")),
    (r"cairo\.h|Dependency \"cairo\"", ("libcairo2-dev", "pkg-config")),
    (r"pkg-config[:\w ]*not found|Did not find pkg-config", ("pkg-config",)),
    (r"cmake[:\w ]*not found|CMake must be installed", ("cmake",)),
    (r"[Cc]argo[,:\w ]*(?:not found|is not installed|not on PATH)|can't find Rust compiler", ("cargo",)),
    (r"Python\.h", ("python3-dev",)),
    (
        (
            r"(?:gcc|cc|g\+\+|clang)['\"]?:? (?:command not found|failed: No such file)|"
            r"No such file or directory: '\S*(?:gcc|cc|g\+\+)'|unable to execute '\S*(?:gcc|cc)'|"
            r"Unknown compiler|no acceptable C compiler|command '\S*(?:gcc|cc)' failed"
        ),
        (),
    ),
)
"""What a build says of what it lacks, and the packages of Debian that have it besides a compiler."""
WITHOUT_WHEELS = {
    "psycopg2": "pg_config",
    "mysqlclient": "mysql_config",
    "python-ldap": "lber.h",
    "pycairo": "cairo.h",
    "uwsgi": "Python.h",
}
"""Packages of Python's that have no wheels, and what their builds would say that they lack."""


def packages_named_by(output: str) -> tuple[str, ...]:
    """The packages of Debian that a build with that *output* lacks; none when it does not say so."""
    found = [packages for said, packages in NEEDS if re.search(said, output)]
    return (
        tuple(dict.fromkeys((*(name for packages in found for name in packages), *COMPILER))) if found else ()
    )


def packages_for(name: str) -> tuple[str, ...]:
    """The packages of Debian with which the package *name* of Python's is built; none where it has wheels."""
    return packages_named_by(WITHOUT_WHEELS.get(name, ""))
