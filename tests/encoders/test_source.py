"""Where content is read from: a file that is there, or bytes that are not empty."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from encoders.errors import ImageError
from encoders.source import stream_of


def test_bytes_are_called_by_their_size_unless_they_have_a_name() -> None:
    stream, label = stream_of(b"abc", "", ImageError, "todo")
    assert isinstance(stream, BytesIO)
    assert (stream.read(), label) == (b"abc", "(3 bytes)")
    assert stream_of(b"abc", "poster", ImageError, "todo")[1] == "poster"


def test_a_file_is_called_by_its_path_unless_it_has_a_name(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    assert stream_of(file, "", ImageError, "todo") == (file, str(file))
    assert stream_of(str(file), "poster", ImageError, "todo") == (file, "poster")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"", "is empty; todo"),
        ("gone.png", "does not exist; check the path"),
        (".", "is not a file; check the path"),
        ("a\0b", "does not exist|cannot be looked up"),
        ("x" * 10_000, "cannot be looked up"),
    ],
)
def test_what_is_no_content_is_the_error_of_its_kind(source: str | bytes, why: str) -> None:
    with pytest.raises(ImageError, match=why) as caught:
        stream_of(source, "", ImageError, "todo")
    assert len(str(caught.value)) < 600
