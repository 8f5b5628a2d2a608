"""Palate's list for a simulated person is what the pipeline gives for the history they have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.pipeline import Query, rank
from service.simulation import palate_list
from service.simulation.palate_list import PalateLists, Served
from service.simulation.person import Person
from tests.service.simulation import planted

K = 5


@pytest.fixture
def person() -> Person:
    return planted.people(planted.crowd(), 2)[0]


def _take(person: Person, item: int, round: int) -> None:
    person.take(item, planted.crowd().traits, planted.MEMORY)
    person.rounds.append(round)


def test_takes_come_after_the_log_a_round_apart_and_are_liked(
    served: Served, person: Person
) -> None:
    last = person.history.times[-1]
    _take(person, 100, 0)
    _take(person, 101, 3)
    history = replace(served, event_type=7).history(person)
    assert history.items.tolist() == [*person.history.items, 100, 101]
    assert (history.times[-2:] - last).tolist() == [86_400.0, 4 * 86_400.0]
    assert history.event_types[-2:].tolist() == [7, 7]
    assert history.liked.all()


def test_the_list_is_what_the_pipeline_gives(served: Served, person: Person) -> None:
    (found,) = PalateLists(served, K, exploration=0.5, diversity=0.2).of([person])
    allowed = np.ones(120, bool)
    allowed[person.taken] = False
    query = Query(person.history, 30, allowed, n_served=K, exploration=0.5, diversity=0.2)
    ranked = rank(served.ranker, query, served.sources)
    assert found.items.tolist() == ranked.items(ranked.order[:K]).tolist()
    assert np.allclose(found.scores, ranked.scored.scores[ranked.order[:K]])


def test_it_is_asked_for_anew_after_a_take_only(
    served: Served, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def watched(ranker: object, query: Query, sources: object) -> object:
        asked.append(len(query.history))
        return rank(served.ranker, query, served.sources)

    monkeypatch.setattr(palate_list, "rank", watched)
    lists = PalateLists(served, K)
    first = lists.of([person])[0]
    assert lists.of([person])[0] is first
    _take(person, int(first.items[0]), 0)
    second = lists.of([person])[0]
    assert asked == [12, 13]
    assert first.items[0] not in second.items


def test_takes_count_towards_popularity(served: Served) -> None:
    before = served.ranker.snapshot.behaviour.counts[[3, 4]].tolist()
    PalateLists(served, K).record(np.array([3, 3, 4]))
    after = served.ranker.snapshot.behaviour.counts[[3, 4]].tolist()
    assert after == [before[0] + 2, before[1] + 1]
