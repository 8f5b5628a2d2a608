"""Text encoders of several names and widths that count what they read, for tests of changing from
one to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from PIL import Image

from encoders.arrays import FloatArray
from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.registry import ENCODERS

DIMS = {"one": 16, "two": 24, "three": 8}


class CountingImage(FakeImageEncoder):
    """The same for pictures."""

    def __init__(self, name: str, read: Counter[str]) -> None:
        super().__init__(DIMS[name])
        self.name = name
        self._read = read

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        self._read[f"{self.name} pictures"] += len(images)
        return super().encode_images(images)


class CountingText(FakeTextEncoder):
    """Adds the items it reads to what its name has read so far."""

    def __init__(self, name: str, read: Counter[str]) -> None:
        super().__init__(DIMS[name])
        self.name = name
        self._read = read

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self._read[self.name] += len(texts)
        return super().encode_passages(texts)


def install(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Make them text and image encoders `one`, `two` and `three`; returns how many texts, and
    pictures, each has read. An image encoder reads one picture more, when it is warmed up."""
    read: Counter[str] = Counter()
    for name in DIMS:
        monkeypatch.setitem(
            ENCODERS["text"],
            name,
            lambda _argument, _backend, name=name: CountingText(name, read),
        )
        monkeypatch.setitem(
            ENCODERS["image"],
            name,
            lambda _argument, _backend, name=name: CountingImage(name, read),
        )
    return read
