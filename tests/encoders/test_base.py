"""What every encoder's vectors must be, and who counts as an encoder of which kind."""

from __future__ import annotations

import numpy as np
import pytest

from encoders.base import AudioEncoder, ImageEncoder, TextEncoder, runs_on, unit_rows
from encoders.errors import EncoderError
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder


def test_rows_are_scaled_to_length_one_each_by_itself() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, -0.5]]), name="x")
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, -1.0]], atol=1e-7)
    assert rows.dtype == np.float32


def test_no_rows_are_no_rows() -> None:
    assert unit_rows(np.zeros((0, 5)), name="x").shape == (0, 5)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_means_damaged_weights(bad: float) -> None:
    with pytest.raises(EncoderError, match="encoder 'x' gave NaN, infinity or a zero vector"):
        unit_rows(np.array([[1.0, 0.0], [bad, 1.0]]), name="x")


def test_a_row_without_direction_means_damaged_weights() -> None:
    with pytest.raises(EncoderError) as caught:
        unit_rows(np.array([[1.0, 0.0], [0.0, 0.0]]), name="x")
    assert caught.value.metadata == {"encoder": "x"}


def test_kinds_of_encoders_are_told_by_what_they_can_do() -> None:
    text, image, audio = FakeTextEncoder(), FakeImageEncoder(), FakeAudioEncoder()
    assert [isinstance(one, TextEncoder) for one in (text, image, audio)] == [True, False, False]
    assert [isinstance(one, ImageEncoder) for one in (text, image, audio)] == [False, True, False]
    assert [isinstance(one, AudioEncoder) for one in (text, image, audio)] == [False, False, True]


def test_an_encoder_that_does_not_say_what_runs_it_has_nothing_to_show() -> None:
    assert runs_on(FakeTextEncoder()) == ""
