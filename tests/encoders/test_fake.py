"""The fakes behave like encoders whose answers one can work out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from encoders.audio.sound import Sound
from encoders.base import ImageEncoder, TextEncoder
from encoders.errors import ModalityUnsupported
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder
from tests.tones import RATE_HZ, tone


def colour(name: str) -> Image.Image:
    return Image.new("RGB", (40, 30), name)


def test_fakes_are_encoders() -> None:
    assert isinstance(FakeTextEncoder(), TextEncoder)
    assert isinstance(FakeImageEncoder(), ImageEncoder)
    assert not isinstance(FakeTextEncoder(), ImageEncoder)


def test_the_same_words_give_the_same_vector_on_every_machine() -> None:
    vectors = FakeTextEncoder(dim=4).encode_passages(["red shoe", "Shoe, RED!"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
    np.testing.assert_allclose(vectors[0], [0.385892, -0.379023, -0.378327, 0.751197], atol=1e-6)


def test_texts_that_share_words_are_closer_than_those_that_do_not() -> None:
    query, shared, other = FakeTextEncoder(dim=64).encode_queries(
        ["slow space film", "a space film about slow time", "warm woollen socks"]
    )
    assert query @ shared > query @ other + 0.3


def test_pictures_are_as_close_as_their_colours() -> None:
    red, dark_red, blue = FakeImageEncoder().encode_images(
        [colour("red"), colour("darkred"), colour("blue")]
    )
    np.testing.assert_allclose(red, np.array([1, -1, -1] * 4) / np.sqrt(12), atol=1e-6)
    assert red @ dark_red > red @ blue


def test_rows_have_length_one_also_for_nothing_to_see_or_read() -> None:
    vectors = [
        FakeTextEncoder(dim=7).encode_passages(["", "a"]),
        FakeImageEncoder(dim=7).encode_images([colour("black"), colour("grey")]),
        FakeImageEncoder(dim=7, shares_text_space=True).encode_texts(["", "red and blue", "shoe"]),
    ]
    for rows in vectors:
        assert rows.shape[1] == 7
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-6)


def test_nothing_in_gives_no_rows() -> None:
    assert FakeTextEncoder().encode_queries([]).shape == (0, 16)
    assert FakeImageEncoder().encode_images([]).shape == (0, 12)
    assert FakeImageEncoder(shares_text_space=True).encode_texts([]).shape == (0, 12)


def test_colour_names_find_pictures_when_the_space_is_shared() -> None:
    encoder = FakeImageEncoder(shares_text_space=True)
    pictures = encoder.encode_images([colour("red"), colour("green"), colour("blue")])
    assert (pictures @ encoder.encode_texts(["a blue dress"])[0]).argmax() == 2


def test_sounds_are_as_close_as_their_pitches() -> None:
    low, octave_of_low, same_at_another_rate = FakeAudioEncoder().encode_sounds(
        [
            Sound(tone(200), RATE_HZ),
            Sound(tone(400), RATE_HZ),
            Sound(tone(200, rate=44_100), 44_100),
        ]
    )
    assert low @ same_at_another_rate > 0.99
    assert low @ octave_of_low < 0.1


def test_a_number_finds_a_tone_of_so_many_hertz_when_the_space_is_shared() -> None:
    encoder = FakeAudioEncoder(shares_text_space=True)
    sounds = encoder.encode_sounds([Sound(tone(hertz), RATE_HZ) for hertz in (100, 400, 1_600)])
    assert (sounds @ encoder.encode_texts(["a hum of 400 Hz"])[0]).argmax() == 1


def test_words_are_refused_when_the_space_is_not_shared() -> None:
    with pytest.raises(ModalityUnsupported, match="configure a CLIP model"):
        FakeImageEncoder().encode_texts(["red"])
    with pytest.raises(ModalityUnsupported, match="configure a CLAP model"):
        FakeAudioEncoder().encode_texts(["440"])
