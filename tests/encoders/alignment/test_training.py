"""Training heads: what is planted is found, what is not there is not, and little of it never
breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from encoders.alignment.pairs import Pairs, recall, recalls, split_groups
from encoders.alignment.training import AlignConfig, fit_heads, likeness_loss
from encoders.arrays import FloatArray

CONFIG = AlignConfig(dim=16, batch=128, epochs=4)


def unit(rows: FloatArray) -> FloatArray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def planted(n: int = 400, *, seed: int = 0) -> Pairs:
    """Picture and text are the same eight numbers, each turned its own way into a wider space."""
    rng = np.random.default_rng(seed)
    meaning = rng.normal(size=(n, 8))
    image = unit(meaning @ rng.normal(size=(8, 40)) + 0.1 * rng.normal(size=(n, 40)))
    whole = unit(meaning @ rng.normal(size=(8, 24)) + 0.1 * rng.normal(size=(n, 24)))
    part = unit(meaning[:, :4] @ rng.normal(size=(4, 24)))
    return Pairs(image, np.stack([whole, part]), whole.copy(), np.arange(n))


def test_pairs_that_only_heads_can_align_are_aligned() -> None:
    pairs = planted()
    kept, held_out = split_groups(pairs.group, 0.25, seed=0)
    heads = fit_heads(pairs.rows(kept), CONFIG, seed=0)
    asked = pairs.rows(held_out)
    assert len(asked) == 100
    assert min(recalls(heads, asked, k=3)) > 0.95
    assert recall(heads.queries(asked.title), heads.media(asked.media), k=3) > 0.9


def test_pairs_that_have_nothing_in_common_stay_at_chance() -> None:
    pairs = planted()
    pairs = replace(pairs, media=pairs.media[np.random.default_rng(1).permutation(len(pairs))])
    kept, held_out = split_groups(pairs.group, 0.25, seed=0)
    heads = fit_heads(pairs.rows(kept), CONFIG, seed=0)
    assert max(recalls(heads, pairs.rows(held_out), k=10)) < 0.25  # chance: 10 of 100


def test_the_same_seed_gives_the_same_heads_and_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    first, second, other = (fit_heads(planted(200), CONFIG, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(torch.rand(3), expected)
    np.testing.assert_array_equal(first.medium, second.medium)
    assert not np.array_equal(first.medium, other.medium)


def test_equal_pictures_and_missing_parts_give_finite_vectors_that_find_nothing() -> None:
    pairs = planted(200)
    nothing = replace(
        pairs, media=np.repeat(pairs.media[:1], 200, axis=0), text=np.zeros_like(pairs.text)
    )
    heads = fit_heads(nothing, CONFIG, seed=0)
    assert np.isfinite(heads.media(nothing.media)).all()
    assert recalls(heads, nothing) == (0.0, 0.0)


@pytest.mark.parametrize("scale", [1.0, 10.0])
def test_likeness_loss_is_least_where_pictures_are_as_alike_as_texts(scale: float) -> None:
    text = torch.eye(4)[[0, 0, 1, 1]][None]  # two kinds
    alike = torch.eye(4)[[0, 0, 1, 1]]
    different = torch.eye(4)[[0, 1, 0, 1]]
    temperature = torch.tensor(scale)
    assert likeness_loss(alike, text, temperature) < likeness_loss(different, text, temperature)


def test_likeness_loss_of_equal_texts_is_the_entropy_of_the_others() -> None:
    rows = torch.ones(5, 3) / 3**0.5
    assert float(likeness_loss(rows, rows[None], torch.tensor(10.0))) == pytest.approx(np.log(4))
