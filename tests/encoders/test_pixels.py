"""Scaling and normalizing inside the network, against torchvision's own."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import Compose, Normalize, ToTensor

from encoders.pixels import FromBytes, PictureHalf

MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)


def test_bytes_become_what_torchvision_makes_of_the_picture(gradient: Image.Image) -> None:
    expected = Compose([ToTensor(), Normalize(MEAN, STD)])(gradient)  # (3, 240, 320)
    found = FromBytes(torch.nn.Identity(), MEAN, STD)(torch.from_numpy(np.array(gradient)[None]))
    torch.testing.assert_close(found[0], expected)


def test_only_the_picture_half_of_a_model_is_used() -> None:
    class Model(torch.nn.Module):
        def encode_image(self, pixels: torch.Tensor) -> torch.Tensor:
            return pixels.mean(dim=(2, 3))

    pixels = torch.arange(12.0).reshape(1, 3, 2, 2)
    assert PictureHalf(Model())(pixels).tolist() == [[1.5, 5.5, 9.5]]
