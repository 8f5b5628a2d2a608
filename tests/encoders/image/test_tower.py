"""Pixels prepared ahead of a picture network, with networks that one can compute by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, Lambda, Normalize, Resize, ToTensor

from encoders.base import Measured, runs_on
from encoders.image.tower import BATCH_SIZE, ImageTower, TowerImageEncoder, tower_of
from encoders.networks.backend import PYTORCH

MEAN, STD = (0.5, 0.4, 0.3), (0.2, 0.2, 0.1)


class Means(torch.nn.Module):
    """Mean of each channel."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels.float().mean(dim=(2, 3))


def encoder(tower: ImageTower) -> TowerImageEncoder:
    return TowerImageEncoder("x", 3, "f", lambda: tower, PYTORCH)


def expected(transform: Any, pictures: list[Image.Image]) -> np.ndarray:
    rows = np.stack([np.asarray(transform(picture)).mean(axis=(1, 2)) for picture in pictures])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_many_pictures_come_back_in_their_order(gradient: Image.Image) -> None:
    transform = Compose([Resize(32), CenterCrop(32), ToTensor(), Normalize(MEAN, STD)])
    pictures = [gradient.rotate(7 * turn) for turn in range(2 * BATCH_SIZE + 3)]
    found = encoder(tower_of(transform, Means)).encode_images(pictures)
    np.testing.assert_allclose(found, expected(transform, pictures), atol=1e-5)


def test_a_transform_that_ends_otherwise_is_done_outside_the_network(gradient: Image.Image) -> None:
    transform = Compose([Resize(32), CenterCrop(32), ToTensor(), Lambda(lambda pixels: pixels**2)])
    tower = tower_of(transform, Means)
    assert tower.prepare(gradient).dtype == np.float32
    np.testing.assert_allclose(
        encoder(tower).encode_images([gradient]), expected(transform, [gradient]), atol=1e-5
    )


def test_the_common_transform_leaves_bytes_to_the_network(gradient: Image.Image) -> None:
    tower = tower_of(Compose([Resize(32), CenterCrop(32), ToTensor(), Normalize(MEAN, STD)]), Means)
    assert (tower.prepare(gradient).dtype, tower.prepare(gradient).shape) == (np.uint8, (32, 32, 3))


def test_it_says_what_it_runs_on_and_where_the_time_went_once_it_was_used(
    gradient: Image.Image,
) -> None:
    measured = encoder(
        tower_of(Compose([Resize(8), CenterCrop(8), ToTensor(), Normalize(MEAN, STD)]), Means)
    )
    assert isinstance(measured, Measured)
    assert (runs_on(measured), sum(measured.timing.seconds().values())) == ("", 0.0)
    measured.encode_images([gradient] * 20)
    assert runs_on(measured).startswith("PyTorch")
    assert all(seconds > 0 for seconds in measured.timing.seconds().values())
