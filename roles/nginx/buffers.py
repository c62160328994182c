"""What nginx has for an answer that its client has not fetched yet: memory first, and then a file."""

from __future__ import annotations

from deploytasks.agent.frozen import frozen
from deploytasks.planning.limits import HEADER_BYTES

UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


@frozen
class Buffers:
    """One for the *header*, *number* further ones of *size*, and a *file*, in bytes; no file where that is 0.

    nginx refuses figures that do not fit together (ngx_http_proxy_module, ``proxy_busy_buffers_size``).
    """

    number: int
    size: int
    header: int
    file: int

    @classmethod
    def of(cls, buffers: str, header: str | None, file: str) -> Buffers:
        """Those of the variables; a *header* that nobody has given has what is usual, as far as there is room."""
        number, size = buffers.split()
        made = cls(int(number), in_bytes(size), HEADER_BYTES, in_bytes(file))
        return cls(made.number, made.size, in_bytes(header) if header else made.usual_header, made.file)

    @property
    def usual_header(self) -> int:
        return min(HEADER_BYTES, self._at_once, self.file or HEADER_BYTES)

    @property
    def busy(self) -> int:
        """How much may be on its way to the client."""
        return min(2 * self._largest, self._at_once)

    def require_room(self) -> None:
        """Raise ``ValueError`` for what nginx would refuse."""
        if self._at_once < self._largest:
            raise ValueError(
                f"proxy_buffers: all but one hold {self._at_once} bytes; expected room for a header "
                f"(nginx_proxy_buffer_size) and for a buffer, {self._largest} bytes"
            )
        if 0 < self.file < self._largest:
            raise ValueError(
                f"temp_file_size: {self.file} bytes; expected 0, or as much as the largest buffer, {self._largest}"
            )

    @property
    def _largest(self) -> int:
        return max(self.header, self.size)

    @property
    def _at_once(self) -> int:
        return (self.number - 1) * self.size


def in_bytes(size: str) -> int:
    """The bytes that *size* is, such as ``16k``."""
    number = size.rstrip("kmgKMG")
    return int(number) * UNITS[size[len(number) :].lower()]
