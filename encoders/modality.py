"""Modalities: the kinds of content that items have, and how each gets to its encoder.

    name     vectors in stores, setting of the encoder, field in rows, source of candidates
    text     "text"; every item has one, if an empty one
    image    "image", further ones in "images"
    audio    "audio"

MODALITIES is the one list of them. To add one, write a subclass of `MediaModality` beside its
encoder, and add its line. Knows nothing of items and stores.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
from PIL import Image

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound, require_soundfile
from encoders.base import AudioEncoder, Encoder, ImageEncoder, MediaEncoder, TextEncoder
from encoders.decoding.decoder import decoded_image, decoded_sound

NO_ENCODER = "none"
"""What stands in the settings for a modality that has no encoder."""
_PICTURE_BYTES, _SAMPLE_BYTES = 3, 4
_BLANK_PX = 32
_SILENCE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class Modality(ABC):
    """One kind of content, with the encoder that reads it."""

    name: ClassVar[str]
    """Of its vectors in every store, of the setting of its encoder, and of its field in rows."""
    noun: ClassVar[str]
    """One of them, as messages call it."""
    plural: ClassVar[str]
    protocol: ClassVar[type]
    """What its encoders must have: a protocol that can be checked at run time."""

    encoder: Encoder

    @abstractmethod
    def encode(self, contents: Sequence[Any]) -> FloatArray:
        """(N, dim), rows of length 1, in the order given."""

    @abstractmethod
    def blank(self) -> Any:
        """Content with nothing in it, to warm the encoder up with."""


@dataclass(frozen=True, slots=True)
class TextModality(Modality):
    """What is written of an item."""

    name: ClassVar[str] = "text"
    noun: ClassVar[str] = "text"
    plural: ClassVar[str] = "texts"
    protocol: ClassVar[type] = TextEncoder

    encoder: TextEncoder

    def encode(self, contents: Sequence[str]) -> FloatArray:
        return self.encoder.encode_passages(contents)

    def blank(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class MediaModality(Modality):
    """Content that an item names by path, URL or data: URI, and that is to be got and decoded."""

    list_field: ClassVar[str] = ""
    """Field of rows for those after the first; empty where an item has one at most."""

    encoder: MediaEncoder

    @abstractmethod
    def open(self, source: str | Path | bytes, label: str = "") -> Any:
        """The content of a file or of bytes, decoded; MediaError when that cannot be done. `label`
        is what errors call it."""

    @abstractmethod
    def size(self, content: Any) -> int:
        """Bytes that decoded content holds in memory."""

    @classmethod
    def check_installed(cls, encoder_name: str) -> None:
        """EncoderUnavailable where a library that `open` needs is missing."""


@dataclass(frozen=True, slots=True)
class ImageModality(MediaModality):
    """Pictures."""

    name: ClassVar[str] = "image"
    noun: ClassVar[str] = "picture"
    plural: ClassVar[str] = "pictures"
    protocol: ClassVar[type] = ImageEncoder
    list_field: ClassVar[str] = "images"

    encoder: ImageEncoder

    def open(self, source: str | Path | bytes, label: str = "") -> Image.Image:
        return decoded_image(source, label)

    def encode(self, contents: Sequence[Image.Image]) -> FloatArray:
        return self.encoder.encode_images(contents)

    def size(self, content: Image.Image) -> int:
        return content.width * content.height * _PICTURE_BYTES

    def blank(self) -> Image.Image:
        return Image.new("RGB", (_BLANK_PX, _BLANK_PX))


@dataclass(frozen=True, slots=True)
class AudioModality(MediaModality):
    """Sounds."""

    name: ClassVar[str] = "audio"
    noun: ClassVar[str] = "sound"
    plural: ClassVar[str] = "sounds"
    protocol: ClassVar[type] = AudioEncoder

    encoder: AudioEncoder

    def open(self, source: str | Path | bytes, label: str = "") -> Sound:
        return decoded_sound(source, label)

    def encode(self, contents: Sequence[Sound]) -> FloatArray:
        return self.encoder.encode_sounds(contents)

    def size(self, content: Sound) -> int:
        return len(content.samples) * _SAMPLE_BYTES

    def blank(self) -> Sound:
        return Sound(np.zeros(_SILENCE_HZ, np.float32), _SILENCE_HZ)

    @classmethod
    def check_installed(cls, encoder_name: str) -> None:
        require_soundfile(encoder_name)


MODALITIES: dict[str, type[Modality]] = {
    "text": TextModality,
    "image": ImageModality,
    "audio": AudioModality,
}
"""By name, in the order in which they are listed everywhere."""

Modalities = Mapping[str, MediaModality]
"""What a catalogue has beside its texts, by name: the modalities whose encoder is configured."""


def media_types() -> dict[str, type[MediaModality]]:
    """The modalities whose content items name, by name: all but text."""
    kinds = cast("dict[str, type[MediaModality]]", MODALITIES)  # issubclass is slow, per item
    return {name: kind for name, kind in kinds.items() if name != TextModality.name}


def by_name(modalities: Iterable[MediaModality]) -> dict[str, MediaModality]:
    """In the order of the table.

    >>> from encoders.fake import FakeAudioEncoder, FakeImageEncoder
    >>> list(by_name([AudioModality(FakeAudioEncoder()), ImageModality(FakeImageEncoder())]))
    ['image', 'audio']
    """
    given = {modality.name: modality for modality in modalities}
    return {name: given[name] for name in MODALITIES if name in given}


def dims_of(text: TextEncoder, modalities: Modalities) -> dict[str, int]:
    """Width of the vectors by modality, as a store is opened with."""
    return {name: encoder.dim for name, encoder in _encoders(text, modalities).items()}


def fingerprints_of(text: TextEncoder, modalities: Modalities) -> dict[str, str]:
    """Fingerprint of the encoder by modality, as a store is opened with."""
    return {name: encoder.fingerprint for name, encoder in _encoders(text, modalities).items()}


def _encoders(text: TextEncoder, modalities: Modalities) -> dict[str, Encoder]:
    media: dict[str, Encoder] = {name: one.encoder for name, one in modalities.items()}
    return {TextModality.name: text, **media}
