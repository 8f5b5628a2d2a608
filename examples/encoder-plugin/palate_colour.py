"""Pictures by their colours: a histogram of hues and greys. Finds what matches in colour, and knows
no objects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from encoders.arrays import FloatArray
from encoders.base import unit_rows
from encoders.errors import EncoderUnavailable, ModalityUnsupported

SIDE_PX = 64
GREYS = 8


def colour_encoder(argument: str) -> ColourEncoder:
    """The entry point: `colour`, or `colour:<number of hues>`."""
    if argument and not (argument.isdecimal() and 3 <= int(argument) <= 360):
        raise EncoderUnavailable(
            f"colour:{argument}",
            "that is no number of hues",
            "give colour:<3 to 360>, as colour:16",
        )
    return ColourEncoder(int(argument or 16))


class ColourEncoder:
    """How much of a picture has each hue, by how colourful it is, and how much has each grey."""

    shares_text_space = False

    def __init__(self, hues: int) -> None:
        self.name = f"colour:{hues}"
        self.dim = hues + GREYS
        # There are no weights: the version of this code and its settings stand for them.
        self.fingerprint = f"colour-1-{hues}-{GREYS}-{SIDE_PX}"
        self._hues = hues

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        if not images:
            return np.zeros((0, self.dim), dtype=np.float32)
        return unit_rows(np.stack([self._histogram(image) for image in images]), name=self.name)

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        raise ModalityUnsupported(
            self.name, "text into the space of its pictures", "configure a CLIP model"
        )

    def _histogram(self, image: Image.Image) -> FloatArray:
        small = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX).convert("HSV")
        hue, saturation, value = (
            np.asarray(small, dtype=np.float32).reshape(-1, 3).T / 256
        )  # each (pixels,), 0 to 1
        vivid = saturation * value
        hues, _ = np.histogram(hue, bins=self._hues, range=(0, 1), weights=vivid)
        hues = (
            np.roll(hues, -1) + 2 * hues + np.roll(hues, 1)
        ) / 4  # so that neighbours in hue are alike
        greys, _ = np.histogram(value, bins=GREYS, range=(0, 1), weights=1 - vivid)
        return np.sqrt(
            np.concatenate([hues, greys]), dtype=np.float32
        )  # the dot product is then Bhattacharyya's
