"""The check: events that nothing was trained on, asked as they will be served."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from service.ranker.candidates import sources_of
from service.ranker.data.arrays import FloatArray
from service.ranker.data.interactions import Interactions
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.training.baseline_gains import BASELINES
from service.ranker.training.cases import RankingCase
from service.ranker.training.check import (
    LARGEST_SHARE,
    Checked,
    checked,
    served_cases,
    served_gains,
    withheld_events,
)
from service.ranker.training.hidden import MIN_EVENTS
from service.ranker.training.validation import PALATE
from tests.service.ranker.planted import SMALL, checkerboard, features

SOURCES = sources_of(("text",))


def drawn(log: Interactions, sampled: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
    everything = np.ones(len(log), bool) if sampled is None else sampled
    return withheld_events(log, everything, np.random.default_rng(seed))


def test_the_newest_event_of_some_people_is_withheld() -> None:
    log = checkerboard(n_users=60, length=10)
    withheld = drawn(log)
    assert withheld.sum() == int(LARGEST_SHARE * len(log))
    assert (log.positions_from_end()[withheld] == 0).all()
    assert len(np.unique(log.user[withheld])) == withheld.sum()
    assert (drawn(log, seed=1) != withheld).any()


def test_whoever_has_few_events_keeps_them_and_so_does_what_counts_for_nothing() -> None:
    assert not drawn(checkerboard(length=MIN_EVENTS)).any()
    log = checkerboard()
    assert not drawn(log, log.positions_from_end() > 0).any()


@pytest.fixture(scope="module")
def world() -> tuple[Ranker, Interactions, np.ndarray]:
    """A ranker that knows what was not withheld."""
    log = checkerboard(n_users=120, length=12)
    withheld = drawn(log)
    return untrained_ranker(features(40), log.select(~withheld), SMALL), log, withheld


def asked(ranker: Ranker, log: Interactions, withheld: np.ndarray) -> Checked:
    return checked(ranker.blend, 0.0, served_cases(ranker, log, withheld, SOURCES), {})


class Constant:
    def gains(self, cases: Sequence[RankingCase]) -> FloatArray:
        return np.full(len(cases), 0.25, np.float32)


def test_every_system_is_asked_the_same_cases(
    world: tuple[Ranker, Interactions, np.ndarray],
) -> None:
    ranker, log, withheld = world
    told: list[tuple[str, int, int]] = []
    served = served_cases(ranker, log, withheld, SOURCES, lambda *step: told.append(step))
    result = checked(ranker.blend, 0.0, served, {"another": Constant()})
    n = int(withheld.sum())
    assert len(result) == n
    assert result.gains.keys() == {PALATE, "another", *BASELINES}
    assert {len(gains) for gains in result.gains.values()} == {n}
    assert result.gains["another"].tolist() == [0.25] * n
    assert [len(one.case.history) for one in served] == [11] * n
    assert told[-1] == ("check", n, n)


def test_nothing_that_was_met_is_served_and_behaviour_beats_popularity(
    world: tuple[Ranker, Interactions, np.ndarray],
) -> None:
    """9 items of the own side are left, and ten are asked for: who knows the side, and serves nothing
    that was met, finds nearly all."""
    ranker, log, withheld = world
    result = asked(ranker, log, withheld)
    assert (result.gains[PALATE] > 0).mean() > 0.8
    assert result.gains[PALATE].mean() > result.gains["popularity"].mean()


def test_a_blend_gains_on_the_lists_what_the_pipeline_serves(
    world: tuple[Ranker, Interactions, np.ndarray],
) -> None:
    ranker, log, withheld = world
    served = served_cases(ranker, log, withheld, SOURCES)
    again = served_gains(ranker, [one.case for one in served], SOURCES)
    np.testing.assert_allclose(
        checked(ranker.blend, 0.0, served, {}).gains[PALATE], again, atol=1e-6
    )


def test_an_item_that_nobody_else_met_is_cold() -> None:
    log = checkerboard(n_users=120, length=12)
    withheld = drawn(log)
    new = np.where(withheld, 40, log.item)
    table = Interactions.build(log.user, new, log.timestamp, n_items=41)
    ranker = untrained_ranker(features(41), table.select(~withheld), SMALL)
    result = asked(ranker, table, withheld)
    assert result.is_cold.all()
    metrics = result.metrics()
    assert "palate/all/ndcg@10" in metrics
    assert "palate/warm/ndcg@10" not in metrics


def test_what_was_not_asked_does_not_count() -> None:
    gains = {
        PALATE: np.array([1.0, 0.0], np.float32),
        "active": np.array([np.nan, 0.5], np.float32),
    }
    metrics = Checked(gains, np.zeros(2, bool)).metrics()
    assert metrics["palate/all/ndcg@10"] == metrics["active/all/ndcg@10"] == 0.5


def test_where_nothing_is_withheld_nothing_is_checked(
    world: tuple[Ranker, Interactions, np.ndarray],
) -> None:
    ranker, log, withheld = world
    nothing = asked(ranker, log, np.zeros_like(withheld))
    assert (len(nothing), nothing.metrics()) == (0, {})
    assert served_gains(ranker, [], SOURCES).shape == (0,)
