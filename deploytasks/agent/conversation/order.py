"""What a controller would have said, in an archive for whoever runs it on the host: the names in it."""

from __future__ import annotations

REQUEST = "request"
SAID = "said"
"""What comes after the request."""
