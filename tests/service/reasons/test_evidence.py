"""From a served context to the explainer's facts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from indexer.catalog.item import Item
from service.explainer.evidence import EvidenceKind
from service.ranker.data.history import History
from service.ranker.second_stage.signals import Scale
from service.reasons.counterfactuals import ExplainedList
from service.reasons.evidence import Evidences, ResultEvidence
from service.reasons.facts import PastEvent, background, convincing, sponsor_of, subject_of
from service.recommender import Recommender
from tests.service.world import filled, items


def rated(value: float | None, *, liked: bool = True, kind: str = "rating") -> PastEvent:
    return PastEvent(Item("x"), kind, value, liked)


def test_what_was_disliked_is_never_a_reason() -> None:
    assert convincing([rated(5.0), rated(1.0, liked=False)]) == [True, False]


def test_what_was_rated_clearly_below_the_persons_own_ratings_is_no_reason() -> None:
    assert convincing([rated(5.0), rated(5.0), rated(5.0), rated(3.0)]) == [True, True, True, False]


def test_a_strict_person_is_measured_by_their_own_ratings() -> None:
    assert convincing([rated(3.0), rated(2.5), rated(3.0)]) == [True, False, True]
    assert convincing([rated(3.0), rated(3.0)]) == [True, True]


def test_events_without_a_value_count_as_liked_and_kinds_are_not_mixed() -> None:
    assert convincing([rated(None, kind="watch"), rated(90.0, kind="listen"), rated(4.0)]) == [
        True,
        True,
        True,
    ]


def test_the_background_is_that_of_random_pairs() -> None:
    vectors = np.eye(20, dtype=np.float32)
    measured = background(vectors)
    assert (measured.mean, measured.std) == (0.0, 0.0)
    assert background(vectors[:3]).std == 0.0  # too few to say


def test_attribute_values_become_text() -> None:
    item = Item("x", attributes={"cast": ("A", "B"), "year": 1999.0, "new": True})
    assert subject_of(item).attributes == {"cast": "A, B", "year": "1999", "new": "true"}
    assert subject_of(item).title == "x"


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """Untrained: co-engagement, words and popularity rank."""
    recommender = filled(tmp_path_factory.mktemp("reasons"))
    yield recommender
    recommender.close()


def explained_to(palate: Recommender, liked: list[int]) -> ExplainedList:
    """Somebody who rated items i0, i2, ..., as `liked` says."""
    catalogue = items()
    n = len(liked)
    history = History(
        np.arange(0, 2 * n, 2), np.zeros(n, np.int64), np.zeros(n), np.array(liked, bool)
    )
    past = [PastEvent(catalogue[2 * i], "rating", None, bool(one)) for i, one in enumerate(liked)]
    return ExplainedList(
        history, past, palate.ranker.query_scores(history).scale, True, "", "", len(liked)
    )


def causes(finding: ResultEvidence) -> dict[str, float]:
    return {
        fact.item_id: fact.score_drop
        for fact in finding.evidence
        if fact.kind is EvidenceKind.HISTORY
    }


def test_reasons_in_short_are_some_of_the_causes_and_as_strong(palate: Recommender) -> None:
    explained, wanted = explained_to(palate, [1] * 12), np.array([24, 26, 28])
    evidences = Evidences(palate.ranker, items(), 30.0)
    shown = [items()[i] for i in wanted]
    full = evidences.of(explained, wanted, shown, [False] * 3)
    short = evidences.of(explained, wanted, shown, [False] * 3, in_short=True)
    for few, all_ in zip(map(causes, short), map(causes, full), strict=True):
        assert few
        shared = few.keys() & all_.keys()
        assert {one: few[one] for one in shared} == pytest.approx(
            {one: all_[one] for one in shared}, abs=1e-5
        )
        assert max(few.values()) <= max(all_.values()) + 1e-5


def test_where_nothing_was_liked_there_are_no_causes_in_short(palate: Recommender) -> None:
    evidences = Evidences(palate.ranker, items(), 30.0)
    (finding,) = evidences.of(
        explained_to(palate, [0] * 4), np.array([24]), [items()[24]], [False], in_short=True
    )
    assert causes(finding) == {}


def test_the_events_on_one_item_are_left_out_together() -> None:
    history = History.of(np.array([4, 7, 4]))
    case = ExplainedList(
        history, [], Scale(np.zeros(1, np.float32), np.ones(1, np.float32), 3, 0), True, "", "", 3
    )
    events = case.events_by_item()
    assert [places.tolist() for places in events] == [[0, 2], [1]]
    assert history.without(events[0]).items.tolist() == [7]


@pytest.mark.parametrize(
    ("value", "sponsor"),
    [(True, ""), ("Acme", "Acme"), (False, None), ("", None), (" ", None), (None, None)],
)
def test_a_sponsor_is_read_from_the_item(value: str | bool | None, sponsor: str | None) -> None:
    item = Item("x", attributes={} if value is None else {"sponsored": value})
    assert sponsor_of(item) == sponsor
