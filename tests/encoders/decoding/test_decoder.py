"""Content comes back from a child as it would be decoded here, and what ends or holds up the child costs
an error."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from encoders.audio.sound import open_sound
from encoders.decoding import decoder
from encoders.decoding.decoder import check_decodable, decoded_image, decoded_sound
from encoders.errors import AudioError, ImageError
from encoders.image.picture import open_image
from tests.tones import wav

CHILD = decoder._CHILD


def _picture(mode: str = "RGB", size: tuple[int, int] = (70, 50), kind: str = "PNG") -> bytes:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (size[1], size[0], len(mode)), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels.squeeze(), mode).save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Children of this test's own."""
    children = decoder._Children()
    monkeypatch.setattr(decoder, "_children", children)
    yield children
    children.close()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_picture_is_what_it_would_be_here(mode: str, tmp_path: Path) -> None:
    content = _picture(mode)
    (tmp_path / "1.png").write_bytes(content)
    here = np.asarray(open_image(content))
    assert np.array_equal(np.asarray(decoded_image(content)), here)
    assert np.array_equal(np.asarray(decoded_image(tmp_path / "1.png")), here)


def test_a_large_picture_comes_whole() -> None:
    content = _picture(size=(1_700, 1_300))
    assert np.array_equal(np.asarray(decoded_image(content)), np.asarray(open_image(content)))


def test_a_sound_is_what_it_would_be_here() -> None:
    content = wav(440.0)
    there, here = decoded_sound(content), open_sound(content)
    assert there.rate == here.rate
    assert there.samples.dtype == here.samples.dtype
    assert np.array_equal(there.samples, here.samples)


@pytest.mark.parametrize("content", [b"", b"no picture", _picture()[:200]])
def test_what_cannot_be_decoded_is_said_in_the_same_words(content: bytes) -> None:
    with pytest.raises(ImageError) as here:
        open_image(content, label="poster.png")
    with pytest.raises(ImageError) as there:
        decoded_image(content, "poster.png")
    assert str(there.value) == str(here.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="does not exist"):
        decoded_image(tmp_path / "nowhere.png")
    with pytest.raises(AudioError, match="does not exist"):
        decoded_sound(tmp_path / "nowhere.wav")


def test_checking_says_the_same_without_the_pixels() -> None:
    check_decodable("image", _picture())
    check_decodable("video", b"nobody knows what that would be")
    with pytest.raises(ImageError, match="is not a picture"):
        check_decodable("image", b"no picture")
    with pytest.raises(AudioError, match="cannot be decoded"):
        check_decodable("audio", b"no sound")


def test_a_child_is_used_again_and_others_decode_beside_it(fresh: Any) -> None:
    content = _picture()
    for _ in range(3):
        decoded_image(content)
    assert len(fresh._free) == 1
    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(decoded_image, [content] * 12))
    assert {picture.size for picture in pictures} == {(70, 50)}
    assert 1 <= len(fresh._free) <= decoder.KEPT


def test_a_signal_for_all_processes_of_a_group_leaves_a_child_to_whoever_started_it(
    fresh: Any,
) -> None:
    decoded_image(_picture())
    [child] = fresh._free
    pid = child._process.pid
    assert os.getsid(pid) == pid  # a terminal's Ctrl-C does not reach it
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(pid, number)
    assert decoded_image(_picture()).size == (70, 50)
    assert fresh._free == [child]
    assert child.close() == 0


def test_a_child_that_has_ended_while_it_waited_is_not_asked(fresh: Any) -> None:
    decoded_image(_picture())
    [child] = fresh._free
    os.kill(child._process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child._process.pid, os.WEXITED | os.WNOWAIT)
    assert decoded_image(_picture()).size == (70, 50)
    assert child not in fresh._free


def test_a_child_that_answered_and_was_over_its_time_is_ended(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, used = decoder._Child.ask, []

    def late(child: Any, *asked: Any) -> Any:
        answer = ask(child, *asked)
        child.is_usable = False
        used.append(child)
        return answer

    monkeypatch.setattr(decoder._Child, "ask", late)
    assert decoded_image(_picture()).size == (70, 50)
    assert (fresh._free, used[0].has_ended) == ([], True)


CRASHES = "import os, sys; sys.stdin.buffer.read(4); os.kill(os.getpid(), 11)"
HANGS = "import sys; sys.stdin.buffer.read()"
LITTLE_MEMORY = """import sys
sys.path[:] = sys.argv[1:]
from encoders.decoding import child
child.MAX_BYTES = 60 << 20
child.main()"""


def _next_is_decoded(monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(decoder, "_CHILD", CHILD)
    return decoded_image(_picture()).size == (70, 50)


def test_a_file_that_crashes_its_decoder_is_an_error_and_the_next_one_is_decoded(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "_CHILD", CRASHES)
    with pytest.raises(ImageError, match=r"'evil\.png' ends what decodes it \(SIGSEGV\)"):
        decoded_image(_picture(), "evil.png")
    assert fresh._free == []
    assert _next_is_decoded(monkeypatch)


def test_a_file_that_takes_for_ever_is_an_error(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "_CHILD", HANGS)
    monkeypatch.setattr(decoder, "TIMEOUT_S", 0.01)
    with pytest.raises(ImageError, match=r"ends what decodes it \(over 0\.01 s\)"):
        decoded_image(_picture(), "slow.png")
    assert fresh._free == []
    monkeypatch.setattr(decoder, "TIMEOUT_S", 30.0)
    assert _next_is_decoded(monkeypatch)


def test_a_file_that_unfolds_to_more_memory_than_a_child_may_have_is_an_error(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """6,000 x 6,000 black pixels: 100 KB, and 108 MB when they are decoded."""
    stream = io.BytesIO()
    Image.new("RGB", (6_000, 6_000)).save(stream, "PNG")
    monkeypatch.setattr(decoder, "_CHILD", LITTLE_MEMORY)
    with pytest.raises(ImageError, match="needs more memory than there is for it"):
        decoded_image(stream.getvalue(), "bomb.png")
    assert decoded_image(_picture()).size == (70, 50)  # by the same child
    assert len(fresh._free) == 1


def test_where_no_process_can_be_started_it_is_said(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(decoder, "_Child", none)
    with pytest.raises(ImageError, match="no process can be started"):
        decoded_image(_picture())
