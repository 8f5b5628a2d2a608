"""What every encoder must keep, as tests: for those that come with Palate, and for those that a
host plugs in.

    class TestMine(ImageEncoderContract):
        @pytest.fixture
        def encoder(self) -> ImageEncoder:
            return mine("")

Needs no pytest itself: a method is a test of the encoder that a fixture called `encoder` gives.
Asks nothing about quality.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound
from encoders.base import AudioEncoder, ImageEncoder, MediaEncoder, TextEncoder
from encoders.errors import ModalityUnsupported

TOLERANCE = 1e-3
"""How far a number of a vector may move with what else is in the batch."""

_TEXTS = (
    "a slow film about space",
    "warm woollen socks",
    "",
    "Ein Café für 2",
    "一部慢节奏的科幻片",
    "half \ud83d",
    "x" * 50_000,
)
_SIZES = ((64, 48), (1, 1), (3, 900), (700, 500))
_COLOURS = ("red", "white", "black", "teal")
_RATE_HZ = 22_050


class TextEncoderContract:
    """Tests of the encoder that the fixture `encoder` gives."""

    def test_it_is_a_text_encoder(self, encoder: TextEncoder) -> None:
        assert isinstance(encoder, TextEncoder), "a member of encoders.base.TextEncoder is missing"
        _check_identity(encoder.name, encoder.dim, encoder.fingerprint)

    def test_rows_are_unit_vectors_in_the_order_given(self, encoder: TextEncoder) -> None:
        for encode in (encoder.encode_passages, encoder.encode_queries):
            rows = encode(_TEXTS)
            _check_rows(rows, len(_TEXTS), encoder.dim)
            _check_close(rows[::-1], encode(_TEXTS[::-1]), "the order of the texts")

    def test_no_texts_give_no_rows(self, encoder: TextEncoder) -> None:
        _check_rows(encoder.encode_passages([]), 0, encoder.dim)
        _check_rows(encoder.encode_queries([]), 0, encoder.dim)

    def test_a_text_reads_the_same_alone_and_again(self, encoder: TextEncoder) -> None:
        rows = encoder.encode_passages(_TEXTS)
        alone = np.concatenate([encoder.encode_passages([text]) for text in _TEXTS])
        _check_close(alone, rows, "the rest of the batch")

    def test_a_query_of_its_own_words_finds_a_passage(self, encoder: TextEncoder) -> None:
        texts = _TEXTS[:2]
        scores = (
            encoder.encode_queries(texts) @ encoder.encode_passages(texts).T
        )  # (queries, passages)
        assert (scores.argmax(axis=1) == [0, 1]).all(), (
            f"queries and passages do not compare: {scores}"
        )

    def test_the_fingerprint_stays_when_the_encoder_is_used(self, encoder: TextEncoder) -> None:
        before = encoder.fingerprint
        encoder.encode_passages(["a"])
        assert encoder.fingerprint == before, "the fingerprint has changed with use"

    def test_threads_may_share_it(self, encoder: TextEncoder) -> None:
        with ThreadPoolExecutor(4) as pool:
            alone = list(pool.map(lambda text: encoder.encode_queries([text]), _TEXTS))
        _check_close(np.concatenate(alone), encoder.encode_queries(_TEXTS), "threads")


class ImageEncoderContract:
    """Tests of the encoder that the fixture `encoder` gives. Pictures are always RGB and upright."""

    def test_it_is_an_image_encoder(self, encoder: ImageEncoder) -> None:
        assert isinstance(encoder, ImageEncoder), (
            "a member of encoders.base.ImageEncoder is missing"
        )
        _check_identity(encoder.name, encoder.dim, encoder.fingerprint)

    def test_rows_are_unit_vectors_in_the_order_given(self, encoder: ImageEncoder) -> None:
        pictures = _pictures()
        rows = encoder.encode_images(pictures)
        _check_rows(rows, len(pictures), encoder.dim)
        _check_close(rows[::-1], encoder.encode_images(pictures[::-1]), "the order of the pictures")

    def test_no_pictures_give_no_rows(self, encoder: ImageEncoder) -> None:
        _check_rows(encoder.encode_images([]), 0, encoder.dim)

    def test_a_picture_looks_the_same_alone_and_again(self, encoder: ImageEncoder) -> None:
        pictures = _pictures()
        alone = np.concatenate([encoder.encode_images([picture]) for picture in pictures])
        _check_close(alone, encoder.encode_images(pictures), "the rest of the batch")

    def test_pictures_are_left_as_they_are(self, encoder: ImageEncoder) -> None:
        pictures = _pictures()
        encoder.encode_images(pictures)
        assert pictures == _pictures(), "the encoder has changed the pictures it was given"

    def test_different_pictures_look_different(self, encoder: ImageEncoder) -> None:
        rows = encoder.encode_images(_pictures())
        likeness = rows @ rows.T - 2 * np.eye(len(rows))
        assert likeness.max() < 1 - 1e-4, "two pictures of different colours have the same vector"

    def test_words_are_encoded_or_refused_as_it_says(self, encoder: ImageEncoder) -> None:
        _check_words(encoder)

    def test_threads_may_share_it(self, encoder: ImageEncoder) -> None:
        pictures = _pictures()
        with ThreadPoolExecutor(4) as pool:
            alone = list(pool.map(lambda picture: encoder.encode_images([picture]), pictures))
        _check_close(np.concatenate(alone), encoder.encode_images(pictures), "threads")


class AudioEncoderContract:
    """Tests of the encoder that the fixture `encoder` gives. Sounds are mono, of any length and
    rate."""

    def test_it_is_an_audio_encoder(self, encoder: AudioEncoder) -> None:
        assert isinstance(encoder, AudioEncoder), (
            "a member of encoders.base.AudioEncoder is missing"
        )
        _check_identity(encoder.name, encoder.dim, encoder.fingerprint)

    def test_rows_are_unit_vectors_in_the_order_given(self, encoder: AudioEncoder) -> None:
        sounds = _sounds()
        rows = encoder.encode_sounds(sounds)
        _check_rows(rows, len(sounds), encoder.dim)
        _check_close(rows[::-1], encoder.encode_sounds(sounds[::-1]), "the order of the sounds")

    def test_no_sounds_give_no_rows(self, encoder: AudioEncoder) -> None:
        _check_rows(encoder.encode_sounds([]), 0, encoder.dim)

    def test_a_sound_is_heard_the_same_alone_and_again(self, encoder: AudioEncoder) -> None:
        sounds = _sounds()
        alone = np.concatenate([encoder.encode_sounds([sound]) for sound in sounds])
        _check_close(alone, encoder.encode_sounds(sounds), "the rest of the batch")

    def test_sounds_are_left_as_they_are(self, encoder: AudioEncoder) -> None:
        sounds = _sounds()
        encoder.encode_sounds(sounds)
        same = [
            np.array_equal(now.samples, was.samples)
            for now, was in zip(sounds, _sounds(), strict=True)
        ]
        assert all(same), "the encoder has changed the sounds it was given"

    def test_silence_and_a_click_get_a_vector(self, encoder: AudioEncoder) -> None:
        none, one = (
            Sound(np.zeros(_RATE_HZ, np.float32), _RATE_HZ),
            Sound(np.ones(1, np.float32), _RATE_HZ),
        )
        _check_rows(encoder.encode_sounds([none, one]), 2, encoder.dim)

    def test_different_sounds_sound_different(self, encoder: AudioEncoder) -> None:
        rows = encoder.encode_sounds(_sounds())
        likeness = rows @ rows.T - 2 * np.eye(len(rows))
        assert likeness.max() < 1 - 1e-4, (
            "a tone, a chord and noise: two of them have the same vector"
        )

    def test_words_are_encoded_or_refused_as_it_says(self, encoder: AudioEncoder) -> None:
        _check_words(encoder)

    def test_the_fingerprint_stays_when_the_encoder_is_used(self, encoder: AudioEncoder) -> None:
        before = encoder.fingerprint
        encoder.encode_sounds(_sounds())
        assert encoder.fingerprint == before, "the fingerprint has changed with use"

    def test_threads_may_share_it(self, encoder: AudioEncoder) -> None:
        sounds = _sounds()
        with ThreadPoolExecutor(4) as pool:
            alone = list(pool.map(lambda sound: encoder.encode_sounds([sound]), sounds))
        _check_close(np.concatenate(alone), encoder.encode_sounds(sounds), "threads")


def _sounds() -> list[Sound]:
    """A low tone, a bright chord, noise, and a short tone at another rate."""
    seconds = np.arange(_RATE_HZ) / _RATE_HZ
    low = np.sin(2 * np.pi * 110 * seconds)
    chord = sum(np.sin(2 * np.pi * hertz * seconds) for hertz in (880, 2_640, 4_400)) / 3
    noise = np.random.default_rng(0).uniform(-1, 1, 2 * _RATE_HZ)
    short = np.sin(2 * np.pi * 440 * np.arange(2_000) / 8_000)
    rated = ((low, _RATE_HZ), (chord, _RATE_HZ), (noise, _RATE_HZ), (short, 8_000))
    return [Sound(np.asarray(samples, np.float32), rate) for samples, rate in rated]


def _check_words(encoder: MediaEncoder) -> None:
    try:
        rows = encoder.encode_texts(_TEXTS)
    except ModalityUnsupported:
        assert not encoder.shares_text_space, "shares_text_space is true, and encode_texts refuses"
    else:
        assert encoder.shares_text_space, "shares_text_space is false, and encode_texts answers"
        _check_rows(rows, len(_TEXTS), encoder.dim)
        _check_rows(encoder.encode_texts([]), 0, encoder.dim)


def _pictures() -> list[Image.Image]:
    return [Image.new("RGB", size, colour) for size, colour in zip(_SIZES, _COLOURS, strict=True)]


def _check_identity(name: str, dim: int, fingerprint: str) -> None:
    assert name, "the name is empty"
    assert fingerprint, "the fingerprint is empty"
    assert isinstance(dim, int), f"dim is {dim!r}, not an int"
    assert dim > 0, f"dim is {dim}"


def _check_rows(rows: FloatArray, count: int, dim: int) -> None:
    assert rows.shape == (count, dim), f"the shape is {rows.shape}, it must be {(count, dim)}"
    assert rows.dtype == np.float32, f"the numbers are {rows.dtype}, they must be float32"
    lengths: Sequence[float] = np.linalg.norm(rows, axis=1).tolist()
    assert all(abs(length - 1) < TOLERANCE for length in lengths), (
        f"rows are not of length 1: {lengths}"
    )


def _check_close(found: FloatArray, expected: FloatArray, moved: str) -> None:
    far = float(np.abs(found - expected).max())
    assert far <= TOLERANCE, f"vectors depend on {moved}: numbers differ by up to {far:.4f}"
