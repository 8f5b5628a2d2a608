"""Sounds whose pitch is known, as samples and as files."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from encoders.arrays import FloatArray

RATE_HZ = 16_000


def tone(hertz: float, seconds: float = 0.5, rate: int = RATE_HZ) -> FloatArray:
    """(seconds * rate,) of a sine at half of full scale."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def encoded(
    samples: FloatArray, format: str = "WAV", rate: int = RATE_HZ, subtype: str | None = None
) -> bytes:
    """A file of (n,) or (n, channels)."""
    with io.BytesIO() as stream:
        soundfile.write(stream, samples, rate, format=format, subtype=subtype)
        return stream.getvalue()


def wav(hertz: float) -> bytes:
    return encoded(tone(hertz))
