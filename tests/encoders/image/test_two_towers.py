"""Texts beside pictures, with towers that one can compute by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, Normalize, Resize, ToTensor

from encoders.image.tower import tower_of
from encoders.image.two_towers import BATCH_SIZE, PROBE_TEXT, TextTower, TwoTowerEncoder
from encoders.networks.backend import PYTORCH
from encoders.text.tokens import CHARACTERS_PER_TOKEN

WINDOW = 5
"""Characters that the text tower reads."""


class Means(torch.nn.Module):
    """Mean of each channel."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels.float().mean(dim=(2, 3))


class Reading:
    """A text tower: counts of r, g and b among the first WINDOW characters, and what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.model = torch.nn.Linear(1, 1)

    def tower(self) -> TextTower:
        return TextTower(self.model, self._tokens, self._features, WINDOW)

    def _tokens(self, texts: list[str]) -> Mapping[str, torch.Tensor]:
        self.batches.append(texts)
        rows = [[ord(letter) for letter in text[:WINDOW].ljust(WINDOW)] for text in texts]
        return {"ids": torch.tensor(rows)}

    def _features(self, ids: torch.Tensor) -> torch.Tensor:
        counts = [(ids == ord(letter)).sum(dim=1) for letter in "rgb"]
        return torch.stack(counts, dim=1) + 0.01  # (B, 3), never zero


@pytest.fixture
def reading() -> Reading:
    return Reading()


@pytest.fixture
def encoder(reading: Reading) -> TwoTowerEncoder:
    prepared = Compose(
        [Resize(8), CenterCrop(8), ToTensor(), Normalize((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))]
    )
    return TwoTowerEncoder("x", "f", tower_of(prepared, Means), reading.tower(), PYTORCH)


def test_the_width_is_found_by_reading_the_longest_text_there_can_be(
    encoder: TwoTowerEncoder, reading: Reading
) -> None:
    assert encoder.dim == 3
    assert reading.batches == [["", PROBE_TEXT * WINDOW]]


def test_words_find_the_picture_of_their_colour(encoder: TwoTowerEncoder) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    pictures = encoder.encode_images([Image.new("RGB", (8, 8), colour) for colour in colours])
    texts = encoder.encode_texts(["rrr", "ggg", "bbb"])
    assert np.argmax(texts @ pictures.T, axis=1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1.0, atol=1e-6)


def test_many_texts_are_read_in_batches_and_come_back_in_their_order(
    encoder: TwoTowerEncoder, reading: Reading
) -> None:
    texts = ["r" if number % 3 else "b" for number in range(2 * BATCH_SIZE + 1)]
    reading.batches.clear()
    vectors = encoder.encode_texts(texts)
    assert [len(batch) for batch in reading.batches] == [BATCH_SIZE, BATCH_SIZE, 1]
    assert np.argmax(vectors, axis=1).tolist() == [0 if text == "r" else 2 for text in texts]


def test_a_text_is_cut_before_it_is_read_and_half_a_surrogate_pair_is_no_harm(
    encoder: TwoTowerEncoder, reading: Reading
) -> None:
    reading.batches.clear()
    encoder.encode_texts(["g" * 10_000, "r\ud800"])
    assert reading.batches == [["g" * (WINDOW * CHARACTERS_PER_TOKEN), "r?"]]


def test_no_texts_give_no_rows_and_reading_takes_its_time(encoder: TwoTowerEncoder) -> None:
    assert encoder.encode_texts([]).shape == (0, 3)
    encoder.encode_texts(["r"])
    assert encoder.timing.seconds()["core"] > 0
