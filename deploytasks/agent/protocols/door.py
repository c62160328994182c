"""A web server's own port, asked as a visitor asks: by the site's name, over TLS where it has that."""

from __future__ import annotations

import socket
import time
from typing import Dict, Tuple

from deploytasks.agent.frozen import frozen
from deploytasks.agent.protocols.answer import read_answer
from deploytasks.agent.protocols.until import reading_until

HERE = "127.0.0.1"
PROXY_LINE = "PROXY TCP4 {here} {here} 1 {port}\r\n"
"""As a proxy introduces whom it brings (the PROXY protocol, version 1)."""
USUAL_PORTS = {False: 80, True: 443}
READ = 4000
WHOLE_ANSWER_S = 10.0


@frozen
class Door:
    """TCP *port* of this machine, where *host* is served.

    Over TLS if it is *secure*, whoever signed the certificate. One that *hears_proxies* wants to be told first whom
    they bring.
    """

    port: int
    host: str
    secure: bool = False
    hears_proxies: bool = False

    def __str__(self) -> str:
        return "%s://%s" % ("https" if self.secure else "http", self.name)

    @property
    def name(self) -> str:
        """The Host header of who comes here."""
        is_told = ":" in self.host or self.port == USUAL_PORTS[self.secure]
        return self.host if is_told else "%s:%d" % (self.host, self.port)

    def connect(self, timeout_s: float) -> socket.socket:
        """A connection, over which one question after another can be asked; raises ``OSError``."""
        connection = socket.create_connection((HERE, self.port), timeout_s)
        try:
            if self.hears_proxies:
                connection.sendall(PROXY_LINE.format(here=HERE, port=self.port).encode("ascii"))
            return self._over_tls(connection) if self.secure else connection
        except OSError:
            connection.close()
            raise

    def ask(
        self, connection: socket.socket, method: str, path: str, headers: Dict[str, str]
    ) -> Tuple[int, bytes]:
        """The status and the beginning of the answer's body; raises ``OSError`` and ``NoHttp``."""
        fields = {"Host": self.name, "User-Agent": "deploytasks", **headers}
        lines = ["%s %s HTTP/1.1" % (method, path), *("%s: %s" % field for field in fields.items())]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
        with reading_until(connection, time.monotonic() + WHOLE_ANSWER_S) as stream:
            return read_answer(stream, lambda _: READ)

    def _over_tls(self, connection: socket.socket) -> socket.socket:
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(connection, server_hostname=self.host)
