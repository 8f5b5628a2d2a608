"""What the encoders' errors say, to people and to programs."""

from __future__ import annotations

import pytest

from encoders.errors import (
    AlignmentError,
    AudioError,
    EncoderError,
    EncoderUnavailable,
    ImageError,
    MediaError,
    ModalityUnsupported,
    PalateError,
)


@pytest.mark.parametrize(
    ("error", "message", "metadata"),
    [
        (
            EncoderUnavailable("clip", "no weights", "install them"),
            "encoder 'clip' cannot be loaded: no weights; install them",
            {"encoder": "clip", "why": "no weights"},
        ),
        (
            AlignmentError("a1", "its heads are damaged", "align anew"),
            "alignment 'a1': its heads are damaged; align anew",
            {"alignment": "a1", "why": "its heads are damaged"},
        ),
        (
            ImageError("cover.png", "is empty", "give a picture"),
            "image 'cover.png' is empty; give a picture",
            {"image": "cover.png", "why": "is empty"},
        ),
        (
            AudioError("song.wav", "is silent", "give a sound"),
            "audio 'song.wav' is silent; give a sound",
            {"audio": "song.wav", "why": "is silent"},
        ),
        (
            MediaError("http://x/y", "is too large", "raise the limit"),
            "media 'http://x/y' is too large; raise the limit",
            {"media": "http://x/y", "why": "is too large"},
        ),
        (
            ModalityUnsupported("clip", "audio", "name another"),
            "encoder 'clip' cannot encode audio; name another",
            {"encoder": "clip", "modality": "audio"},
        ),
    ],
)
def test_an_error_says_what_which_and_what_to_do(
    error: PalateError, message: str, metadata: dict[str, str]
) -> None:
    assert str(error) == message
    assert error.metadata == metadata
    assert isinstance(error, EncoderError)


def test_the_values_of_an_error_are_its_own() -> None:
    given = {"encoder": "x"}
    error = PalateError("no", metadata=given)
    given["encoder"] = "y"
    assert error.metadata == {"encoder": "x"}
    assert PalateError("no").metadata == {}


def test_whoever_catches_a_medium_catches_pictures_and_sounds() -> None:
    assert issubclass(ImageError, MediaError)
    assert issubclass(AudioError, MediaError)
    assert not issubclass(EncoderUnavailable, MediaError)
