"""A build that lacks something of the distribution's says so in words of its own."""

import pytest

from deploytasks.source.advice.build_needs import packages_named_by


@pytest.mark.parametrize(
    ("output", "packages"),
    [
        (
            "psycopg.h:35:10: fatal error: libpq-fe.h: No such file or directory",
            ("libpq-dev", "gcc", "python3-dev"),
        ),
        ("Error: pg_config executable not found.", ("libpq-dev", "gcc", "python3-dev")),
        ("Exception: Can not find valid pkg-config name.\n/bin/sh: mysql_config: not found", None),
        ("error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", ("gcc", "python3-dev")),
        ("error: command 'gcc' failed: No such file or directory", ("gcc", "python3-dev")),
        ("[Errno 2] No such file or directory: 'cc'", ("gcc", "python3-dev")),
        ("src/x.c:9:10: fatal error: Python.h: No such file or directory", ("python3-dev", "gcc")),
        (
            "c/_cffi_backend.c:15:10: fatal error: ffi.h: No such file or directory",
            ("libffi-dev", "gcc", "python3-dev"),
        ),
        ("Error: Please make sure the libxml2 and libxslt development packages: xslt-config", None),
        (
            "Cargo, the Rust package manager, is not installed or is not on PATH.",
            ("cargo", "gcc", "python3-dev"),
        ),
        ("No solution found when resolving dependencies", ()),
    ],
)
def test_the_packages_that_have_it_are_named(output, packages):
    found = packages_named_by(output)
    assert found == packages if packages is not None else "gcc" in found
