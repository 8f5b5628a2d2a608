"""The contract of Palate's encoders, and what this one hears: the instrument, whatever it plays and
however loud."""

import numpy as np
import pytest
from instruments import INSTRUMENTS, NOTES_HZ, orchestra
from palate_timbre import TimbreEncoder, timbre_encoder
from scipy import signal

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound
from encoders.contract import AudioEncoderContract
from encoders.errors import EncoderUnavailable


class TestTimbreEncoder(AudioEncoderContract):
    @pytest.fixture
    def encoder(self) -> TimbreEncoder:
        return timbre_encoder("")


@pytest.fixture(scope="module")
def heard() -> FloatArray:
    """(instruments, notes, dim)"""
    rows = timbre_encoder("").encode_sounds(list(orchestra().values()))
    return rows.reshape(len(INSTRUMENTS), len(NOTES_HZ), -1)


def test_the_nearest_sound_is_of_the_same_instrument(heard: FloatArray) -> None:
    rows = heard.reshape(-1, heard.shape[-1])
    alike = rows @ rows.T - 2 * np.eye(len(rows), dtype=np.float32)
    instrument = np.arange(len(rows)) // len(NOTES_HZ)
    assert (instrument[alike.argmax(axis=1)] == instrument).sum() >= 29  # of 30
    nearest = np.argsort(-alike, axis=1)[:, : len(NOTES_HZ) - 1]
    assert (instrument[nearest] == instrument[:, None]).mean() > 0.75  # by chance 0.17


def test_sounds_of_two_instruments_are_not_alike_by_themselves(heard: FloatArray) -> None:
    means = heard.mean(axis=1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    between = (means @ means.T)[np.triu_indices(len(means), 1)]
    assert abs(between.mean()) < 0.3
    assert between.max() < 0.8


def test_loudness_and_sampling_rate_are_not_timbre() -> None:
    sound = orchestra()["bow 262"]
    quiet = Sound(sound.samples * np.float32(0.05), sound.rate)
    others = [
        Sound(signal.resample(sound.samples, rate), rate) for rate in (16_000, 44_100)
    ]  # it lasts a second
    as_it_is, by_loudness, *by_rate = timbre_encoder("").encode_sounds([sound, quiet, *others])
    assert as_it_is @ by_loudness > 0.999
    assert min(as_it_is @ row for row in by_rate) > 0.9


def test_an_argument_is_refused() -> None:
    with pytest.raises(EncoderUnavailable, match="it takes no argument"):
        timbre_encoder("violin")
