"""Access lists of Windows, as icacls(1) saves them: SDDL, which is in no language."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

PEOPLE = {
    "WD": "Everyone",
    "AU": "Authenticated Users",
    "BU": "Users",
    "BG": "Guests",
    "AN": "Anonymous",
    "IU": "Interactive",
    "NU": "Network",
    "DU": "Domain Users",
    "S-1-1-0": "Everyone",
    "S-1-5-11": "Authenticated Users",
    "S-1-5-32-545": "Users",
}
"""Who is more than the owner and the system, by the words of SDDL (SID strings)."""
ALLOWED = re.compile(r"\(A;[^;]*;([^;]*);[^;]*;[^;]*;([^;)]*)")
READING = re.compile("FA|FR|GA|GR|0x[0-9a-fA-F]+")


def has_access_lists() -> bool:
    """Whether this system has them, and its program for them."""
    return shutil.which("icacls") is not None


def others_in_access_list(path: Path) -> str:
    """Those of ``PEOPLE`` who may read *path*; empty for nobody."""
    with tempfile.TemporaryDirectory() as directory:
        saved = Path(directory, "acl")
        subprocess.run(["icacls", path, "/save", saved, "/q"], capture_output=True, check=False)
        return others_in(saved.read_text("utf-16-le")) if saved.exists() else ""


def keep_to_owner(path: str) -> None:
    """What the directory hands down to *path* is taken away: it is its owner's alone."""
    owner = os.environ.get("USERNAME", "")
    argv = ["icacls", path, "/inheritance:r", "/grant:r", f"{owner}:F", "/q"]
    subprocess.run(argv, capture_output=True, check=False)


def others_in(sddl: str) -> str:
    """Those of ``PEOPLE`` whom *sddl* allows to read.

    >>> others_in("D:PAI(A;;FA;;;SY)(A;ID;0x1200a9;;;BU)")
    'Users'
    """
    allowed = (who for rights, who in ALLOWED.findall(sddl) if READING.search(rights))
    return ", ".join(sorted({PEOPLE[who] for who in allowed if who in PEOPLE}))
