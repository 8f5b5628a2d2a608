"""Data folders of former versions, opened by today's code: nothing is lost, and lists are as they were.

`tests/folders/make.py` made them and says how; those of 034e339 are read in `test_migration`.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog.event import Event
from service.api.messages import ExplainRequest, RecommendRequest
from service.recommender import Recommender
from tests.service.world import opened

FOLDERS = Path(__file__).parents[2] / "folders"
COMMITS = ("c2b067c",)
TOLERANCE = 1.5e-5
"""Of scores: one step of their rounding."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Before:
    """A folder, and what was known of it."""

    folder: Path
    expected: Json


@pytest.fixture(params=COMMITS)
def before(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Before:
    """Unpacked anew, at the moment of the old answers."""
    made = FOLDERS / request.param
    with tarfile.open(made / "folder.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    expected = json.loads((made / "expected.json").read_text(encoding="utf-8"))
    monkeypatch.setattr("time.time", lambda: expected["asked_at"])
    return Before(tmp_path, expected)


@pytest.fixture
def palate(before: Before) -> Iterator[Recommender]:
    palate = opened(before.folder)
    yield palate
    palate.close()


def test_lists_are_as_they_were(palate: Recommender, before: Before) -> None:
    assert palate.ranker.version == before.expected["active"]
    for one in before.expected["answers"]:
        answer = palate.recommend(RecommendRequest(**one["request"]))
        found = [[row.item_id, row.score, list(row.sources)] for row in answer.results]
        assert [row[::2] for row in found] == [row[::2] for row in one["results"]], one["request"]
        scores = [row[1] for row in one["results"]]
        assert [row[1] for row in found] == pytest.approx(scores, abs=TOLERANCE)


def test_what_was_served_then_is_explained_now(palate: Recommender, before: Before) -> None:
    for one in before.expected["answers"]:
        asked = one["explained"]
        why = palate.explain(ExplainRequest(**asked["request"]))
        assert sorted({str(fact.kind) for fact in why.evidence}) == asked["kinds"]
        assert (why.model_version, bool(why.text)) == (asked["model_version"], True)


def test_events_profiles_and_what_models_said_are_there(
    palate: Recommender, before: Before
) -> None:
    events = palate.export_user("u0").data["events"]
    kept = [
        {name: event[name] for name in then}
        for event, then in zip(events, before.expected["exported"], strict=True)
    ]
    assert kept == before.expected["exported"]
    log = palate.workspace.log
    profile = log.get_user("described")
    assert profile is not None
    assert asdict(profile).items() >= before.expected["profile"].items()
    assert len(list(log.iter_aspects())) == before.expected["n_aspects"]


def test_it_goes_on_from_there(palate: Recommender, before: Before) -> None:
    """And a restart finds what was written since."""
    asked = before.expected["answers"][0]["request"]
    seen = before.expected["answers"][0]["results"][0][0]
    palate.record_events([Event("u0", seen, "rating", 5.0, before.expected["asked_at"])])
    after = [row.item_id for row in palate.recommend(RecommendRequest(**asked)).results]
    assert seen not in after
    palate.close()
    again = opened(before.folder)
    try:
        assert [row.item_id for row in again.recommend(RecommendRequest(**asked)).results] == after
    finally:
        again.close()
