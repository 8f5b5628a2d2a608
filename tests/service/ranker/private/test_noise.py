"""The discrete Gaussian: its probabilities, by arithmetic, and its draws, by where the bytes fall."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from service.ranker.private.noise import BITS, TAILS, DiscreteGaussian, _cumulated
from tests.service.ranker.private.fixed import fixed_bytes


def expected(deviation: int) -> tuple[np.ndarray, np.ndarray]:
    values = np.arange(-TAILS * deviation, TAILS * deviation + 1)
    weights = np.exp(-(values**2) / (2 * deviation**2))
    return values, weights / weights.sum()


@pytest.mark.parametrize("deviation", [1, 3, 200])
def test_the_probabilities_are_those_of_the_formula(deviation: int) -> None:
    bounds = _cumulated(deviation, TAILS * deviation)
    probabilities = np.diff([0, *bounds]).astype(np.float64) / 2.0**BITS
    np.testing.assert_allclose(probabilities, expected(deviation)[1], rtol=1e-9, atol=1e-37)
    assert bounds[-1] == 2**BITS


def test_either_side_is_as_likely() -> None:
    bounds = _cumulated(5, 5 * TAILS)
    sizes = np.diff([0, *bounds])
    assert max(abs(int(a) - int(b)) for a, b in zip(sizes, sizes[::-1], strict=True)) <= 2


def test_draws_follow_the_probabilities() -> None:
    draws = DiscreteGaussian(3, fixed_bytes()).draw(200_000)
    values, probabilities = expected(3)
    usual = np.abs(values) <= 12
    seen = np.array([(draws == value).sum() for value in values[usual]])
    wanted = probabilities[usual] / probabilities[usual].sum() * seen.sum()
    assert stats.chisquare(seen, wanted).pvalue > 1e-3


def test_bytes_that_fall_on_a_bound_are_decided_by_more_bytes() -> None:
    """0 is drawn from its bound up to the next; the second word says on which side of it."""
    noise = DiscreteGaussian(2)
    bound = noise._bounds[noise._largest - 1]  # below are the negative numbers
    high, low = divmod(bound, 2**64)
    for second, drawn in ((low - 1, -1), (low, 0)):
        words = iter([high, second])
        noise._source = lambda n, words=words: next(words).to_bytes(8, "little")
        assert noise.draw(1).tolist() == [drawn]


def test_without_a_source_no_two_draws_are_alike() -> None:
    one, other = (DiscreteGaussian(1000).draw(50) for _ in range(2))
    assert one.tolist() != other.tolist()


def test_a_deviation_below_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="below 1"):
        DiscreteGaussian(0)
