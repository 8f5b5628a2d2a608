"""Which model may serve after a training."""

from __future__ import annotations

import numpy as np
import pytest

from service.models.verdict import FEWEST, lead_on, verdict_on
from service.ranker.training.baseline_gains import BASELINES
from service.ranker.training.check import INCUMBENT, UNTRAINED, Checked
from service.ranker.training.validation import PALATE

N = 1_000
NOISE = np.random.default_rng(5).normal(0, 0.1, N)


def checked(n: int = N, **means: float) -> Checked:
    """Systems with these means on n people; the others gain nothing."""
    gains = dict.fromkeys(BASELINES, np.zeros(n, np.float32))
    for place, (name, mean) in enumerate(means.items()):
        noise = np.roll(NOISE, 7 * place)[:n]
        gains[name] = (mean + noise - noise.mean()).astype(np.float32)
    return Checked(gains, np.zeros(n, bool))


def test_a_model_that_nothing_beats_serves_without_a_word() -> None:
    verdict = verdict_on(checked(palate=0.04, ease_recent=0.03, untrained=0.02))
    assert (verdict.serves, verdict.why) == (True, "")


def test_a_model_that_is_behind_by_chance_serves() -> None:
    assert verdict_on(checked(palate=0.040, ease_recent=0.045, untrained=0.045)).serves
    assert verdict_on(checked(FEWEST - 1, palate=0.0, ease_recent=0.5, untrained=0.5)).serves


def test_a_model_that_is_behind_beyond_chance_does_not_serve_and_by_how_much_is_told() -> None:
    verdict = verdict_on(checked(palate=0.04, ease_recent=0.08, untrained=0.05))
    assert not verdict.serves
    assert "ease_recent 0.0800 against 0.0400" in verdict.why
    assert "1,000 people" in verdict.why


def test_it_is_never_refused_in_favour_of_something_worse() -> None:
    verdict = verdict_on(checked(palate=0.04, ease_recent=0.08, untrained=0.03))
    assert verdict.serves
    assert "ease_recent" in verdict.why
    assert "untrained 0.0300 against 0.0400" in verdict.why


def test_it_does_not_serve_where_what_serves_now_is_better() -> None:
    verdict = verdict_on(checked(palate=0.04, ease_recent=0.03, untrained=0.08))
    assert not verdict.serves
    assert "untrained 0.0800" in verdict.why


def test_once_a_model_serves_the_untrained_ranker_is_no_rival() -> None:
    systems = checked(palate=0.04, ease_recent=0.08, untrained=0.08, active=0.03)
    assert verdict_on(systems, lead_of_active=0.0).serves


@pytest.mark.parametrize(("lead", "serves"), [(-0.05, True), (-0.03, False), (0.01, False)])
def test_an_active_model_that_has_seen_the_events_is_known_by_its_own_check(
    lead: float, serves: bool
) -> None:
    """The new one is .04 behind the best baseline."""
    seen = checked(palate=0.04, ease_recent=0.08, untrained=0.0)
    gains = {**seen.gains, INCUMBENT: np.full(N, np.nan, np.float32)}
    verdict = verdict_on(Checked(gains, seen.is_cold), lead_of_active=lead)
    assert verdict.serves is serves


def test_where_nothing_was_checked_a_model_serves() -> None:
    assert verdict_on(Checked()).serves


def test_the_lead_of_a_model_is_read_from_its_card() -> None:
    card = {
        "palate/all/ndcg@10": 0.05,
        "ease_recent/all/ndcg@10": 0.03,
        f"{UNTRAINED}/all/ndcg@10": 1.0,
    }
    assert lead_on(card) == pytest.approx(0.02)
    assert lead_on({}) == 0.0
    assert PALATE not in BASELINES
