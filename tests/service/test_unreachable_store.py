"""A vector store that cannot be reached, as a Qdrant server may be: what can be answered without it
is answered, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from service.api.messages import Recommendation, RecommendRequest
from service.errors import StoreUnavailable
from service.recommender import Recommender
from service.serving import store_index
from tests.service.world import filled

READS = ("query_batch", "get_items", "vectors", "matching")
KNOWN = RecommendRequest(user_id="u0", k=5)


def unreachable(*_: object, **__: object) -> NoReturn:
    raise StoreUnavailable("qdrant", "connection refused", "check that it runs")


@pytest.fixture
def palate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recommender]:
    """As in a catalogue that is too large to search without the store."""
    monkeypatch.setattr(store_index, "EXACT_ITEMS", 0)
    recommender = filled(tmp_path)
    yield recommender
    recommender.close()


@pytest.fixture
def cut_off(palate: Recommender, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The store is gone until `undo`."""
    with monkeypatch.context() as context:
        for name in READS:
            context.setattr(palate.workspace.store, name, unreachable)
        yield context


def shown(answer: Recommendation) -> list[str]:
    return [result.item_id for result in answer.results]


@pytest.mark.parametrize(
    "request_",
    [
        KNOWN,
        RecommendRequest(k=5),
        RecommendRequest(user_id="u1", k=5, domains=["books"]),
        RecommendRequest(k=5, history_item_ids=["i1", "i3"]),
    ],
)
def test_lists_are_those_of_before_and_say_what_failed(
    palate: Recommender, request_: RecommendRequest, request: pytest.FixtureRequest
) -> None:
    before = palate.recommend(request_)
    palate.catalog._remembered.clear()
    request.getfixturevalue("cut_off")
    answer = palate.recommend(request_)
    assert shown(answer) == shown(before)
    assert [result.item.title for result in answer.results] == [
        result.item.title for result in before.results
    ]
    if not request_.domains:
        assert "candidate source vector_index failed; the others proposed" in answer.degraded


def test_a_filter_that_nobody_can_check_is_refused(
    palate: Recommender, cut_off: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreUnavailable, match="connection refused"):
        palate.recommend(RecommendRequest(user_id="u0", k=5, filter="price < 36"))


def test_a_person_is_read_anew_once_the_store_is_back(
    palate: Recommender, cut_off: pytest.MonkeyPatch
) -> None:
    contexts, model = palate.ranking.contexts, palate.model
    assert contexts.of(KNOWN, model).taste_vectors == {}
    cut_off.undo()
    assert set(contexts.of(KNOWN, model).taste_vectors) == {"text"}
