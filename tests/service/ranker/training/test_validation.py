"""Hidden cases, ranked as they would be served, and the figures of them by slice."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.candidates import sources_of
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.second_stage.blend import Blend
from service.ranker.training.baseline_gains import BASELINES
from service.ranker.training.cases import RankingCase
from service.ranker.training.fit import StageProgress
from service.ranker.training.training_list import TrainingList
from service.ranker.training.validation import (
    ARRIVAL,
    COLD_ITEM,
    COLD_USER,
    NEW_IN_DOMAIN,
    STRANGER,
    WARM,
    RehearsedCase,
    metrics_of,
    proposed_lists,
    rehearse,
)
from tests.service.ranker.planted import (
    SIGNALS,
    SMALL,
    UNSCALED,
    checkerboard,
    features,
    network_of,
    place_of,
)

SOURCES = sources_of(("text",))
N_ITEMS = 41
NOTHING = dict.fromkeys(BASELINES, 0.0)


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """Even items are chosen by the one half of the people, odd ones by the other; the last item by
    nobody."""
    return untrained_ranker(features(N_ITEMS), board(), SMALL)


def board() -> Interactions:
    log = checkerboard()
    return Interactions.build(log.user, log.item, log.timestamp, n_items=N_ITEMS)


def case(user: int, chosen: int, *, cold_start: bool = False) -> RankingCase:
    history = History.of(np.array([0, 2, 4]))
    return RankingCase(user, history, np.array([chosen]), np.array([1]), cold_start=cold_start)


def rehearsed(
    ranker: Ranker,
    *cases: RankingCase,
    n_lists: int = 9,
    n_measured: int = 9,
    progress: StageProgress | None = None,
) -> list[RehearsedCase]:
    return rehearse(
        ranker,
        cases,
        SOURCES,
        np.random.default_rng(0),
        "second stage",
        progress,
        n_lists=n_lists,
        n_measured=n_measured,
    )


def test_as_many_cases_are_answered_as_lists_are_wanted_and_the_first_are_measured(
    ranker: Ranker,
) -> None:
    told: list[tuple[str, int, int]] = []
    found = rehearsed(
        ranker,
        *(case(user, 6) for user in range(6)),
        n_lists=4,
        n_measured=1,
        progress=lambda *step: told.append(step),
    )
    assert [one.is_measured for one in found] == [True, False, False, False]
    assert len(proposed_lists(found)) == 4
    assert told == [("second stage", 4, 4)]


def test_what_no_source_proposed_is_measured_and_teaches_nothing(ranker: Ranker) -> None:
    gone = case(0, N_ITEMS - 1)
    gone.history.items[:] = 1, 3, N_ITEMS - 1  # met already: nobody proposes it
    assert [one.proposed for one in rehearsed(ranker, gone, n_measured=1)] == [None]
    assert rehearsed(ranker, gone, n_measured=0) == []


def test_a_case_is_of_the_slice_that_it_asks_of(ranker: Ranker) -> None:
    warm, cold, beginning = (
        rehearsed(ranker, one)[0].slice
        for one in (case(0, 6), case(0, 40), case(0, 6, cold_start=True))
    )
    assert (warm, cold, beginning) == (WARM, COLD_ITEM, COLD_USER)


def test_who_is_new_in_a_domain_is_asked_within_it(ranker: Ranker) -> None:
    domain = np.repeat([1, 2], [20, 21])
    two = untrained_ranker(features(N_ITEMS, domain=domain), board(), SMALL)
    history = History.of(np.array([0, 2, 4]))
    new = RankingCase(0, history, np.array([30]), np.array([1]), cold_start=True, domain=2)
    (one,) = rehearsed(two, new)
    assert one.slice == ARRIVAL
    assert one.proposed is not None
    assert len(one.proposed.signals) <= 21


def test_who_did_something_in_the_domain_is_another_slice_than_who_did_not(ranker: Ranker) -> None:
    two = untrained_ranker(features(N_ITEMS, domain=np.repeat([1, 2], [20, 21])), board(), SMALL)

    def slice_of(items: list[int], domain: int | None) -> str:
        history = History.of(np.array(items, np.int64))
        chosen = np.array([30]), np.array([1])
        return rehearsed(two, RankingCase(0, history, *chosen, cold_start=True, domain=domain))[
            0
        ].slice

    assert [slice_of([0, 2], 2), slice_of([0, 2, 24], 2)] == [ARRIVAL, NEW_IN_DOMAIN]
    assert [slice_of([], None), slice_of([0], None)] == [STRANGER, COLD_USER]


def test_what_the_person_has_met_is_no_candidate(ranker: Ranker) -> None:
    (one,) = rehearsed(ranker, case(0, 6))
    assert one.proposed is not None
    assert len(one.proposed.signals) <= N_ITEMS - 3


def test_behaviour_ranks_what_the_like_minded_chose_above_what_is_popular(ranker: Ranker) -> None:
    cases = rehearsed(ranker, *(case(0, chosen) for chosen in range(6, 40, 2)))
    popularity, knn = (
        sum(one.baselines[name] for one in cases) for name in ("popularity", "item_knn_recent")
    )
    assert knn > popularity > 0


def test_figures_are_means_by_slice_and_what_no_source_proposed_is_a_miss() -> None:
    block = np.zeros((2, len(SIGNALS)), np.float32)
    block[0, place_of("text_recent")] = 1.0
    first = TrainingList(block, UNSCALED, np.array([0]), np.array([1]))
    validation = [
        RehearsedCase(first, WARM, 1, NOTHING | {"popularity": 1.0}),
        RehearsedCase(None, COLD_ITEM, 2, NOTHING),
        RehearsedCase(None, WARM, 3, None),
    ]
    metrics = metrics_of(Blend(SIGNALS, network_of("text_recent")), validation)
    assert [metrics[f"palate/{name}/ndcg@10"] for name in ("all", WARM, COLD_ITEM)] == [0.5, 1, 0]
    assert metrics["popularity/all/ndcg@10"] == 0.5
    assert (metrics["palate/all/ndcg@10/low"], metrics["palate/all/ndcg@10/high"]) == (0.0, 1.0)
    assert f"palate/{COLD_USER}/ndcg@10" not in metrics


def test_cold_start_users_are_all_of_them_and_strangers_their_own_slice_too() -> None:
    validation = [
        RehearsedCase(None, STRANGER, 1, NOTHING | {"popularity": 1.0}),
        RehearsedCase(None, COLD_USER, 2, NOTHING),
        RehearsedCase(None, ARRIVAL, 3, NOTHING | {"popularity": 1.0}),
        RehearsedCase(None, NEW_IN_DOMAIN, 4, NOTHING),
    ]
    metrics = metrics_of(Blend(SIGNALS, network_of("text_recent")), validation)
    found = [metrics[f"popularity/{name}/ndcg@10"] for name in (COLD_USER, STRANGER)]
    assert found == [0.5, 1.0]
    found = [metrics[f"popularity/{name}/ndcg@10"] for name in (NEW_IN_DOMAIN, ARRIVAL)]
    assert found == [0.5, 1.0]
