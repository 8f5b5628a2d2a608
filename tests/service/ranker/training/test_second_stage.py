"""Both networks of the second stage, from the cases of a provisional ranker."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.candidates import sources_of
from service.ranker.data.arrays import FloatArray
from service.ranker.data.history import History
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import NETWORK_FOR_ALL
from service.ranker.second_stage.scale import Scale
from service.ranker.training.cases import RankingCase
from service.ranker.training.hidden import MIN_EVENTS
from service.ranker.training.second_stage import fit_second_stage
from service.ranker.training.train import Trained
from service.ranker.training.validation import RehearsedCase

SOURCES = sources_of(("text",))


@pytest.fixture(scope="module")
def provisional(board: Trained) -> Ranker:
    return board.ranker


def cases(n_events: int, *, cold_start: bool) -> list[RankingCase]:
    """Even users choose even items, odd ones odd ones, and begin with two."""
    made = []
    for user in range(40):
        items = np.arange(user % 2, 40, 2)
        history, chosen = History.of(items[:n_events]), items[n_events : n_events + 1]
        made.append(RankingCase(user, history, chosen, np.array([1]), cold_start=cold_start))
    return made


def fitted(provisional: Ranker, cold_starts: list[RankingCase]):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    return fit_second_stage(
        provisional, cases(6, cold_start=False), cold_starts, SOURCES, rng, 0, None
    )


def scored(case: RehearsedCase) -> tuple[FloatArray, Scale]:
    assert case.proposed is not None
    return case.proposed.signals, case.proposed.scale


def test_without_cold_start_users_there_is_one_network(provisional: Ranker) -> None:
    blend, rehearsed = fitted(provisional, [])
    assert blend.cold_start_net is None
    assert (blend.cold_start_events, blend.pools) == (0, NETWORK_FOR_ALL)
    assert rehearsed
    assert {one.slice for one in rehearsed} == {"warm"}


def test_with_them_there_are_two_and_both_kinds_are_rehearsed(provisional: Ranker) -> None:
    blend, rehearsed = fitted(provisional, cases(2, cold_start=True))
    assert blend.cold_start_net is not None
    assert {one.slice for one in rehearsed} == {"warm", "cold_user"}
    assert len({one.user for one in rehearsed if one.slice == "cold_user"}) == 40


def test_what_is_said_of_a_case_is_of_networks_that_have_not_learned_from_the_person(
    provisional: Ranker,
) -> None:
    """Each of the networks that are served together has: so none of them says the same."""
    blend, rehearsed = fitted(provisional, cases(2, cold_start=True))
    for one in rehearsed:
        assert one.proposed is not None
        assert one.proposed.nets is not None
        served = blend.net.score(one.proposed.signals, one.proposed.scale)
        assert not np.allclose(one.proposed.nets.main, served)


def test_one_person_is_enough(provisional: Ranker) -> None:
    one = cases(6, cold_start=False)[:1]
    blend, rehearsed = fit_second_stage(
        provisional, one, [], SOURCES, np.random.default_rng(0), 0, None
    )
    assert len(rehearsed) == 1
    assert np.isfinite(blend.score(*scored(rehearsed[0]))).all()


def test_nothing_is_boosted_yet_and_who_is_known_by_few_events_is_spared(
    provisional: Ranker,
) -> None:
    blend, _ = fitted(provisional, cases(2, cold_start=True))
    assert (blend.cold_item_boost, blend.spared_events) == (0.0, MIN_EVENTS)
