"""The contract of Palate's encoders, and what this one adds."""

import pytest
from palate_colour import ColourEncoder, colour_encoder
from PIL import Image

from encoders.contract import ImageEncoderContract
from encoders.errors import EncoderUnavailable


class TestColourEncoder(ImageEncoderContract):
    @pytest.fixture
    def encoder(self) -> ColourEncoder:
        return colour_encoder("")


def test_hues_are_as_close_as_they_lie_on_the_circle() -> None:
    encoder = colour_encoder("24")
    assert encoder.dim == 32
    red, magenta_red, cyan = encoder.encode_images(
        [Image.new("RGB", (9, 9), colour) for colour in ("#ff0000", "#ff0030", "#00ffff")]
    )
    assert red @ magenta_red > 0.6 > 0.1 > red @ cyan


@pytest.mark.parametrize("argument", ["2", "many", "-1"])
def test_a_number_of_hues_that_is_none_is_refused(argument: str) -> None:
    with pytest.raises(EncoderUnavailable, match="that is no number of hues"):
        colour_encoder(argument)
