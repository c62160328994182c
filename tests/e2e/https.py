"""Asking a project's app over TLS, as a browser that trusts one authority."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from tests.e2e.project import Answer, Project

TIMEOUT_S = 30


@dataclass(frozen=True)
class Browser:
    """Asks *project* and trusts what the authorities in *trust* (PEM) have signed."""

    project: Project
    trust: str

    def get(self, path: str = "/", name: str = "", **context: Any) -> Answer:
        """``GET`` *path* of the domain *name*; ``ssl.SSLError`` where the handshake or the certificate is no good."""
        name = name or f"{self.project.name}.test"
        with self.connect(name, **context) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return Answer(answer.status, answer.read())

    def connect(self, name: str = "", **context: Any) -> ssl.SSLSocket:
        """A connection whose certificate has been verified for *name*; *context* sets attributes of ``SSLContext``."""
        settings = ssl.create_default_context(cadata=self.trust)
        for attribute, value in context.items():
            setattr(settings, attribute, value)
        settings.set_alpn_protocols(["h2", "http/1.1"] if not name else ["http/1.1"])
        target = self.project.target
        connection = socket.create_connection((target.host, target.https_port), TIMEOUT_S)
        return settings.wrap_socket(connection, server_hostname=name or f"{self.project.name}.test")

    @property
    def serial(self) -> str:
        """The serial number of the certificate that is served."""
        with self.connect() as connection:
            certificate = connection.getpeercert()
        assert certificate
        return str(certificate["serialNumber"])
