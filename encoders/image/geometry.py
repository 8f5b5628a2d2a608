"""The geometry that most picture models ask for: scale the shorter side, cut out the middle. On
Pillow alone.

torchvision does the same to the last bit, and takes PyTorch to be imported. Knows no model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Geometry:
    """An RGB picture to bytes (height, width, 3)."""

    side: int
    """What the shorter side is scaled to, in pixels; at least `height` and `width`."""
    resample: int
    """Pillow's number of the filter."""
    height: int
    width: int

    def __call__(self, image: Image.Image) -> NDArray[np.uint8]:
        width, height = image.size
        short, long = min(width, height), max(width, height)
        longer = int(self.side * long / short)
        scaled = (self.side, longer) if width <= height else (longer, self.side)
        if scaled != image.size:
            image = image.resize(scaled, self.resample)
        left, top = round((scaled[0] - self.width) / 2), round((scaled[1] - self.height) / 2)
        return np.asarray(image.crop((left, top, left + self.width, top + self.height)))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Geometry:
        return cls(**json.loads(text))


def geometry_of(steps: Sequence[Any]) -> Geometry | None:
    """What these steps of a torchvision transform do; None where they are anything else."""
    from torchvision.transforms import CenterCrop, InterpolationMode, Resize
    from torchvision.transforms.functional import pil_modes_mapping

    if len(steps) != 2 or type(steps[0]) is not Resize or type(steps[1]) is not CenterCrop:
        return None
    resize, (height, width) = steps[0], steps[1].size
    if (
        not isinstance(resize.size, int)
        or resize.size < max(height, width)
        or resize.max_size is not None
    ):
        return None
    return Geometry(
        resize.size, int(pil_modes_mapping[InterpolationMode(resize.interpolation)]), height, width
    )
