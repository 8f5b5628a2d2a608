"""What is shown where nothing can be ranked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from service.api.messages import Personalization, RecommendRequest
from service.errors import InvalidInput, StoreUnavailable
from service.recommender import Recommender
from service.telemetry.measurements import Measurements
from service.telemetry.telemetry import Telemetry
from tests.service.world import filled

BUG = KeyError("something of a person")
GONE = StoreUnavailable("event log", "database is locked", "try again")


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Recommender]:
    recommender = filled(tmp_path)
    yield recommender
    recommender.close()


def breaking(palate: Recommender, error: Exception) -> Recommender:
    """A ranker that ends with this error, whatever is asked."""

    class Broken:
        def rank(self, *_: object) -> NoReturn:
            raise error

    palate.ranking = Broken()  # type: ignore[assignment]
    return palate


@pytest.mark.parametrize("error", [BUG, GONE])
def test_it_is_what_most_events_are_on_and_what_this_person_has_not_seen(
    palate: Recommender, error: Exception
) -> None:
    counts = palate.ranker.snapshot.behaviour.counts
    expected = sorted(range(1, 40, 2), key=lambda index: (-counts[index], index))[:6]
    answer = breaking(palate, error).recommend(RecommendRequest(user_id="u0", k=6))
    assert [result.item_id for result in answer.results] == [f"i{index}" for index in expected]
    assert {tuple(result.sources) for result in answer.results} == {("popular",)}
    assert answer.recommendation_id == ""
    assert any("these are the most popular" in note for note in answer.degraded)


def test_figures_count_it_as_an_answer_that_lacks_its_ranking(palate: Recommender) -> None:
    measured = Measurements()
    palate.telemetry = Telemetry(measured)
    breaking(palate, GONE).recommend(RecommendRequest(user_id="u0", k=6))
    value = measured.registry.get_sample_value
    assert value("palate_answers_total") == 1
    assert value("palate_degraded_answers_total") == 1
    assert value("palate_source_served_total", {"source": "popular"}) == 6
    assert value("palate_source_failed_total", {"source": "ranking"}) == 1


def test_the_answer_and_its_pages_go_on(palate: Recommender) -> None:
    request = RecommendRequest(domains=["books"], k=4)
    first = breaking(palate, GONE).recommend(request)
    second = palate.recommend(replace(request, page_token=first.next_page_token))
    shown = [result.item_id for result in (*first.results, *second.results)]
    assert len(set(shown)) == 8
    assert {result.item.domain for result in (*first.results, *second.results)} == {"books"}
    assert [result.rank for result in second.results] == [5, 6, 7, 8]


def test_an_error_of_ours_is_in_the_log_and_nothing_of_it_in_the_answer(
    palate: Recommender, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = breaking(palate, BUG).recommend(RecommendRequest(k=3))
    assert "something of a person" in caplog.text
    assert not any("something of a person" in note for note in answer.degraded)


def test_where_the_person_cannot_be_read_either_it_is_said(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> NoReturn:
        raise GONE

    monkeypatch.setattr(palate._last_resort.contexts.states, "state", gone)
    answer = breaking(palate, GONE).recommend(
        RecommendRequest(user_id="u0", k=3, exclude_item_ids=["i1"])
    )
    assert len(answer.results) == 3
    assert "i1" not in [result.item_id for result in answer.results]
    assert any("may be among them" in note for note in answer.degraded)


@pytest.mark.parametrize(
    "request_",
    [
        RecommendRequest(filter="price < 36"),
        RecommendRequest(wish="no romance"),
        RecommendRequest(taste="nothing sad"),
        RecommendRequest(refine_recommendation_id="a"),
    ],
)
def test_what_popularity_cannot_rule_out_is_refused(
    palate: Recommender, request_: RecommendRequest
) -> None:
    with pytest.raises(StoreUnavailable):
        breaking(palate, GONE).recommend(request_)


def test_mistakes_of_the_caller_are_told_them(palate: Recommender) -> None:
    mistake = InvalidInput("filter", "x", "is no filter")
    with pytest.raises(InvalidInput):
        breaking(palate, mistake).recommend(RecommendRequest())


def test_nothing_of_the_person_is_used_where_they_do_not_want_it(palate: Recommender) -> None:
    request = RecommendRequest(user_id="u0", k=5, personalization=Personalization.NON_PROFILED)
    answer = breaking(palate, GONE).recommend(request)
    assert len(answer.results) == 5
