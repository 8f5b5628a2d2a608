"""Where a picture or a sound is read from, and what is said when it cannot be."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from encoders.errors import AudioError, ImageError
from encoders.source import stream_of

TODO = "give a JPEG or PNG"


def test_bytes_are_opened_as_they_are_and_called_by_their_size() -> None:
    stream, label = stream_of(b"content", "", ImageError, TODO)
    assert isinstance(stream, BytesIO)
    assert stream.read() == b"content"
    assert label == "(7 bytes)"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_opened_by_its_path_and_called_by_it(tmp_path: Path, kind: type) -> None:
    file = tmp_path / "one.png"
    file.write_bytes(b"content")
    assert stream_of(kind(file), "", ImageError, TODO) == (file, str(file))


def test_a_label_takes_the_place_of_path_and_size(tmp_path: Path) -> None:
    file = tmp_path / "one.png"
    file.write_bytes(b"content")
    assert stream_of(file, "the cover", ImageError, TODO)[1] == "the cover"
    assert stream_of(b"content", "the cover", ImageError, TODO)[1] == "the cover"


def test_nothing_at_all_is_refused_with_what_to_do() -> None:
    with pytest.raises(AudioError, match=r"^audio 'the song' is empty; give a JPEG or PNG$"):
        stream_of(b"", "the song", AudioError, TODO)


def test_what_is_not_there_and_what_is_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"gone\.png' does not exist; check the path"):
        stream_of(tmp_path / "gone.png", "", ImageError, TODO)
    with pytest.raises(ImageError, match="is not a file; check the path"):
        stream_of(tmp_path, "", ImageError, TODO)


def test_a_path_that_the_system_cannot_look_up_is_refused_and_its_name_is_cut() -> None:
    with pytest.raises(ImageError, match="cannot be looked up") as caught:
        stream_of("x" * 10_000, "", ImageError, TODO)
    assert caught.value.metadata["image"] == "x" * 200
