"""What is computed of a release: EASE where there is no noise to speak of, and nothing where there is
nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.data.interactions import Interactions
from service.ranker.private.release import Release, released
from service.ranker.private.weights import Denoised
from tests.service.ranker.planted import checkerboard
from tests.service.ranker.private.fixed import fixed


def of(pairs: np.ndarray, deviation: float) -> Release:
    size = len(pairs)
    return Release(
        rho=1.0,
        popularity=np.ones(size, np.float32),
        popularity_deviation=0.1,
        known=np.arange(size),
        pairs=pairs.astype(np.float32),
        pairs_deviation=deviation,
    )


def test_of_all_eigenvalues_the_weights_are_those_of_ease() -> None:
    """-P_ij / P_jj of P = (G + l I)^-1, l the bound of the noise, as one would write it down."""
    rows = np.random.default_rng(0).normal(size=(200, 12))
    gram, deviation = rows.T @ rows, 0.5
    ridge = 2 * deviation * 12**0.5
    precision = np.linalg.inv(gram + ridge * np.eye(12))
    expected = -precision / np.diag(precision)
    np.fill_diagonal(expected, 0)
    weights = Denoised.of(of(gram, deviation)).item_weights(top=12).toarray()
    np.testing.assert_allclose(weights, expected, atol=1e-4)


def test_noise_alone_is_no_weight_and_nobody() -> None:
    noise = np.triu(np.random.default_rng(1).normal(size=(300, 300)))
    symmetric = noise + np.triu(noise, 1).T
    found = Denoised.of(of(symmetric, 1.1))  # the largest eigenvalue comes near to the bound
    assert not len(found.values)
    assert not found.item_weights(top=20).nnz
    assert not found.people_per_item().any()


def test_people_who_met_an_item_are_counted_about_as_they_were() -> None:
    """Of everybody with 10 items; the sums of rows are sqrt(2 n / (n + 1)) of each person."""
    table = checkerboard(n_users=3000)
    found = Denoised.of(released(table, 50.0, most_known=100, noise=fixed()))
    assert found.people_per_item() == pytest.approx(table.item_counts(), rel=0.2)


def test_what_goes_together_is_found_in_spite_of_the_noise() -> None:
    """Even items with even ones, under the noise of epsilon 8."""
    table = checkerboard(n_users=3000)
    weights = Denoised.of(released(table, 1.2, most_known=100, noise=fixed())).item_weights(top=40)
    dense = weights.toarray()
    own = dense[::2, ::2].mean() + dense[1::2, 1::2].mean()
    across = dense[::2, 1::2].mean() + dense[1::2, ::2].mean()
    assert own > 0 > across


def test_a_log_of_nobody_says_nothing() -> None:
    nobody = Interactions.build([], [], n_users=0, n_items=5)
    found = Denoised.of(released(nobody, 1e6, most_known=5, noise=fixed(2)))
    assert found.people_per_item().tolist() == [0] * 5
    assert found.item_weights(top=5).shape == (5, 5)
