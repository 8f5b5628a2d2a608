"""Texts in batches beside pictures, with a tower whose answers are known."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock, Thread
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from encoders.image.two_towers import BATCH_SIZE, TextTower, TwoTowerEncoder
from encoders.networks.backend import PYTORCH
from encoders.text.tokens import CHARACTERS_PER_TOKEN

WINDOW = 4


class Lengths(nn.Module):
    """A text's vector is its length and one."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, lengths: torch.Tensor) -> torch.Tensor:
        # lengths (B, 1)
        return torch.cat([lengths, torch.ones_like(lengths)], dim=1) * self.scale  # (B, 2)


class Tokenizer:
    """Counts characters, and whether two threads are in it at once."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.texts: list[str] = []
        self.clashes = 0
        self._used = Lock()

    def __call__(self, texts: list[str]) -> Mapping[str, torch.Tensor]:
        if not self._used.acquire(blocking=False):
            self.clashes += 1
            return {"lengths": torch.zeros(len(texts), 1)}
        try:
            self.batches.append(len(texts))
            self.texts += texts
            return {"lengths": torch.tensor([[float(len(text))] for text in texts])}
        finally:
            self._used.release()


@pytest.fixture
def tokenizer() -> Tokenizer:
    return Tokenizer()


@pytest.fixture
def encoder(tokenizer: Tokenizer) -> TwoTowerEncoder:
    model = Lengths()
    pictures: Any = None  # none is looked at here
    towers = TextTower(model, tokenizer, model, WINDOW)
    made = TwoTowerEncoder("mine", "print", pictures, towers, PYTORCH)
    tokenizer.batches.clear()
    tokenizer.texts.clear()
    return made


def test_the_width_is_found_by_encoding_and_words_are_said_to_be_shared(
    encoder: TwoTowerEncoder,
) -> None:
    assert (encoder.dim, encoder.shares_text_space) == (2, True)


def test_texts_come_out_in_order_as_unit_rows_whatever_their_number(
    encoder: TwoTowerEncoder, tokenizer: Tokenizer
) -> None:
    texts = ["x" * (n % 7) for n in range(2 * BATCH_SIZE + 1)]
    rows = encoder.encode_texts(texts)
    expected = np.array([[len(text), 1.0] for text in texts])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    assert tokenizer.batches == [BATCH_SIZE, BATCH_SIZE, 1]


def test_no_texts_give_no_rows_and_ask_nobody(
    encoder: TwoTowerEncoder, tokenizer: Tokenizer
) -> None:
    assert encoder.encode_texts([]).shape == (0, 2)
    assert tokenizer.batches == []


def test_a_huge_text_is_cut_before_the_tokenizer_and_surrogates_are_replaced(
    encoder: TwoTowerEncoder, tokenizer: Tokenizer
) -> None:
    encoder.encode_texts(["x" * 100_000, "half \ud83d"])
    assert [len(text) for text in tokenizer.texts] == [WINDOW * CHARACTERS_PER_TOKEN, 6]
    assert tokenizer.texts[1] == "half ?"


def test_threads_take_turns_with_the_tokenizer(
    encoder: TwoTowerEncoder, tokenizer: Tokenizer
) -> None:
    threads = [Thread(target=encoder.encode_texts, args=(["a"] * 200,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokenizer.clashes == 0
    assert len(tokenizer.texts) == 800
