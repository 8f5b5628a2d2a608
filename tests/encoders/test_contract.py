"""The contract of encoders holds for the fakes, and finds out encoders that do not keep it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound
from encoders.contract import AudioEncoderContract, ImageEncoderContract, TextEncoderContract
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder


class TestFakeText(TextEncoderContract):
    @pytest.fixture
    def encoder(self) -> FakeTextEncoder:
        return FakeTextEncoder()


class TestFakeImage(ImageEncoderContract):
    @pytest.fixture(params=[False, True], ids=["pictures", "pictures and words"])
    def encoder(self, request: pytest.FixtureRequest) -> FakeImageEncoder:
        return FakeImageEncoder(shares_text_space=request.param)


class TestFakeAudio(AudioEncoderContract):
    @pytest.fixture(params=[False, True], ids=["sounds", "sounds and words"])
    def encoder(self, request: pytest.FixtureRequest) -> FakeAudioEncoder:
        return FakeAudioEncoder(shares_text_space=request.param)


class LongRows(FakeTextEncoder):
    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        return super().encode_passages(texts) * 2


class BatchMean(FakeImageEncoder):
    """Subtracts what the pictures of a batch have in common, as a batch norm left in training does."""

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        rows = super().encode_images(images)
        rows = rows - 0.5 * rows.mean(axis=0)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Blind(FakeImageEncoder):
    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        return np.tile(np.eye(1, self.dim, dtype=np.float32), (len(images), 1))


class Deaf(FakeAudioEncoder):
    def encode_sounds(self, sounds: Sequence[Sound]) -> FloatArray:
        return np.tile(np.eye(1, self.dim, dtype=np.float32), (len(sounds), 1))


class OnlyTones(FakeAudioEncoder):
    """Divides by the loudness, and silence has none."""

    def encode_sounds(self, sounds: Sequence[Sound]) -> FloatArray:
        rows = super().encode_sounds(sounds)
        return np.stack(
            [
                row if sound.samples.any() else row * np.nan
                for row, sound in zip(rows, sounds, strict=True)
            ]
        )


class Meddling(FakeAudioEncoder):
    def encode_sounds(self, sounds: Sequence[Sound]) -> FloatArray:
        for sound in sounds:
            sound.samples[:] /= 2
        return super().encode_sounds(sounds)


class Boastful(FakeImageEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.shares_text_space = False

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        return np.tile(np.eye(1, self.dim, dtype=np.float32), (len(texts), 1))


TEXT, IMAGE, AUDIO = TextEncoderContract(), ImageEncoderContract(), AudioEncoderContract()


@pytest.mark.parametrize(
    ("check", "why"),
    [
        (lambda: TEXT.test_rows_are_unit_vectors_in_the_order_given(LongRows()), "not of length 1"),
        (
            lambda: IMAGE.test_a_picture_looks_the_same_alone_and_again(BatchMean()),
            "depend on the rest of the batch",
        ),
        (lambda: IMAGE.test_different_pictures_look_different(Blind()), "have the same vector"),
        (
            lambda: IMAGE.test_words_are_encoded_or_refused_as_it_says(Boastful()),
            "and encode_texts answers",
        ),
        (lambda: IMAGE.test_it_is_an_image_encoder(FakeTextEncoder()), "is missing"),  # type: ignore[arg-type]
        (lambda: AUDIO.test_it_is_an_audio_encoder(FakeImageEncoder()), "is missing"),  # type: ignore[arg-type]
        (lambda: AUDIO.test_different_sounds_sound_different(Deaf()), "have the same vector"),
        (lambda: AUDIO.test_silence_and_a_click_get_a_vector(OnlyTones()), "not of length 1"),
        (lambda: AUDIO.test_sounds_are_left_as_they_are(Meddling()), "has changed the sounds"),
    ],
)
def test_an_encoder_that_breaks_the_contract_is_found_out(
    check: Callable[[], None], why: str
) -> None:
    with pytest.raises(AssertionError, match=why):
        check()
