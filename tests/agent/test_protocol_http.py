"""What is read of an answer in HTTP, however it is cut."""

from __future__ import annotations

import io

import pytest

from deploytasks.agent.protocols.answer import NoHttp, read_answer


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more", 200, b"hi"),
        (b"HTTP/1.0 404 Not Found\r\n\r\nno such page", 404, b"no such pa"),
        (b"HTTP/1.1 200\r\nContent-Length: nonsense\r\n\r\nhi", 200, b"hi"),
        (
            b"HTTP/1.1 500 \r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
            500,
            b"hello",
        ),
        (b"HTTP/1.1 200 OK\ntransfer-encoding: gzip, Chunked\n\nFF\r\n" + b"x" * 255, 200, b"x" * 10),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhi", 200, b"hi"),
        (b"HTTP/1.1 204 No Content\r\n\r\nnoise", 204, b""),
        (b"HTTP/1.1 200 OK\r\nX-Name: gr\xfc\xdf\r\n\r\n", 200, b""),
    ],
)
def test_the_status_and_the_beginning_of_the_body(said, status, body):
    assert read_answer(io.BytesIO(said), lambda status: 10) == (status, body)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "closed connection without response"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "'SSH-2.0-OpenSSH_9.2\\\\r\\\\n' is no status line"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "is no status line"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 300, "more than 200 header fields"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello", "'-5' is no size"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "'' is no size"),
    ],
)
def test_what_is_no_answer_is_told(said, why):
    with pytest.raises(NoHttp, match=why):
        read_answer(io.BytesIO(said), lambda status: 10)
