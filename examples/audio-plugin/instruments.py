"""Five instruments that an ear tells apart, for tests: what is played is made up, what it sounds
like is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from encoders.audio.sound import Sound

RATE_HZ = 22_050
NOTES_HZ = (196, 233, 262, 330, 392, 440)

_SECONDS = np.arange(RATE_HZ) / RATE_HZ
_FLOOR = 0.0005
"""Noise beneath every sound, as every recording has it."""


def pluck(hertz: float, noise: np.random.Generator) -> NDArray[np.float64]:
    """A string by the algorithm of Karplus and Strong (Computer Music Journal 7, 2, 1983)."""
    period = round(RATE_HZ / hertz)
    string = noise.uniform(-1, 1, period)
    played = []
    for _ in range(-(-RATE_HZ // period)):
        played.append(string)
        string = 0.498 * (string + np.roll(string, -1))
    return np.concatenate(played)[:RATE_HZ]


def bow(hertz: float, _: np.random.Generator) -> NDArray[np.float64]:
    """All overtones, with vibrato."""
    return _swell(5) * _overtones(hertz, lambda k: 1 / k, vibrato=0.3)


def flute(hertz: float, noise: np.random.Generator) -> NDArray[np.float64]:
    """Nearly one tone, and breath."""
    return _swell(8) * _overtones(hertz, lambda k: 1 / k**3) + 0.02 * noise.standard_normal(RATE_HZ)


def reed(hertz: float, _: np.random.Generator) -> NDArray[np.float64]:
    """Odd overtones."""
    return _swell(20) * _overtones(hertz, lambda k: k % 2 / k)


def drum(hertz: float, noise: np.random.Generator) -> NDArray[np.float64]:
    """Noise that dies away."""
    return noise.standard_normal(RATE_HZ) * np.exp(-hertz / 200 * _SECONDS)


INSTRUMENTS = (pluck, bow, flute, reed, drum)


def orchestra() -> dict[str, Sound]:
    """Every instrument with every note, by names such as `bow 196`."""
    sounds = {}
    for place, instrument in enumerate(INSTRUMENTS):
        for note in NOTES_HZ:
            noise = np.random.default_rng([place, note])
            played = instrument(note, noise)
            heard = played / np.abs(played).max() / 2 + _FLOOR * noise.standard_normal(RATE_HZ)
            sounds[f"{instrument.__name__} {note}"] = Sound(heard.astype(np.float32), RATE_HZ)
    return sounds


def record(sound: Sound, file: Path) -> None:
    """In the format that the file's ending names."""
    soundfile.write(file, sound.samples, sound.rate)


def _swell(speed: float) -> NDArray[np.float64]:
    return np.minimum(1, _SECONDS * speed)


def _overtones(
    hertz: float, share: Callable[[int], float], vibrato: float = 0.0
) -> NDArray[np.float64]:
    """Up to half the sampling rate."""
    total = np.zeros(RATE_HZ)
    for k in range(1, int(RATE_HZ / 2 / hertz)):
        total += share(k) * np.sin(
            k * (2 * np.pi * hertz * _SECONDS + vibrato * np.sin(2 * np.pi * 5.5 * _SECONDS))
        )
    return total
