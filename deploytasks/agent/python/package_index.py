"""An index of Python packages, asked with the standard library alone: PEP 691 (JSON) or PEP 503 (HTML)."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from typing import IO, Any, Callable, Iterator, List, NamedTuple, Tuple

from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

PUBLIC = "https://pypi.org/simple"
ACCEPTED = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
READ_TIMEOUT_S = 15.0
ANSWER_TIMEOUT_S = 12.0
LINK = regex(r"""<a\s[^>]*?href\s*=\s*["']([^"']*)["']""", re.IGNORECASE)


class IndexFile(NamedTuple):
    """A file that the index offers; *sha256* is empty when the index does not tell it."""

    name: str
    url: str
    sha256: str


@frozen
class PackageIndex:
    """The index at *url*, the public one when empty.

    The host's certificate authorities are trusted, and those in the file *ca_bundle*.
    """

    url: str = ""
    ca_bundle: str = ""

    @property
    def name(self) -> str:
        """The address without a password."""
        return _without_login(self._base)

    def trouble(self) -> str:
        """Empty when the index answers anything within 12 seconds, else why it cannot be used from here."""
        # Neither the resolver nor a host with many addresses heeds a socket's timeout, hence the thread.
        answers: List[str] = []
        asking = threading.Thread(target=lambda: answers.append(self._answer()), daemon=True)
        asking.start()
        asking.join(ANSWER_TIMEOUT_S)
        return answers[0] if answers else "no answer within %g s" % ANSWER_TIMEOUT_S

    def require_answer(self) -> None:
        """Raise ``StepError`` when the index cannot be used from here."""
        trouble = self.trouble()
        if trouble:
            raise StepError(self.unreachable(trouble))

    def unreachable(self, trouble: str) -> str:
        """The sentence for people about *trouble*."""
        return "package index unreachable from this host: %s: %s" % (self.name, trouble)

    def files(self, project: str) -> Iterator[IndexFile]:
        """The files of *project*; raises ``StepError`` when the index does not answer or has no project."""
        with self._open("%s/%s/" % (self._base.rstrip("/"), project)) as response:
            body, kind, base = response.read(), response.headers.get_content_type(), response.geturl()
        links = _json_links(body) if kind.endswith("json") else _html_links(body.decode("utf-8", "replace"))
        return (_file(urllib.parse.urljoin(base, url), sha256) for url, sha256 in links)

    def download(self, file: IndexFile, to: IO[bytes]) -> None:
        """Write the content of *file* to *to*; ``StepError`` unless its SHA-256 is what the index says."""
        with self._open(file.url) as response:
            shutil.copyfileobj(response, to, 1 << 20)
        to.seek(0)
        sha = hashlib.sha256()
        for chunk in iter(lambda: to.read(1 << 20), b""):
            sha.update(chunk)
        if sha.hexdigest() != file.sha256:
            raise StepError("%s from %s has not the SHA-256 that the index tells" % (file.name, self.name))

    @property
    def _base(self) -> str:
        return self.url or PUBLIC

    def _answer(self) -> str:
        try:
            with _opener(self._context)(_request(self._base.rstrip("/") + "/pip/", self._base, "HEAD")):
                return ""
        except urllib.error.HTTPError as error:
            return "it answers %d %s" % (error.code, error.reason) if error.code >= 500 else ""
        except (OSError, ValueError) as error:
            return _why(error)

    @contextmanager
    def _open(self, url: str) -> Iterator[Any]:
        try:
            with _opener(self._context)(_request(url, self._base, "GET")) as response:
                yield response
        except urllib.error.HTTPError as error:
            raise StepError("%s answers %d %s" % (_without_login(url), error.code, error.reason)) from error
        except (OSError, ValueError) as error:
            raise StepError(self.unreachable(_why(error))) from error

    @property
    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.ca_bundle:
            context.load_verify_locations(self.ca_bundle)
        return context


def _opener(context: ssl.SSLContext) -> Callable[[urllib.request.Request], Any]:
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
    return lambda request: opener.open(request, timeout=READ_TIMEOUT_S)


def _request(url: str, index: str, method: str) -> urllib.request.Request:
    """A request for *url* with the login of *index*, which is for its own host only."""
    scheme = urllib.parse.urlsplit(url).scheme
    if scheme not in ("https", "http"):
        raise ValueError("%r is no address of a package index; expected https://…" % url)
    headers = {"Accept": ACCEPTED, "User-Agent": "deploytasks"}
    request = urllib.request.Request(_without_login(url), method=method, headers=headers)  # noqa: S310
    owner = urllib.parse.urlsplit(index)
    if owner.username and owner.hostname == urllib.parse.urlsplit(url).hostname:
        login = "%s:%s" % (urllib.parse.unquote(owner.username), urllib.parse.unquote(owner.password or ""))
        # Not sent on when the index redirects to another host.
        request.add_unredirected_header("Authorization", "Basic " + _base64(login))
    return request


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _without_login(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _json_links(body: bytes) -> Iterator[Tuple[str, str]]:
    for file in json.loads(body)["files"]:
        yield file["url"], file.get("hashes", {}).get("sha256", "")


def _html_links(text: str) -> Iterator[Tuple[str, str]]:
    for match in LINK.finditer(text):
        url, _, fragment = html.unescape(match.group(1)).partition("#")
        algorithm, _, digest = fragment.partition("=")
        yield url, digest if algorithm == "sha256" else ""


def _file(url: str, sha256: str) -> IndexFile:
    return IndexFile(urllib.parse.unquote(url.rpartition("/")[2]), url, sha256)


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "its certificate is not trusted here (%s); set pip_ca_bundle" % reason.verify_message
    return str(getattr(reason, "strerror", None) or reason) or type(reason).__name__
