"""Heads: vectors of length one, whatever is missing."""

from __future__ import annotations

import numpy as np
import pytest

from encoders.alignment.heads import Heads


@pytest.fixture
def heads() -> Heads:
    rng = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray:  # type: ignore[type-arg]
        return rng.normal(size=shape).astype(np.float32)

    return Heads(array(2, 6), array(2, 6, 4), array(5), array(5, 4), array(6), array(6, 4))


def test_vectors_have_length_one_and_a_missing_part_adds_nothing(heads: Heads) -> None:
    parts = np.random.default_rng(2).normal(size=(2, 3, 6)).astype(np.float32)
    parts[1] = 0.0
    expected = (parts[0] - heads.text_mean[0]) @ heads.text[0]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(heads.texts(parts), expected, atol=1e-6)
    for vectors in (heads.media(parts[0, :, :5]), heads.queries(parts[0])):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_no_rows_give_no_rows_and_the_mean_itself_gives_a_finite_one(heads: Heads) -> None:
    assert heads.media(np.zeros((0, 5), np.float32)).shape == (0, 4)
    assert heads.texts(np.zeros((2, 0, 6), np.float32)).shape == (0, 4)
    assert np.isfinite(heads.media(heads.medium_mean[None])).all()
