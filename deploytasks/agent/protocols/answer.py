"""An answer in HTTP/1.1 (RFC 9112): its status, and the beginning of its body.

http.client would do, but takes 25 ms to import, as much as all other steps of a deploy that changes nothing.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Callable, Dict, Iterator, Tuple

LONGEST_LINE = 1 << 16
MOST_HEADERS = 200
WITHOUT_BODY = (204, 304)


class NoHttp(Exception):
    """What came back is no answer in HTTP."""


def read_answer(stream: BinaryIO, most_of: Callable[[int], int]) -> Tuple[int, bytes]:
    """The status, and as much of the body as *most_of* says.

    That is asked for a number of bytes, given the status. Interim answers (1xx) are skipped. Raises ``NoHttp``.
    """
    status, headers = _head(stream)
    while 100 <= status < 200:
        status, headers = _head(stream)
    if status in WITHOUT_BODY:
        return status, b""
    most = most_of(status)
    if headers.get("transfer-encoding", "").lower().endswith("chunked"):
        return status, b"".join(_chunks(stream, most))
    length = headers.get("content-length", "")
    return status, stream.read(min(int(length), most) if length.isdigit() else most)


def _head(stream: BinaryIO) -> Tuple[int, Dict[str, str]]:
    line = stream.readline(LONGEST_LINE)
    if not line:
        raise NoHttp("Remote end closed connection without response")
    found = re.match(rb"HTTP/1\.\d (\d{3})(?: |\r?$)", line.rstrip(b"\n"))
    if not found:
        raise NoHttp("%r is no status line of HTTP" % line[:80].decode("latin-1"))
    return int(found.group(1)), dict(_headers(stream))


def _headers(stream: BinaryIO) -> Iterator[Tuple[str, str]]:
    for _ in range(MOST_HEADERS):
        line = stream.readline(LONGEST_LINE).decode("latin-1").rstrip("\r\n")
        if not line:
            return
        name, _, value = line.partition(":")
        yield name.strip().lower(), value.strip()
    raise NoHttp("more than %d header fields" % MOST_HEADERS)


def _chunks(stream: BinaryIO, most: int) -> Iterator[bytes]:
    while most > 0:
        size = stream.readline(LONGEST_LINE).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}", size):
            raise NoHttp("%r is no size of a chunk" % size[:80].decode("latin-1"))
        if int(size, 16) == 0:
            return
        piece = stream.read(min(int(size, 16), most))
        most -= len(piece)
        yield piece
        if len(piece) == int(size, 16):
            stream.readline(LONGEST_LINE)
