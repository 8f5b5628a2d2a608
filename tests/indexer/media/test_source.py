"""Content got and decoded ahead of the encoder: in order, in bounds, and with errors in place."""

from __future__ import annotations

import base64
import threading
from pathlib import Path
from typing import Any

import pytest

from encoders.errors import MediaError
from encoders.fake import FakeImageEncoder
from encoders.modality import ImageModality
from indexer.media.download import Downloader, DownloadLimits
from indexer.media.folder import MediaFolder
from indexer.media.source import AHEAD, DECODING, MediaSource
from tests.indexer.web import body, serving


class Letters(ImageModality):
    """Whose content is text, and which counts how many are decoded at once."""

    def __init__(self) -> None:
        super().__init__(FakeImageEncoder())

    opened: list[str] = []  # noqa: RUF012  (one per test, see the fixture)
    decoding = 0
    most = 0
    lock = threading.Lock()

    def open(self, source: str | Path | bytes, label: str = "") -> Any:
        cls = type(self)
        with cls.lock:
            cls.decoding += 1
            cls.most = max(cls.most, cls.decoding)
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        with cls.lock:
            cls.opened.append(label)
            cls.decoding -= 1
        if content == b"bad":
            raise MediaError(label, "is bad", "give another")
        return content.decode()


@pytest.fixture
def letters() -> Letters:
    Letters.opened, Letters.decoding, Letters.most = [], 0, 0
    return Letters()


@pytest.fixture
def source(tmp_path: Path) -> MediaSource:
    limits = DownloadLimits(max_bytes=100, timeout_s=2.0, allow_private=True)
    return MediaSource(MediaFolder(tmp_path / "kept"), Downloader(limits))


def test_content_comes_in_the_order_of_its_names_from_wherever_it_is(
    source: MediaSource, letters: Letters, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(b"file")
    kept = source.kept.keep(b"kept")
    with serving({"/a": body(b"web")}) as web:
        names = [f"{tmp_path}/./a.txt", web.url("/a"), kept]
        with source.loading(names, letters) as loaded:
            assert list(loaded) == ["file", "web", "kept"]
    assert sorted(letters.opened) == sorted(["a.txt", names[1], kept])


def test_what_cannot_be_had_is_an_error_in_its_place(
    source: MediaSource, letters: Letters, tmp_path: Path
) -> None:
    bad, good = source.kept.keep(b"bad"), source.kept.keep(b"good")
    with serving({}) as web, source.loading([bad, web.url("/no"), good], letters) as loaded:
        first, second, third = loaded
    assert [type(first), type(second), third] == [MediaError, MediaError, "good"]
    assert "is bad" in str(first)
    assert "status 404" in str(second)


def test_only_so_many_are_fetched_ahead_of_who_takes_them(
    source: MediaSource, letters: Letters
) -> None:
    names = [source.kept.keep(str(n).encode()) for n in range(4 * AHEAD)]
    with source.loading(names, letters) as loaded:
        assert next(loaded) == "0"
        assert next(loaded) == "1"
        settled = threading.Event()
        settled.wait(0.3)
        assert 2 <= len(letters.opened) <= AHEAD + 2
    settled.wait(0.1)
    assert len(letters.opened) <= AHEAD + 2  # and nothing more after the end
    assert letters.most <= DECODING


def test_content_in_the_name_itself_is_kept_and_a_path_is_admitted(
    source: MediaSource, tmp_path: Path
) -> None:
    inline = f"data:image/png;base64,{base64.b64encode(b'x').decode()}"
    name = source.admit(inline, None)
    assert source.kept.path(name).read_bytes() == b"x"
    assert source.admit(name, None) == name
    assert source.admit("a.png", tmp_path) == f"{tmp_path.resolve()}/./a.png"
    with pytest.raises(MediaError, match="is over 100 bytes"):
        source.admit(f"data:,{'x' * 101}", None)
    with pytest.raises(MediaError, match="outside the catalogue's folder"):
        source.admit("../a.png", tmp_path)
