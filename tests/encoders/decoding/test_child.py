"""What goes between a process and the child that decodes for it: whole messages, or nothing."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from encoders.decoding.child import _rows, read_message, write_head


def _message(head: dict[str, Any], content: bytes) -> bytes:
    stream = io.BytesIO()
    write_head(stream, {**head, "bytes": len(content)})
    return stream.getvalue() + content


@given(head=st.dictionaries(st.sampled_from(["label", "path"]), st.text()), content=st.binary())
def test_messages_come_as_they_were_sent_one_after_the_other(
    head: dict[str, Any], content: bytes
) -> None:
    stream = io.BytesIO(_message(head, content) + _message({}, b"next"))
    assert read_message(stream) == ({**head, "bytes": len(content)}, content)
    assert read_message(stream) == ({"bytes": 4}, b"next")
    assert read_message(stream) is None


def test_a_message_that_breaks_off_anywhere_is_none() -> None:
    whole = _message({"label": "x"}, b"12345")
    for length in range(len(whole)):
        assert read_message(io.BytesIO(whole[:length])) is None


def test_paths_that_are_no_unicode_come_through() -> None:
    path = b"/data/\xff.png".decode("utf-8", "surrogateescape")
    read = read_message(io.BytesIO(_message({"path": path}, b"")))
    assert read is not None
    assert read[0]["path"] == path


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (400_000, 2), (1_000, 900)])
def test_a_picture_is_given_row_by_row(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    parts = list(_rows(Image.fromarray(pixels)))
    assert b"".join(parts) == pixels.tobytes()
    assert max(map(len, parts)) <= max(1 << 20, size[0] * 3)
