"""The conditional logit finds the weights that made the choices."""

from __future__ import annotations

import doctest

import numpy as np

from service.simulation import logit
from service.simulation.logit import fit_logit, log_likelihood

TRUE = np.array([1.5, -2.0, 0.0])


def choices(n: int, weights: np.ndarray, seed: int = 0) -> np.ndarray:
    """(n, 20, 3) random traits, the chosen alternative first."""
    rng = np.random.default_rng(seed)
    traits = rng.normal(size=(n, 20, len(weights)))
    chosen = (traits @ weights + rng.gumbel(size=(n, 20))).argmax(axis=1)
    for row, place in enumerate(chosen):
        traits[row, [0, place]] = traits[row, [place, 0]]
    return traits


def test_examples() -> None:
    assert doctest.testmod(logit).failed == 0


def test_weights_are_found_within_their_errors() -> None:
    fitted = fit_logit(choices(3000, TRUE))
    assert np.all(np.abs(fitted.weights - TRUE) < 4 * fitted.errors)
    assert np.all(fitted.errors < 0.05)


def test_a_trait_that_all_alternatives_share_is_worth_nothing() -> None:
    traits = choices(200, TRUE)
    traits[..., 2] = 3.0
    assert abs(fit_logit(traits).weights[2]) < 1e-6


def test_what_is_always_chosen_has_a_weight_all_the_same() -> None:
    traits = np.zeros((50, 5, 1))
    traits[:, 0] = 1.0
    fitted = fit_logit(traits)
    assert np.isfinite(fitted.weights).all()
    assert fitted.weights[0] > 3


def test_without_weights_every_alternative_is_as_likely() -> None:
    assert np.isclose(log_likelihood(choices(7, TRUE), np.zeros(3)), 7 * np.log(1 / 20))
