"""Pictures from a real web server on this machine, and URLs that must not be followed."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler

import pytest
import trustme

from encoders.errors import MediaError
from indexer.media.download import Downloader
from indexer.media.limits import DownloadLimits
from tests.indexer.web import Answer, Web, body, redirect, serving

PICTURE = bytes(range(256)) * 4


@pytest.fixture
def web() -> Iterator[Web]:
    with serving({"/1.jpg": body(PICTURE)}) as web:
        yield web


def inside(
    max_bytes: int = 10_000, timeout_s: float = 5.0, max_redirects: int = 2, **limits: bool
) -> Downloader:
    """A downloader that may reach the server of the tests."""
    return Downloader(
        DownloadLimits(max_bytes, timeout_s, max_redirects, **({"allow_private": True} | limits))
    )


def names(monkeypatch: pytest.MonkeyPatch, addresses: dict[str, list[str]]) -> list[str]:
    """Lets names resolve to these addresses; returns the list of the names that are looked up."""
    looked_up: list[str] = []
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: object, **kwargs: object) -> object:
        looked_up.append(host)
        if host in addresses:
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
                for address in addresses[host]
            ]
        return resolve(host, port, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return looked_up


def test_a_picture_is_fetched_as_it_is(web: Web) -> None:
    web.answers["/a b.jpg?w=1"] = web.answers["/a%20b.jpg?w=1"] = body(PICTURE)
    assert inside().fetch(web.url("/1.jpg")) == PICTURE
    assert inside().fetch(web.url("/a b.jpg?w=1#top")) == PICTURE
    assert web.asked[0] == (f"127.0.0.1:{web.port}", "/1.jpg")


def test_a_picture_may_come_in_chunks_or_until_the_connection_ends(web: Web) -> None:
    chunked = b"".join(
        b"%x\r\n%b\r\n" % (len(part), part) for part in (PICTURE[:700], PICTURE[700:], b"")
    )
    web.answers["/chunked"] = body(chunked, {"Transfer-Encoding": "chunked"})
    web.answers["/until-the-end"] = body(PICTURE, {"Connection": "close"})
    assert inside().fetch(web.url("/chunked")) == PICTURE
    assert inside().fetch(web.url("/until-the-end")) == PICTURE


def test_redirects_are_followed_also_relative_ones_as_often_as_allowed(web: Web) -> None:
    web.answers |= {
        "/a": redirect("b"),
        "/b": redirect(web.url("/1.jpg")),
        "/c": redirect("/a"),
        "/d": redirect("/d"),
    }
    assert inside(max_redirects=2).fetch(web.url("/a")) == PICTURE
    for path in ("/c", "/d"):
        with pytest.raises(MediaError, match="redirects more than 2 times"):
            inside(max_redirects=2).fetch(web.url(path))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "10.0.0.8",
        "192.168.1.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "100.64.0.1",
        "224.0.0.1",
        "intranet.example",
        "half-public.example",
    ],
)
def test_what_is_not_public_is_refused_by_number_and_by_name(
    web: Web, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    names(
        monkeypatch,
        {"intranet.example": ["10.0.0.8"], "half-public.example": ["93.184.216.34", "127.0.0.1"]},
    )
    with pytest.raises(MediaError, match=r"not public; .*images\.allow_private"):
        inside(allow_private=False).fetch(f"http://{host}:{web.port}/1.jpg")
    assert web.asked == []


def test_a_redirect_to_a_private_address_is_refused(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.answers["/away"] = redirect("http://169.254.169.254/latest/meta-data/")
    monkeypatch.setattr("indexer.media.download.is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(MediaError, match=r"/away -> http://169\.254\.169\.254/.*not public"):
        inside(allow_private=False).fetch(web.url("/away"))


def test_the_name_is_asked_once_and_the_connection_goes_to_the_address_that_was_checked(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = {"rebound.example": ["127.0.0.1"]}
    looked_up = names(monkeypatch, addresses)

    def is_public(address: str) -> bool:
        addresses["rebound.example"] = ["10.0.0.8"]  # what the name server says from now on
        return True

    monkeypatch.setattr("indexer.media.download.is_public", is_public)
    assert inside(allow_private=False).fetch(web.url("/1.jpg", "rebound.example")) == PICTURE
    assert looked_up.count("rebound.example") == 1
    assert web.asked == [(f"rebound.example:{web.port}", "/1.jpg")]


def test_the_next_address_is_tried_when_one_does_not_take_the_connection(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, {"two.example": ["127.0.0.2", "127.0.0.1"]})  # nobody listens at 127.0.0.2
    assert inside().fetch(web.url("/1.jpg", "two.example")) == PICTURE


def test_over_tls_the_certificate_must_be_of_the_name_although_an_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names(monkeypatch, {"pictures.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("pictures.example").configure_cert(server)
    authority.configure_trust(client)
    trusting = Downloader(DownloadLimits(allow_private=True, allow_http=False), tls=client)
    with serving({"/1.jpg": body(PICTURE)}, server) as web:
        assert trusting.fetch(web.url("/1.jpg", "pictures.example", "https")) == PICTURE
        with pytest.raises(MediaError, match=r"cannot be fetched.*other\.example"):
            trusting.fetch(web.url("/1.jpg", "other.example", "https"))
        with pytest.raises(MediaError, match=r"cannot be fetched.*(?i:certificate verify failed)"):
            inside().fetch(web.url("/1.jpg", "pictures.example", "https"))


@pytest.mark.parametrize(
    "answer",
    [
        body(bytes(10_001)),
        body(bytes(10_001), {"Connection": "close"}),
        body(b"2711\r\n" + bytes(10_001) + b"\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"}),
        body(b"", {"Content-Length": str(10**15)}),
    ],
    ids=["with its length", "without its length", "in chunks", "announced"],
)
def test_a_picture_that_is_too_large_is_not_read_to_its_end(web: Web, answer: Answer) -> None:
    web.answers["/large"] = answer
    with pytest.raises(MediaError, match=r"is over 10,000 bytes; .*images\.max_bytes"):
        inside(max_bytes=10_000).fetch(web.url("/large"))


def _dripping(first: bytes, released: threading.Event) -> Answer:
    """Sends something, and then a byte now and then for ever."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(first)
        while not released.wait(0.02):
            handler.wfile.write(b"x")

    return answer


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Drip: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=["status", "headers", "body", "body of unknown length"],
)
def test_a_server_that_drips_is_cut_off(web: Web, first: bytes) -> None:
    released = threading.Event()
    web.answers["/slow"] = _dripping(first, released)
    try:
        with pytest.raises(MediaError, match=r"did not come within 0\.2 s; .*images\.timeout_s"):
            inside(timeout_s=0.2).fetch(web.url("/slow"))
    finally:
        released.set()


