"""A directory of the source that holds packages' files, from which an installer chooses beside the index."""

from __future__ import annotations

from pathlib import Path

LINE = "--find-links wheels"
"""What an installer is told, where the files lie beside the requirements."""
ENDS = (".whl", ".tar.gz", ".zip")


def find_links(root: Path, base: Path, text: str) -> list[Path]:
    """The files in the directory *text*, as a requirements file of *base* names it; raises ``ValueError``."""
    if "://" in text and not text.startswith("file:"):
        raise ValueError("an index belongs to the host; set pip_index_url or pip_extra_index_urls")
    place = (base / text.removeprefix("file:")).resolve()
    if not (place.is_dir() and place.is_relative_to(root.resolve())):
        raise ValueError("no directory of the source; put the packages' files into one, such as ./wheels")
    return sorted(file for file in place.iterdir() if file.name.endswith(ENDS))
