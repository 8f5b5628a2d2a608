"""Data folders and checkpoints that 034e339 made are opened by today's code and answer as they did:
the same items with the same scores, and the same facts where they are still found in the same way.

Whom a reason counts, what it calls close to somebody's words, which values it holds for telling and
how it puts that is different today by intent. So neither facts of these kinds nor the words about a
result are compared; that words say what facts say, the verifier has checked before they are here.

`tests/folders/034e339/README.md` says what is in them and how they were made.
"""

from __future__ import annotations

import json
import tarfile
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.api.messages import (
    ExplainRequest,
    Explanation,
    Recommendation,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
)
from service.config_file import load_settings
from service.recommender import Recommender
from service.storage.workspace import Workspace

FOLDERS = Path(__file__).parents[2] / "folders" / "034e339"
NAMES = ("text_image", "text_audio", "text")
SCORE_TOLERANCE = 1e-5
FOUND_OTHERWISE = {"co_engagement", "popularity", "trend", "taste", "attribute"}
"""Kinds of facts that today's rules find where those of then did not, or the other way round."""
SHARE_TOLERANCE = 1e-4
"""Of weights and shares, which are quotients of differences of scores."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Before:
    """A folder as 034e339 left it, and what that commit answered."""

    folder: Path
    expected: Json

    def open(self) -> Recommender:
        overrides = dict(self.expected["settings"])
        return Recommender(Workspace.open(load_settings(data=self.folder, overrides=overrides)))


@pytest.fixture(params=NAMES)
def before(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Before:
    """Unpacked anew, at the moment of the old answers."""
    with tarfile.open(FOLDERS / f"{request.param}.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    expected = json.loads((FOLDERS / f"{request.param}.expected.json").read_text(encoding="utf-8"))
    monkeypatch.setattr("time.time", lambda: expected["asked_at"])
    return Before(tmp_path, expected)


@pytest.fixture
def palate(before: Before) -> Iterator[Recommender]:
    palate = before.open()
    yield palate
    palate.close()


def search_request(request: Json) -> SearchRequest:
    content = {name: b64decode(request[name]) for name in ("image", "audio") if name in request}
    return SearchRequest(**{**request, **content})


def assert_same_answer(answer: Recommendation, expected: Json) -> None:
    """Equal scores stand in either order: which came first depended on the processor, then."""
    rows: Sequence[Json] = expected["results"]
    scores = [row["score"] for row in rows]
    assert [row.score for row in answer.results] == pytest.approx(scores, abs=SCORE_TOLERANCE)
    tied = [np.sum(np.abs(np.array(scores) - score) < SCORE_TOLERANCE) > 1 for score in scores]
    for found, row, is_tied in zip(answer.results, rows, tied, strict=True):
        assert is_tied or found.item_id == row["item_id"]
    before = {row["item_id"]: row for row in rows}
    both = [found for found in answer.results if found.item_id in before]
    assert len(both) >= len(rows) - sum(tied)
    assert [list(found.sources) for found in both] == [
        before[found.item_id]["sources"] for found in both
    ]
    was_told = [bool(before[found.item_id]["reason"]) for found in both]
    assert [bool(found.reason) for found in both] == was_told
    assert list(answer.degraded) == expected["degraded"]
    assert answer.model_version == expected["model_version"]


def assert_same_explanation(explanation: Explanation, expected: Json) -> None:
    facts = [fact for fact in expected["evidence"] if fact["kind"] not in FOUND_OTHERWISE]
    found = [fact for fact in explanation.evidence if fact.kind not in FOUND_OTHERWISE]
    assert [(str(fact.kind), fact.item_id) for fact in found] == [
        (fact["kind"], fact["item_id"]) for fact in facts
    ]
    weights = [fact["weight"] for fact in facts]
    assert [fact.weight for fact in found] == pytest.approx(weights, abs=SHARE_TOLERANCE)
    assert dict(explanation.parameters) == pytest.approx(
        expected["parameters"], abs=SHARE_TOLERANCE
    )
    assert explanation.text
    assert explanation.model_version == expected["model_version"]


def assert_answers_as_before(palate: Recommender, expected: Json) -> None:
    for one in expected["recommended"]:
        answer = palate.recommend(RecommendRequest(**one["request"]))
        said = [one["request"].get("taste", ""), *one["answer"]["degraded"]]
        if said[0] or "described taste" in " ".join(
            said
        ):  # words are read since, and move the list
            assert len(answer.results) == len(one["answer"]["results"])
            assert list(answer.degraded) == one["answer"]["degraded"]
        else:
            assert_same_answer(answer, one["answer"])
    for one in expected["similar"]:
        assert_same_answer(palate.similar_items(SimilarRequest(**one["request"])), one["answer"])
    for one in expected["searched"]:
        assert_same_answer(palate.search_items(search_request(one["request"])), one["answer"])
    for one in expected["explained"]:
        explanation = palate.explain(ExplainRequest(**one["request"]))
        assert_same_explanation(explanation, one["explanation"])
    for one in expected["tastes"]:
        assert palate.describe_taste(TasteRequest(one["user_id"])).text == one["text"]


def test_the_model_of_before_recommends_searches_and_explains_as_it_did(
    palate: Recommender, before: Before
) -> None:
    assert palate.ranker.version == before.expected["active"]
    assert_answers_as_before(palate, before.expected["by_active"])


def test_its_int8_copy_does_too(palate: Recommender, before: Before) -> None:
    palate.activate_model(before.expected["small"])
    assert_answers_as_before(palate, before.expected["by_small"])


def test_what_it_served_is_explained_as_it_was(palate: Recommender, before: Before) -> None:
    for served in before.expected["served"]:
        for one in served["explanations"]:
            explanation = palate.explain(ExplainRequest(**one["request"], change=True))
            assert_same_explanation(explanation, one["explanation"])


def test_what_it_knew_of_a_user_is_still_there(palate: Recommender, before: Before) -> None:
    profile = palate.export_user("described").data["profile"]
    unsaid = {"consent": None, "consent_at": None}
    assert profile == before.expected["profile"] | unsaid
    served = {answer["recommendation_id"] for answer in palate.export_user("u0").data["served"]}
    explained = [one for answer in before.expected["served"] for one in answer["explanations"]]
    assert {one["request"]["recommendation_id"] for one in explained} <= served


def test_a_folder_that_was_opened_once_answers_the_same_when_it_is_opened_again(
    before: Before,
) -> None:
    before.open().close()
    palate = before.open()
    assert_answers_as_before(palate, before.expected["by_active"])
    palate.close()


def test_it_goes_on_with_new_items_new_events_and_a_new_model(
    palate: Recommender, before: Before
) -> None:
    words = {"title": "Rocket 40", "description": "rocket planet space", "categories": ("Space",)}
    palate.index_items([Item("new", domain="films", **words)], {})
    now = before.expected["asked_at"]
    palate.record_events([Event("visitor", "i0", "rating", 5.0, now, None)])
    assert "new" in {row.item_id for row in palate.search_items(SearchRequest("rocket")).results}
    trained = palate.train(seed=0, force=True)
    answer = palate.recommend(RecommendRequest(user_id="visitor", k=10))
    assert answer.model_version == trained.version != before.expected["active"]
    assert "i0" not in {row.item_id for row in answer.results}
    assert palate.rollback_model().version == before.expected["active"]
