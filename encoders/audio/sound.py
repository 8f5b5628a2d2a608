"""Reading a sound from a file or from bytes, whatever its content.

Owns decoding, its limits, and the way from channels to one. Knows nothing of models: what comes out
is mono, as loud as it was recorded, at its own rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from encoders.arrays import FloatArray
from encoders.errors import AudioError, EncoderUnavailable
from encoders.source import stream_of

if TYPE_CHECKING:
    from soundfile import SoundFile

MAX_SECONDS = 120.0
"""Only the beginning is read: enough to know a song by."""
MAX_FRAMES = 5_760_000
"""So much of it at 48 kHz, and less of what has more samples: 23 MB, of which the indexer holds a
few dozen."""
MEMORY_BYTES = 96 << 20
"""What decoding one may take: its samples twice, and what decoders take."""
LOWEST_HZ, HIGHEST_HZ = 1_000, 192_000
MAX_CHANNELS = 32

_FORMATS = frozenset({"WAV", "WAVEX", "RF64", "W64", "FLAC", "OGG", "MP3", "AIFF", "CAF", "AU"})
_BLOCK_FRAMES = 1 << 16
_TODO = "give a WAV, FLAC, OGG, MP3 or AIFF file"


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """What can be heard, in one channel."""

    samples: FloatArray = field(repr=False)
    """(n,), n >= 1, finite, -1 to 1."""
    rate: int
    """Samples per second."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


def require_soundfile(name: str) -> None:
    """EncoderUnavailable where no sound could be read for the encoder of that name."""
    if find_spec("soundfile") is None:
        raise EncoderUnavailable(
            name, "soundfile, which reads sounds, is not installed", "pip install 'palate[audio]'"
        )


def open_sound(
    source: str | Path | bytes, *, label: str = "", max_seconds: float = MAX_SECONDS
) -> Sound:
    """The first `max_seconds` of the sound, at most MAX_FRAMES; AudioError when it is missing,
    broken, empty or holds no numbers.

    `label` is what errors call it; without one, its path, or its size. What is louder than full
    scale, as files of floating point numbers may be, is scaled down to it as a whole.
    """
    require_soundfile("audio")
    from soundfile import SoundFile

    stream, label = stream_of(source, label, AudioError, _TODO)
    try:
        with SoundFile(stream) as file:
            _check(file, label)
            samples, rate = (
                _mono(file, min(round(max_seconds * file.samplerate), MAX_FRAMES)),
                int(file.samplerate),
            )
    except AudioError:
        raise
    except (
        Exception
    ) as error:  # LibsndfileError on bad bytes, and whatever its wrapper makes of bad headers
        why = getattr(
            error, "error_string", str(error)
        )  # the whole of it says where the file lies on our disk
        raise AudioError(label, f"cannot be decoded: {why.rstrip('.')}", _TODO) from error
    if not len(samples):
        raise AudioError(label, "holds no sound", _TODO)
    peak = float(max(samples.max(), -samples.min()))  # NaN where any is
    if not math.isfinite(peak):
        raise AudioError(label, "holds NaN or infinity", "write it anew")
    if peak > 1:
        samples /= np.float32(peak)
    return Sound(samples, rate)


def _check(file: SoundFile, label: str) -> None:
    """From the header; nothing is decoded yet."""
    if file.format not in _FORMATS:
        raise AudioError(label, f"is {file.format}, which is not read", _TODO)
    if not LOWEST_HZ <= file.samplerate <= HIGHEST_HZ:
        why = f"has {file.samplerate:,} samples per second"
        raise AudioError(label, why, f"{LOWEST_HZ:,} to {HIGHEST_HZ:,} are read")
    if file.channels > MAX_CHANNELS:
        raise AudioError(label, f"has {file.channels} channels", f"at most {MAX_CHANNELS} are read")


def _mono(file: SoundFile, frames: int) -> FloatArray:
    """The first frames as the mean of their channels, (n,), read a block at a time: what a header
    says of a length need not be true."""
    blocks: list[FloatArray] = []
    while frames > 0 and len(
        block := file.read(min(frames, _BLOCK_FRAMES), dtype="float32", always_2d=True)
    ):
        blocks.append(block.mean(axis=1))
        frames -= len(block)
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
