"""What desktops and editors leave in directories: it is nobody's source."""

from __future__ import annotations

import re

from deploytasks.agent.regex import regex

_OF_DESKTOPS = (
    r"\.ds_store|\._.*|\.appledouble|\.localized|\.spotlight-v100|\.trashes|\.fseventsd|\.temporaryitems|__macosx|icon\r"
    r"|thumbs\.db|ehthumbs\.db|desktop\.ini|\$recycle\.bin|system volume information"
    r"|\.directory|\.trash-\d+|\.nfs[0-9a-f]{8,}|\.fuse_hidden.*"
)
_OF_EDITORS = (
    r"\..*\.sw[a-p]|\.sw[a-p]|.*~|\.#.*|#.*#|.*\.kate-swp"
    r"|\.idea|\.vscode|\.vs|\.fleet|\.zed|.*\.sublime-(?:workspace|project)|\.ropeproject|\.netrwhist"
)
_LITTER = regex(f"(?:{_OF_DESKTOPS}|{_OF_EDITORS})", re.IGNORECASE | re.DOTALL)


def is_litter(name: str) -> bool:
    """Whether a file or directory of that *name* is such a leaving; their systems know no case."""
    return _LITTER.fullmatch(name) is not None
