"""Takes the connections of trusted proxies to the serving release, and ends all others. Managed by deploytasks.

``deploytasks-front SOCKET NETWORK...``: it is handed the listening socket of the port (sd_listen_fds(3)). What trusted
proxies say of visitors is believed, so nobody else may say it. Standard library only, Python 3.8.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from ipaddress import IPv6Address, ip_address, ip_network

FIRST_FD = 3
"""Where handed-over sockets begin (sd_listen_fds(3))."""
CHUNK = 65536
LONGEST_HEAD = 65536
"""What is longer is handed on as it is, for the release to refuse."""
LINE = b"\r\n"
END = LINE + LINE


async def main(release: str, *trusted: str) -> None:
    """Answer for good."""
    networks = [ip_network(network) for network in trusted]

    def is_trusted(address: str) -> bool:
        peer = ip_address(address.partition("%")[0])
        if isinstance(peer, IPv6Address):
            peer = peer.ipv4_mapped or peer
        return any(peer in network for network in networks)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if is_trusted(writer.get_extra_info("peername")[0]):
                # The link is followed on each connect, so a switch needs no restart.
                await lead(reader, writer, *await asyncio.open_unix_connection(release))
        writer.close()

    server = await asyncio.start_server(take, sock=socket.socket(fileno=FIRST_FD))
    await server.serve_forever()


async def lead(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    inner_reader: asyncio.StreamReader,
    inner_writer: asyncio.StreamWriter,
) -> None:
    """Both ways, until the release has ended the connection."""
    inwards = asyncio.ensure_future(ask(reader, inner_writer))
    await pass_on(inner_reader, writer)
    inwards.cancel()
    inner_writer.close()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The first request, without what a client says in another's name, and all that follows."""
    head = b""
    while END not in head and len(head) < LONGEST_HEAD and (chunk := await reader.read(CHUNK)):
        head += chunk
    writer.write(undisguised(head))
    await pass_on(reader, writer)


def undisguised(head: bytes) -> bytes:
    """WSGI takes a field with "_" for one with "-", such as the proxy's own; not every server drops it."""
    fields, end, body = head.partition(END)
    first, *others = fields.split(LINE)
    return (
        LINE.join([first, *(field for field in others if b"_" not in field.partition(b":")[0])]) + end + body
    )


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All that comes, and then its end, which may be a broken connection."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
