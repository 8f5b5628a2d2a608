"""Encoders without weights: instant and deterministic, for tests, for trying Palate out, and for
load tests.

Texts that share words are close, pictures that share colours, sounds that share pitches. Knows
nothing of meaning.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageColor

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound
from encoders.base import unit_rows
from encoders.errors import ModalityUnsupported
from encoders.image.picture import to_rgb

_RATE_HZ = 32_000
_LOWEST_HZ, _HIGHEST_HZ = 50.0, 10_000.0


class FakeTextEncoder:
    """The sum of one fixed random vector per word."""

    def __init__(self, dim: int = 16) -> None:
        self.name = "fake"
        self.dim = dim
        self.fingerprint = f"fake-text-{dim}"

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        return _encode_words(texts, self.dim)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return _encode_words(texts, self.dim)


class FakeImageEncoder:
    """Mean colours of vertical strips. Sharing a text space, a colour's name means a picture of
    that colour."""

    def __init__(self, dim: int = 12, shares_text_space: bool = False) -> None:
        self.name = "fake"
        self.dim = dim
        self.fingerprint = f"fake-image-{dim}"
        self.shares_text_space = shares_text_space

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        if not images:
            return np.zeros((0, self.dim), dtype=np.float32)
        return unit_rows(np.stack([self._colours(image) for image in images]), name=self.name)

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        if not self.shares_text_space:
            raise ModalityUnsupported(
                self.name, "text into the space of its pictures", "configure a CLIP model"
            )
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.concatenate([self._encode_colour_names(text) for text in texts])

    def _colours(self, image: Image.Image) -> FloatArray:
        strips = -(-self.dim // 3)
        pixels = np.asarray(
            to_rgb(image).resize((strips, 1), Image.Resampling.BOX), dtype=np.float32
        )  # (1, strips, 3)
        return (
            pixels.reshape(-1)[: self.dim] / 127.5 - 1.0
        )  # 255 is odd, so no component is ever zero

    def _encode_colour_names(self, text: str) -> FloatArray:
        named = [word for word in _words(text) if word in ImageColor.colormap]
        if not named:
            return _encode_words([text], self.dim)
        pictures = [Image.new("RGB", (8, 8), ImageColor.getrgb(word)) for word in named]
        return unit_rows(self.encode_images(pictures).sum(axis=0, keepdims=True), name=self.name)


class FakeAudioEncoder:
    """Shares of the loudness in bands of equal ratio, from 50 Hz to 10 kHz. Sharing a text space, a
    number means a tone of so many Hz."""

    def __init__(self, dim: int = 12, shares_text_space: bool = False) -> None:
        self.name = "fake"
        self.dim = dim
        self.fingerprint = f"fake-audio-{dim}"
        self.shares_text_space = shares_text_space

    def encode_sounds(self, sounds: Sequence[Sound]) -> FloatArray:
        if not sounds:
            return np.zeros((0, self.dim), dtype=np.float32)
        return unit_rows(np.stack([self._bands(sound) for sound in sounds]), name=self.name)

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        if not self.shares_text_space:
            raise ModalityUnsupported(
                self.name, "text into the space of its sounds", "configure a CLAP model"
            )
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.concatenate([self._encode_pitch(text) for text in texts])

    def _bands(self, sound: Sound) -> FloatArray:
        loudness = np.abs(np.fft.rfft(sound.samples))  # (n // 2 + 1,)
        hertz = np.fft.rfftfreq(len(sound.samples), 1 / sound.rate)
        edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, self.dim + 1)
        bands, _ = np.histogram(hertz, bins=edges, weights=loudness)
        silent = bands.sum() == 0
        return np.ones(self.dim, np.float32) if silent else (bands / bands.sum()).astype(np.float32)

    def _encode_pitch(self, text: str) -> FloatArray:
        named = [int(word) for word in _words(text) if word.isdecimal() and len(word) < 6]
        if not named:
            return _encode_words([text], self.dim)
        seconds = np.arange(_RATE_HZ) / _RATE_HZ
        tones = [
            Sound(np.sin(2 * np.pi * hertz * seconds).astype(np.float32), _RATE_HZ)
            for hertz in named
        ]
        return unit_rows(self.encode_sounds(tones).sum(axis=0, keepdims=True), name=self.name)


def _encode_words(texts: Sequence[str], dim: int) -> FloatArray:
    if not texts:
        return np.zeros((0, dim), dtype=np.float32)
    sums = [
        np.sum([_word_vector(word, dim) for word in _words(text) or [""]], axis=0) for text in texts
    ]
    return unit_rows(np.stack(sums), name="fake")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@lru_cache(maxsize=100_000)
def _word_vector(word: str, dim: int) -> FloatArray:
    seed = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
    vector = (
        np.random.default_rng(int.from_bytes(seed, "big")).standard_normal(dim).astype(np.float32)
    )
    vector.flags.writeable = False  # it is shared
    return vector
