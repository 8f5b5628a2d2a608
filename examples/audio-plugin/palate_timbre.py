"""Sounds by their timbre: what tells a violin from a piano that play the same note. Knows no key,
no tempo, no words.

Per frame mel-frequency cepstral coefficients (Logan, Mel Frequency Cepstral Coefficients for Music
Modeling, ISMIR 2000) and spectral contrast (Jiang et al., Music Type Classification by Spectral
Contrast Feature, ICME 2002), per sound their means and deviations (Tzanetakis and Cook, Musical
Genre Classification of Audio Signals, IEEE TSAP 10, 5, 2002).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

import librosa
import numpy as np

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound
from encoders.base import unit_rows
from encoders.errors import EncoderUnavailable, ModalityUnsupported

RATE_HZ = 22_050
HIGHEST_HZ = 8_000
"""What recordings of 16,000 samples a second have too, so that they compare with others."""
FFT, HOP = 2_048, 1_024
CEPSTRAL, BANDS = 13, 7
DIM = 2 * CEPSTRAL - 1 + BANDS
"""Means of all coefficients but the first, which is how loud it is; deviations of all; mean
contrast of each band."""


def timbre_encoder(argument: str) -> TimbreEncoder:
    """The entry point: `timbre`."""
    if argument:
        raise EncoderUnavailable(
            f"timbre:{argument}", "it takes no argument", "set encoders.audio to timbre"
        )
    return TimbreEncoder()


class TimbreEncoder:
    """The statistics of a sound, as far from those of a palette of sounds as these are from one
    another."""

    shares_text_space = False

    def __init__(self) -> None:
        self.name = "timbre"
        self.dim = DIM
        self.fingerprint = "timbre-1"  # no weights: the version of this code

    def encode_sounds(self, sounds: Sequence[Sound]) -> FloatArray:
        if not sounds:
            return np.zeros((0, self.dim), dtype=np.float32)
        mean, deviation = palette()
        return unit_rows(
            (np.stack([_statistics(sound) for sound in sounds]) - mean) / deviation, name=self.name
        )

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        raise ModalityUnsupported(
            self.name, "text into the space of its sounds", "use a plug-in with a CLAP model"
        )


def _statistics(sound: Sound) -> FloatArray:
    samples = librosa.resample(sound.samples, orig_sr=sound.rate, target_sr=RATE_HZ)
    samples = np.pad(samples, (0, max(0, FFT - len(samples))))
    magnitude = np.abs(librosa.stft(samples, n_fft=FFT, hop_length=HOP))  # (FFT / 2 + 1, frames)
    mel = librosa.feature.melspectrogram(S=magnitude**2, sr=RATE_HZ, fmax=HIGHEST_HZ)
    cepstrum = librosa.feature.mfcc(
        S=librosa.power_to_db(mel, ref=max(float(mel.max()), 1e-10)), n_mfcc=CEPSTRAL
    )
    contrast = librosa.feature.spectral_contrast(S=magnitude, sr=RATE_HZ, n_bands=BANDS - 1)
    return np.concatenate(
        [cepstrum[1:].mean(axis=1), cepstrum.std(axis=1), contrast.mean(axis=1)]
    ).astype(np.float32)


@lru_cache(maxsize=1)
def palette() -> tuple[FloatArray, FloatArray]:
    """Mean and deviation of the statistics (DIM,) over tones of every pitch, brightness and length,
    clear and noisy.

    The cosine of raw statistics is near 1 for any two sounds, since their largest numbers are alike
    in all of them.
    """
    seconds = np.arange(RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(0).standard_normal(RATE_HZ)
    sounds = []
    for pitch, dullness, decay, breath in itertools.product(
        (110, 330, 990), (0.5, 1.5, 3.0), (0.3, 3, 12), (0, 0.3, 3)
    ):
        overtones = range(1, int(RATE_HZ / 2 / pitch))
        tone = sum(np.sin(2 * np.pi * pitch * k * seconds) / k**dullness for k in overtones)
        samples = np.exp(-decay * seconds) * (tone / np.abs(tone).max() + breath * noise / 3)
        sounds.append(Sound((samples / np.abs(samples).max()).astype(np.float32), RATE_HZ))
    rows = np.stack([_statistics(sound) for sound in sounds])
    return rows.mean(axis=0), rows.std(axis=0)
