"""The common geometry against torchvision's, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

from encoders.image.geometry import Geometry, geometry_of

SIZES = [(300, 450), (450, 300), (256, 256), (256, 300), (31, 9), (1, 8), (1001, 757), (640, 481)]


def picture(size: tuple[int, int]) -> Image.Image:
    rng = np.random.default_rng(size)
    return Image.fromarray(rng.integers(0, 256, size=(size[1], size[0], 3), dtype=np.uint8))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "steps",
    [
        [Resize(256, InterpolationMode.BICUBIC), CenterCrop(224)],
        [Resize(33), CenterCrop((32, 17))],
        [Resize(16, InterpolationMode.NEAREST), CenterCrop(16)],
    ],
)
def test_pictures_come_out_as_torchvision_has_them(steps: list[Any], size: tuple[int, int]) -> None:
    geometry = geometry_of(steps)
    assert geometry is not None
    np.testing.assert_array_equal(
        geometry(picture(size)), np.asarray(Compose(steps)(picture(size)))
    )


def test_what_was_kept_is_the_same() -> None:
    geometry = geometry_of([Resize(256), CenterCrop(224)])
    assert geometry is not None
    assert Geometry.from_json(geometry.to_json()) == geometry


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [Resize(32)],
        [CenterCrop(32), Resize(32)],
        [Resize((32, 40)), CenterCrop(32)],
        [Resize(32), CenterCrop(33)],  # torchvision pads it
        [Resize(32, max_size=64), CenterCrop(32)],
    ],
)
def test_any_other_geometry_is_left_to_torchvision(steps: list[Any]) -> None:
    assert geometry_of(steps) is None
