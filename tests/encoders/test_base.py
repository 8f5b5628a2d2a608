"""What encoders have in common: unit rows, and what runs them."""

from __future__ import annotations

import numpy as np
import pytest

from encoders.base import AudioEncoder, ImageEncoder, Measured, TextEncoder, runs_on, unit_rows
from encoders.errors import EncoderError
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder
from encoders.networks.backend import Running
from encoders.timing import Timing


def test_rows_are_scaled_to_length_one_as_float32() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, -2.0]]), name="mine")
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, -1.0]], atol=1e-7)
    assert rows.dtype == np.float32
    assert unit_rows(np.zeros((0, 2)), name="mine").shape == (0, 2)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_row_without_a_direction_is_an_error_that_names_the_encoder(bad: float) -> None:
    with pytest.raises(EncoderError, match="encoder 'mine' gave NaN, infinity or a zero vector"):
        unit_rows(np.array([[1.0, 0.0], [bad, 0.0]]), name="mine")


def test_a_protocol_holds_for_its_encoders_alone() -> None:
    fakes = [FakeTextEncoder(), FakeImageEncoder(), FakeAudioEncoder()]
    held = [
        [isinstance(fake, protocol) for fake in fakes]
        for protocol in (TextEncoder, ImageEncoder, AudioEncoder)
    ]
    assert held == np.eye(3, dtype=bool).tolist()


def test_what_runs_an_encoder_is_told_once_it_is_known() -> None:
    class Measuring(FakeTextEncoder):
        running: Running | None = None
        timing = Timing()

    encoder = Measuring()
    assert isinstance(encoder, Measured)
    assert runs_on(encoder) == ""
    encoder.running = Running("PyTorch fp32 on the CPU")
    assert runs_on(encoder) == "PyTorch fp32 on the CPU"
    assert runs_on(FakeTextEncoder()) == ""  # which does not say
