"""Pictures and sounds from the web, within limits, and from public addresses only.

A URL in a catalogue may come from anybody, and must not make this machine fetch what only this
machine can reach. So the name is resolved here, every address it has must be a public one, the
connection goes to an address that was checked (a later, different answer of the name server changes
nothing), and each redirect is a new URL that is checked in full. Proxies of the environment are not
used. Knows nothing of what is in them.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from threading import Timer
from time import monotonic
from urllib.parse import urljoin

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse
from urllib3.util import Url, parse_url

from encoders.errors import MediaError
from indexer.media.addresses import is_public
from indexer.media.limits import DownloadLimits

_BLOCK_BYTES = 64 * 1024
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {
    "Accept": "image/*, audio/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "palate",
}
_CHECK = "check that it opens in a browser"


class Downloader:
    """Fetches pictures and sounds; safe to share between threads."""

    def __init__(self, limits: DownloadLimits, *, tls: ssl.SSLContext | None = None) -> None:
        """`tls` trusts other authorities than the system's."""
        self.limits = limits
        self._tls = tls or ssl.create_default_context()

    def fetch(self, url: str) -> bytes:
        """The body behind an http(s) URL; MediaError says why there is none."""
        deadline = monotonic() + self.limits.timeout_s
        here = label = url
        for _ in range(self.limits.max_redirects + 1):
            try:
                answer = self._get(here, label, deadline)
            except (
                HTTPError,
                HTTPException,
                OSError,
                ValueError,
            ) as error:  # ValueError: what the parsers refuse
                self._check_time(label, deadline)
                raise MediaError(label, f"cannot be fetched: {error}", _CHECK) from error
            if isinstance(answer, bytes):
                return answer
            here, label = answer, f"{url} -> {answer}"
        todo = "give the URL that it leads to, or raise images.max_redirects"
        raise MediaError(label, f"redirects more than {self.limits.max_redirects} times", todo)

    def _get(self, url: str, label: str, deadline: float) -> bytes | str:
        """The body, or where it redirects to."""
        parts = self._parsed(url, label)
        with (
            closing(self._connected(parts, label, deadline)) as connection,
            _cut_off(connection.sock, deadline - monotonic()),
        ):
            headers = {**_HEADERS, "Host": parts.netloc or ""}
            connection.request(
                "GET",
                parts.request_uri,
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
            if response.status in _REDIRECTS and (location := response.headers.get("Location")):
                return urljoin(url, location)
            if response.status != 200:
                raise MediaError(label, f"is answered with status {response.status}", _CHECK)
            return self._body(response, label, deadline)

    def _body(self, response: HTTPResponse, label: str, deadline: float) -> bytes:
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > self.limits.max_bytes:
            raise self._too_large(label)
        body = bytearray()
        while block := response.read(
            _BLOCK_BYTES
        ):  # not stream(), which takes chunk headers of any length
            body += block
            if len(body) > self.limits.max_bytes:
                raise self._too_large(label)
        self._check_time(
            label, deadline
        )  # a body of unknown length that was cut off looks as if it had ended
        return bytes(body)

    def _parsed(self, url: str, label: str) -> Url:
        parts = parse_url(url)
        if parts.scheme not in _PORTS or not parts.host:
            raise MediaError(label, "is no http(s) URL with a host", "give a full URL")
        if parts.auth:
            raise MediaError(label, "carries a user name", "give a URL that opens without one")
        if parts.scheme == "http" and not self.limits.allow_http:
            raise MediaError(
                label, "is not encrypted", "give its https URL, or set images.allow_http"
            )
        return parts

    def _connected(self, parts: Url, label: str, deadline: float) -> HTTPConnection:
        """A connection to one of the host's addresses; the last one's error when none takes it."""
        addresses = self._addresses(parts, label)
        for address in addresses:
            self._check_time(label, deadline)
            connection = self._connection(parts, address, deadline - monotonic())
            try:
                connection.connect()
            except (HTTPError, OSError):
                connection.close()
                if address == addresses[-1]:
                    raise
            else:
                return connection
        raise AssertionError("a name that resolves has an address")

    def _connection(self, parts: Url, address: str, timeout_s: float) -> HTTPConnection:
        port = _port(parts)
        if parts.scheme == "http":
            return HTTPConnection(address, port, timeout=timeout_s)
        name = _host(parts)
        return HTTPSConnection(
            address,
            port,
            timeout=timeout_s,
            server_hostname=name,
            assert_hostname=name,
            ssl_context=self._tls,
        )

    def _addresses(self, parts: Url, label: str) -> Sequence[str]:
        """All that the host's name stands for, each checked."""
        found = socket.getaddrinfo(_host(parts), _port(parts), type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
        if not self.limits.allow_private and not all(is_public(address) for address in addresses):
            todo = (
                "send the file itself, or set images.allow_private if the catalogue can be trusted"
            )
            raise MediaError(label, "lies at an address that is not public", todo)
        return addresses

    def _too_large(self, label: str) -> MediaError:
        return MediaError(
            label,
            f"is over {self.limits.max_bytes:,} bytes",
            "give a smaller one, or raise images.max_bytes",
        )

    def _check_time(self, label: str, deadline: float) -> None:
        if monotonic() >= deadline:
            why = f"did not come within {self.limits.timeout_s:g} s"
            raise MediaError(label, why, f"{_CHECK}, or raise images.timeout_s")


def _host(parts: Url) -> str:
    """Without the brackets of an IPv6 address."""
    return (parts.host or "").strip("[]")


def _port(parts: Url) -> int:
    return parts.port or _PORTS[parts.scheme or ""]


@contextmanager
def _cut_off(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Ends the connection after so long: a server that sends a byte now and then never runs into a
    socket's timeout."""

    def end() -> None:
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    timer = Timer(max(seconds, 0.0), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
