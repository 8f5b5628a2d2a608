"""Perception: the one medium that the items of a catalogue are perceived by beside their words,
pictures or sounds.

Owns what differs between the two for those who only carry content from where it lies to its
encoder. Knows nothing of items: what an item has for a medium is `indexer.catalog.item`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from PIL import Image

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound, open_sound
from encoders.base import AudioEncoder, ImageEncoder, MediaEncoder
from encoders.image.picture import open_image

Medium = Literal["image", "audio"]
MEDIA: tuple[Medium, ...] = ("image", "audio")
WORDS: Mapping[Medium, str] = {"image": "picture", "audio": "sound"}
"""What people call one."""

_PICTURE_BYTES, _SAMPLE_BYTES = 3, 4
_BLANK_PX = 32
_SILENCE_HZ = 16_000


class Perception(Protocol):
    """An encoder with the way to its content."""

    @property
    def medium(self) -> Medium: ...
    @property
    def encoder(self) -> MediaEncoder: ...
    def open(self, source: str | Path | bytes, label: str = "") -> Any:
        """The content, decoded; MediaError when it cannot be."""

    def encode(self, contents: Sequence[Any]) -> FloatArray:
        """(N, dim), of what `open` gave."""

    def size(self, content: Any) -> int:
        """Bytes that the decoded content holds."""

    def nothing(self) -> Any:
        """Content without anything in it, to warm the encoder up with."""


@dataclass(frozen=True, slots=True)
class Sight:
    """By pictures."""

    encoder: ImageEncoder
    medium: ClassVar[Medium] = "image"

    def open(self, source: str | Path | bytes, label: str = "") -> Image.Image:
        return open_image(source, label=label)

    def encode(self, contents: Sequence[Image.Image]) -> FloatArray:
        return self.encoder.encode_images(contents)

    def size(self, content: Image.Image) -> int:
        return content.width * content.height * _PICTURE_BYTES

    def nothing(self) -> Image.Image:
        return Image.new("RGB", (_BLANK_PX, _BLANK_PX))


@dataclass(frozen=True, slots=True)
class Hearing:
    """By sounds."""

    encoder: AudioEncoder
    medium: ClassVar[Medium] = "audio"

    def open(self, source: str | Path | bytes, label: str = "") -> Sound:
        return open_sound(source, label=label)

    def encode(self, contents: Sequence[Sound]) -> FloatArray:
        return self.encoder.encode_sounds(contents)

    def size(self, content: Sound) -> int:
        return len(content.samples) * _SAMPLE_BYTES

    def nothing(self) -> Sound:
        return Sound(np.zeros(_SILENCE_HZ, np.float32), _SILENCE_HZ)


def medium_of(perception: Perception | None) -> Medium:
    """Without a perception nothing is looked at, and pictures are what items are said to have."""
    return "image" if perception is None else perception.medium
