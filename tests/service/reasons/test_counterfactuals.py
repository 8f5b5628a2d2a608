"""Scores without one thing at a time, and which things are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from service.explainer.attribution.facts import Part
from service.ranker.data.history import History
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.second_stage.scale import Scale
from service.reasons.counterfactuals import (
    MAX_LEFT_OUT,
    NEWEST,
    ExplainedList,
    counterfactuals,
    likely_events,
)
from service.serving.served import ServedItem
from service.wishes.fit import Reason
from tests.service.ranker.planted import SMALL, checkerboard, features

CANDIDATES = np.array([8, 9])


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return untrained_ranker(features(40), checkerboard(), SMALL)


def explained(ranker: Ranker, history: History) -> ExplainedList:
    scale = ranker.query_scores(history).scale
    return ExplainedList(history, [], scale, True, "", len(history))


def test_the_events_on_one_item_are_left_out_together() -> None:
    history = History.of(np.array([4, 7, 4]))
    case = ExplainedList(
        history, [], Scale(np.zeros(1, np.float32), np.ones(1, np.float32), 3, 0), True, "", 3
    )
    events = case.events_by_item()
    assert [places.tolist() for places in events] == [[0, 2], [1]]
    assert history.without(events[0]).items.tolist() == [7]


def test_only_the_newest_events_are_looked_at() -> None:
    scale = Scale(np.zeros(1, np.float32), np.ones(1, np.float32), 60, 0)
    case = ExplainedList(History.of(np.arange(60)), [], scale, True, "", 60)
    assert case.first == 60 - MAX_LEFT_OUT
    assert case.newest.tolist() == list(range(10, 60))
    assert [places.tolist() for places in case.events_by_item()[:2]] == [[10], [11]]


def test_without_an_event_a_result_has_the_score_of_a_history_without_it(ranker: Ranker) -> None:
    history = History.of(np.array([0, 2, 4]))
    case = explained(ranker, history)
    found = counterfactuals(ranker, case, CANDIDATES, np.array([0, 2]))
    for place in (0, 2):
        alone = ranker.rescore(history, [np.array([place])], CANDIDATES, case.scale)[0]
        assert [one.without_history[place] for one in found] == pytest.approx(alone.tolist())
    assert [one.without_history[1] for one in found] == [one.full_score for one in found]


def test_words_are_a_part_where_there_are_any(ranker: Ranker) -> None:
    history = History.of(np.array([0, 2]))
    (wordless, _) = counterfactuals(ranker, explained(ranker, history), CANDIDATES, np.arange(2))
    assert Part.TASTE not in wordless.without_part
    spoken = replace(history, taste=ranker.snapshot.content.text[8])
    (near, _) = counterfactuals(ranker, explained(ranker, spoken), CANDIDATES, np.arange(2))
    assert near.without_part[Part.TASTE] < near.full_score


def test_what_words_added_beside_the_ranker_is_the_part_of_whose_words_they_are(
    ranker: Ranker,
) -> None:
    history = replace(History.of(np.array([0, 2])), taste=ranker.snapshot.content.text[8])
    plain = explained(ranker, history)

    def parts(*, wished: bool, **has: Sequence[Reason]) -> Mapping[str, float]:
        served = replace(ServedItem(8, 1.0, (), explored=False, lean=0.5), **has)
        asked = replace(plain, wished=wished, served={8: served})
        return counterfactuals(ranker, asked, CANDIDATES, np.arange(2))[0].without_part

    (alone, _) = counterfactuals(ranker, plain, CANDIDATES, np.arange(2))
    of_wish = parts(wished=True, reasons=[Reason("x")], taste_reasons=[Reason("y")])
    assert of_wish[Part.WISH] == alone.full_score - 0.5
    assert of_wish[Part.TASTE] == alone.without_part[Part.TASTE]
    of_taste = parts(wished=False, taste_reasons=[Reason("y")])
    assert of_taste[Part.TASTE] == alone.without_part[Part.TASTE] - 0.5
    assert parts(wished=True, taste_reasons=[Reason("y")]) == alone.without_part


def test_the_newest_events_and_the_strongest_are_likely_to_matter(ranker: Ranker) -> None:
    case = explained(ranker, History.of(np.array([0, 1, 3, 5, 7])))
    citable = np.ones(5, dtype=bool)
    text = np.zeros((5, 1), np.float32)
    text[0] = 1.0  # the oldest event is the one whose words are like the candidate's
    found = likely_events(ranker, case, citable, np.array([8]), text)
    assert found.tolist() == [0, *range(5 - NEWEST, 5)]


def test_where_no_event_may_be_cited_none_is_left_out(ranker: Ranker) -> None:
    case = explained(ranker, History.of(np.array([0, 2])))
    text = np.zeros((2, 1), np.float32)
    assert not len(likely_events(ranker, case, np.zeros(2, bool), np.array([8]), text))
