"""From what an item calls its pictures to their contents: in order, ahead of the encoder, and never
too far."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from encoders.errors import ImageError, MediaError
from indexer.media.folder import MediaFolder
from indexer.media.limits import DownloadLimits
from indexer.media.source import AHEAD, DECODING, MediaSource

CONTENT = b"\x00\x01\x02\xff"


def _png() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (3, 2), (1, 2, 3)).save(stream, "PNG")
    return stream.getvalue()


PNG = _png()
DATA_URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


class Opening:
    """What decodes, as `encoders.modality` has it: gives back what it was given, and what it is
    called."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._before = before
        self.opened: list[str] = []

    def open(self, source: Path | bytes, label: str = "") -> Any:
        self._before()
        self.opened.append(label)
        content = source if isinstance(source, bytes) else source.read_bytes()
        if not content:
            raise ImageError(label, "is empty", "give a picture")
        return content


@pytest.fixture
def source(tmp_path: Path) -> MediaSource:
    limits = DownloadLimits(max_bytes=1_024, allow_private=True, allow_http=True)
    return MediaSource(MediaFolder(tmp_path / "kept"), limits)


def kept(source: MediaSource, *contents: bytes) -> list[str]:
    return [source.kept.keep(content) for content in contents]


def loaded(source: MediaSource, names: list[str], opening: Any) -> list[object]:
    with source.loading(names, opening) as found:
        return list(found)


def test_content_that_came_along_is_kept_and_called_by_its_hash(source: MediaSource) -> None:
    name = source.admit(DATA_URI, None, "image")
    assert name.startswith("kept:")
    assert source.kept.path(name).read_bytes() == PNG
    assert source.admit(DATA_URI, None, "image") == name
    assert source.keep(PNG, "image") == name


@pytest.mark.parametrize("modality", ["image", "audio"])
def test_what_cannot_be_decoded_is_not_kept(
    source: MediaSource, tmp_path: Path, modality: str
) -> None:
    broken = f"data:;base64,{base64.b64encode(CONTENT).decode()}"
    with pytest.raises(MediaError):
        source.admit(broken, None, modality)
    with pytest.raises(MediaError):
        source.keep(PNG[:40], modality)
    assert list(tmp_path.rglob("*")) == []


def test_a_path_and_a_url_are_admitted_as_they_are(source: MediaSource, tmp_path: Path) -> None:
    (tmp_path / "1.jpg").touch()
    assert source.admit("1.jpg", tmp_path, "image") == f"{tmp_path}/./1.jpg"
    assert source.admit("https://example.org/1.jpg", None, "image") == "https://example.org/1.jpg"


def test_content_that_is_too_large_is_refused_before_it_is_kept(tmp_path: Path) -> None:
    small = MediaSource(MediaFolder(tmp_path), DownloadLimits(max_bytes=1_024))
    with pytest.raises(MediaError, match=r"is over 1,024 bytes; .*images\.max_bytes"):
        small.admit("data:;base64," + "A" * 4_000, None, "image")
    assert list(tmp_path.rglob("*")) == []


def test_contents_come_in_the_order_of_their_names(source: MediaSource) -> None:
    contents = [f"picture {number}".encode() for number in range(3 * AHEAD)]
    assert loaded(source, kept(source, *contents), Opening()) == contents


def test_what_cannot_be_had_is_an_error_in_its_place_and_the_others_come(
    source: MediaSource,
) -> None:
    names = kept(source, b"one", b"", b"three")
    first, second, third, fourth = loaded(source, [*names, "lost.jpg"], Opening())
    assert (first, third) == (b"one", b"three")
    assert isinstance(second, ImageError)
    assert isinstance(fourth, MediaError)
    assert str(fourth).startswith("media 'lost.jpg' is a relative path")


def test_decoders_are_told_a_name_that_hides_where_a_file_lies(
    source: MediaSource, tmp_path: Path
) -> None:
    folder = tmp_path / "posters"
    folder.mkdir()
    (folder / "1.jpg").write_bytes(CONTENT)
    opening = Opening()
    assert loaded(source, [source.admit("1.jpg", folder, "image")], opening) == [CONTENT]
    assert opening.opened == ["1.jpg"]


def test_no_names_give_nothing(source: MediaSource) -> None:
    assert loaded(source, [], Opening()) == []


def test_only_so_many_are_decoded_at_once(source: MediaSource) -> None:
    """Each decoder waits until as many as may are at it, so that one more would be seen."""
    together = threading.Barrier(DECODING)
    at_work, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        together.wait(timeout=30)
        with lock:
            at_work -= 1

    loaded(source, kept(source, *(bytes([n + 1]) for n in range(4 * DECODING))), Opening(work))
    assert most == DECODING


def test_loading_stays_ahead_by_so_many_and_no_more(source: MediaSource) -> None:
    done = threading.Semaphore(0)
    opening = Opening(done.release)
    names = kept(source, *(bytes([n + 1]) for n in range(2 * AHEAD)))
    with source.loading(names, opening) as found:
        for _ in range(AHEAD):
            assert done.acquire(timeout=30)
        assert not done.acquire(timeout=0.05)
        taken = next(found)
        assert taken == b"\x01"
        assert done.acquire(timeout=30)
        assert not done.acquire(timeout=0.05)
    assert len(opening.opened) <= AHEAD + 1


def test_who_stops_taking_does_not_wait_for_the_rest(source: MediaSource) -> None:
    names = kept(source, *(bytes([n + 1]) for n in range(2 * AHEAD)))
    opening = Opening()
    with source.loading(names, opening) as found:
        assert next(found) == b"\x01"
    assert len(opening.opened) <= AHEAD + 1