def test_a_server_that_never_answers_is_given_up() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        for scheme in ("http", "https"):
            with pytest.raises(MediaError, match=r"did not come within 0\.1 s"):
                inside(timeout_s=0.1).fetch(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/1.jpg")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (body(b"gone", status=404), "status 404"),
        (body(b"", {"Content-Length": "0"}, status=302), "status 302"),
        (body(PICTURE, {"Content-Length": "2000", "Connection": "close"}), "cannot be fetched"),
        (redirect("ftp://example.org/1.jpg"), "is no http"),
        (redirect("file:///etc/passwd"), "is no http"),
        (redirect("http://["), "cannot be fetched"),
        (lambda handler: handler.wfile.write(b"\x00nonsense\r\n\r\n"), "cannot be fetched"),
    ],
)
def test_an_answer_that_is_none_is_an_image_error(web: Web, answer: Answer, why: str) -> None:
    web.answers["/odd"] = answer
    with pytest.raises(MediaError, match=why):
        inside(timeout_s=1.0).fetch(web.url("/odd"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://", "is no http"),
        ("http:///1.jpg", "is no http"),
        ("http://user:secret@example.org/1.jpg", "carries a user name"),
        ("http://example.org:99999/1.jpg", "cannot be fetched"),
        ("http://" + "x" * 300 + ".example/1.jpg", "cannot be fetched"),
        ("http://exa\nmple.org/", "cannot be fetched|is no http"),
        ("http://127.0.0.1:1/1.jpg", "cannot be fetched"),
    ],
)
def test_a_url_that_leads_nowhere_is_an_image_error(url: str, why: str) -> None:
    with pytest.raises(MediaError, match=why):
        inside(timeout_s=1.0).fetch(url)


def test_without_tls_only_where_it_is_allowed(web: Web) -> None:
    with pytest.raises(MediaError, match=r"is not encrypted; .*images\.allow_http"):
        inside(allow_http=False).fetch(web.url("/1.jpg"))
