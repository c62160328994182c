"""What a gunicorn of years ago needs, where an app has pinned one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex

if TYPE_CHECKING:
    from deploytasks.planning.project import Project

PINNED = regex(
    r"^gunicorn(?:\[[^]]*\])?\s*==\s*(\d+)\.|^name = \"gunicorn\"\nversion = \"(\d+)\.", re.MULTILINE
)
"""In a requirements.txt, and in a lock of uv or Poetry."""
WITHOUT_PKG_RESOURCES = 21
SETUPTOOLS = "setuptools<81"
"""The last that bring pkg_resources along."""
OWN_IDENTITY = ("setgid", "setuid", "setgroups")
"""System calls by which its workers become who they are already."""


def is_old(project: Project) -> bool:
    """Whether the app has pinned one that imports pkg_resources, and sets the user that it has."""
    found = (PINNED.search(text) for text in project.requirements.files.values())
    majors = [int(match[1] or match[2]) for match in found if match]
    return bool(majors) and min(majors) < WITHOUT_PKG_RESOURCES
