"""Errors of encoders say what, why and what to do, and carry the values for programs."""

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

WHAT, WHY, TODO = "x:1", "it is broken", "mend it"


@pytest.mark.parametrize(
    ("error", "reason", "metadata"),
    [
        (EncoderUnavailable, "ENCODER_UNAVAILABLE", {"encoder": WHAT, "why": WHY}),
        (AlignmentError, "ALIGNMENT_UNUSABLE", {"alignment": WHAT, "why": WHY}),
        (MediaError, "MEDIA_UNREADABLE", {"media": WHAT, "why": WHY}),
        (ImageError, "IMAGE_UNREADABLE", {"image": WHAT, "why": WHY}),
        (AudioError, "AUDIO_UNREADABLE", {"audio": WHAT, "why": WHY}),
    ],
)
def test_a_message_names_the_value_why_and_what_to_do(
    error: type[EncoderUnavailable], reason: str, metadata: dict[str, str]
) -> None:
    raised = error(WHAT, WHY, TODO)
    assert [part in str(raised) for part in (repr(WHAT), WHY, TODO)] == [True] * 3
    assert (raised.reason, raised.metadata) == (reason, metadata)
    assert isinstance(raised, EncoderError)


def test_an_unsupported_modality_names_model_and_modality() -> None:
    raised = ModalityUnsupported("clip", "audio search", TODO)
    assert str(raised) == "encoder 'clip' cannot encode audio search; mend it"
    assert raised.metadata == {"encoder": "clip", "modality": "audio search"}


def test_metadata_belong_to_one_error() -> None:
    first, second = PalateError("a"), PalateError("b")
    first.metadata["x"] = "1"
    assert second.metadata == {}
