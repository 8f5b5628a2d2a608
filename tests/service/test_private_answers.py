"""With differential privacy, what a person is answered is a function of what they did, the catalogue and
what was released: whether or not the log still has anybody else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from indexer.catalog.event import Event
from service.api.messages import (
    ExplainRequest,
    Recommendation,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
)
from service.errors import StoreUnavailable
from service.recommender import Recommender
from tests.service.world import NOW, events, filled, opened

ME = "u0"
PRIVATE = {"epsilon": 100.0}
"""So much that the small world stands out from the noise."""


def listed(answer: Recommendation) -> list[Any]:
    """An answer without what is new of it each time."""
    results = [(one.item.item_id, one.score, one.sources, one.reason) for one in answer.results]
    return [results, answer.degraded]


def lists(recommender: Recommender) -> list[Any]:
    requests = (
        RecommendRequest(user_id=ME, k=20, explain=True),
        RecommendRequest(user_id="nobody", k=20, explain=True),
        RecommendRequest(user_id=ME, k=20, exploration=0.5, explain=True),
        RecommendRequest(user_id=ME, k=20, diversity=0.5),
        RecommendRequest(user_id=ME, k=20, wish="something with a wedding", explain=True),
        RecommendRequest(user_id=ME, k=20, domains=["books"], include_seen=True),
        RecommendRequest(k=20, history_item_ids=["i1", "i3"], taste="kisses"),
    )
    return [listed(recommender.recommend(request)) for request in requests]


def explanation(recommender: Recommender) -> list[Any]:
    """Of the first result, in full, and of every item as things stand."""
    answer = recommender.recommend(RecommendRequest(user_id=ME, k=5))
    served = ExplainRequest(answer.results[0].item.item_id, answer.recommendation_id)
    found = [recommender.explain(served)]
    found += [recommender.explain(ExplainRequest(f"i{n}", user_id=ME)) for n in range(12)]
    return [[one.text, one.evidence, one.degraded] for one in found]


def similar(recommender: Recommender) -> list[Any]:
    return listed(recommender.similar_items(SimilarRequest("i4", k=10)))


def search(recommender: Recommender) -> list[Any]:
    return listed(recommender.search_items(SearchRequest(text="rocket", k=10)))


def taste(recommender: Recommender) -> list[Any]:
    found = recommender.describe_taste(TasteRequest(ME))
    return [found.text, found.evidence, found.degraded]


class Broken:
    """A ranking without its store."""

    def rank(self, *args: object, **options: object) -> None:
        raise StoreUnavailable("the test took it away")


def when_the_store_is_gone(recommender: Recommender) -> list[Any]:
    """The last resort."""
    whole, broken = recommender.ranking, Broken()
    recommender.ranking = cast(Any, broken)
    try:
        return listed(recommender.recommend(RecommendRequest(user_id=ME, k=20)))
    finally:
        recommender.ranking = whole


ASKED: Mapping[str, Callable[[Recommender], Any]] = {
    "recommend": lists,
    "explain": explanation,
    "similar": similar,
    "search": search,
    "taste": taste,
    "last resort": when_the_store_is_gone,
}
COUNTS_OTHERS = ("recommend", "explain", "taste")
"""What is told of others as they are now, where people are not private and a model serves."""


def without_others(folder: Path, into: Path, **overrides: Any) -> None:
    """The same folder, model and all, with the events of one person alone."""
    shutil.copytree(folder, into)
    recommender = opened(into, **overrides)
    for user in sorted({event.user_id for event in events()} - {ME}):
        recommender.delete_events(user, None)
    recommender.close()


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everybody and a private model."""
    folder = tmp_path_factory.mktemp("private") / "all"
    filled(folder).close()
    recommender = opened(folder, privacy=PRIVATE)
    recommender.train()
    # Others go on, in a way that nothing counted could miss.
    recommender.record_events(
        [Event(f"late{n}", "i7", "rating", 1.0, NOW + 10_000 + n) for n in range(60)]
    )
    recommender.close()
    return folder


@pytest.mark.parametrize("name", ASKED)
def test_the_answer_is_the_same_without_everybody_else(
    private: Path, tmp_path: Path, name: str
) -> None:
    without_others(private, tmp_path / "alone", privacy=PRIVATE)
    told = []
    for folder in (private, tmp_path / "alone"):
        recommender = opened(folder, privacy=PRIVATE)
        try:
            assert recommender.ranker.trained
            assert recommender.ranker.snapshot.behaviour.counts.any()
            told.append(ASKED[name](recommender))
        finally:
            recommender.close()
    assert told[0] == told[1]


@pytest.mark.parametrize("name", COUNTS_OTHERS)
def test_without_privacy_this_test_would_see_them(tmp_path: Path, name: str) -> None:
    """The untrained ranker and the crowd of reasons are of the log as it is."""
    filled(tmp_path / "all").close()
    without_others(tmp_path / "all", tmp_path / "alone")
    told = []
    for folder in (tmp_path / "all", tmp_path / "alone"):
        recommender = opened(folder)
        told.append(ASKED[name](recommender))
        recommender.close()
    assert told[0] != told[1]


def test_before_the_first_training_nobody_else_is_known(tmp_path: Path) -> None:
    filled(tmp_path / "all").close()
    without_others(tmp_path / "all", tmp_path / "alone", privacy=PRIVATE)
    told = []
    for folder in (tmp_path / "all", tmp_path / "alone"):
        recommender = opened(folder, privacy=PRIVATE)
        told.append([ask(recommender) for ask in ASKED.values()])
        recommender.close()
    assert told[0] == told[1]


def test_nothing_is_read_of_others_when_a_private_model_is_loaded(private: Path) -> None:
    """Kept or not: what stands in memory is what was saved."""
    recommender = opened(private, privacy=PRIVATE)
    kept = recommender.ranker.snapshot.behaviour
    version = recommender.ranker.version
    anew = recommender._models._load(recommender._models.record(version), anew=True)
    behaviour = anew.model.ranker.snapshot.behaviour
    recommender.close()
    for name in ("counts", "recent"):
        assert np.array_equal(getattr(kept, name), getattr(behaviour, name))
    assert (kept.knn != behaviour.knn).nnz == 0
    for name in ("ease", "co_occurrence", "transitions", "co_counts"):
        assert not getattr(behaviour, name).nnz
