"""The first step of a picture model against the transforms of torchvision that it stands for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision.transforms import CenterCrop, Compose, Normalize, Resize, ToTensor

from encoders.image.pixels import FromBytes
from encoders.image.tower import tower_of

MEAN, STD = (0.481, 0.457, 0.408), (0.268, 0.261, 0.275)
GEOMETRY = [Resize(48), CenterCrop((32, 40))]


def test_bytes_become_the_floats_of_torchvision(gradient: Image.Image) -> None:
    pictures = [gradient, gradient.rotate(90), Image.effect_noise(gradient.size, 90).convert("RGB")]
    expected = torch.stack(
        [Compose([ToTensor(), Normalize(MEAN, STD)])(picture) for picture in pictures]
    )
    pixels = torch.from_numpy(np.stack([np.asarray(picture) for picture in pictures]))
    found = FromBytes(nn.Identity(), MEAN, STD)(pixels)  # (3, 3, 240, 320)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)


def test_black_and_white_are_what_arithmetic_says() -> None:
    pixels = torch.tensor([0, 255], dtype=torch.uint8).reshape(2, 1, 1, 1).expand(2, 1, 1, 3)
    found = FromBytes(nn.Flatten(), (0.5, 0.5, 0.2), (0.5, 0.25, 0.1))(pixels)
    torch.testing.assert_close(found, torch.tensor([[-1.0, -2, -2], [1, 2, 8]]))


@pytest.mark.parametrize(
    ("steps", "dtype", "shape"),
    [
        ([*GEOMETRY, ToTensor(), Normalize(MEAN, STD)], np.uint8, (32, 40, 3)),
        ([*GEOMETRY, ToTensor()], np.float32, (3, 32, 40)),
        ([*GEOMETRY, ToTensor(), Normalize(MEAN, STD), nn.Identity()], np.float32, (3, 32, 40)),
    ],
)
def test_a_tower_gives_what_its_transform_gives(
    gradient: Image.Image, steps: list[object], dtype: type, shape: tuple[int, ...]
) -> None:
    tower = tower_of(Compose(steps), nn.Identity)
    pixels = tower.prepare(gradient)
    assert (pixels.dtype, pixels.shape) == (dtype, shape)
    found = tower.module()(torch.from_numpy(pixels.copy())[None])[0]
    torch.testing.assert_close(found, Compose(steps)(gradient), rtol=0, atol=1e-6)
