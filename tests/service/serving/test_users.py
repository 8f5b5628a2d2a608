"""Users: what changes in the log is followed by what is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from service.api.messages import RecommendRequest, UserProfile
from service.recommender import Recommender
from tests.service.world import NOW, filled


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Recommender]:
    recommender = filled(tmp_path)
    yield recommender
    recommender.close()


def test_events_are_recorded_once(palate: Recommender) -> None:
    event = Event("u0", "i39", "view", None, NOW, "once")
    assert palate.record_events([event]).recorded == 1
    report = palate.record_events([event])
    assert (report.recorded, report.duplicates) == (0, 1)


def test_deleted_events_are_not_ranked_by_any_more(palate: Recommender) -> None:
    palate.recommend(RecommendRequest(user_id="u0"))
    assert palate.delete_events("u0", None) == 8
    answer = palate.recommend(RecommendRequest(user_id="u0"))
    assert "nothing is known about this user; ranked by popularity" in answer.degraded


def test_everything_held_of_a_user_is_exported_and_then_deleted(palate: Recommender) -> None:
    palate.put_user(UserProfile("u0", {"city": "Rome"}, "slow"))
    served = palate.recommend(RecommendRequest(user_id="u0", scenario="home")).recommendation_id
    held = palate.export_user("u0")
    assert held["profile"]["taste"] == "slow"
    assert len(held["events"]) == 8
    assert [row["recommendation_id"] for row in held["served"]] == [served]
    assert palate.delete_user("u0") == {"events": 8, "profiles": 1, "served": 1}
    empty = palate.export_user("u0")
    assert (empty["profile"], empty["events"], empty["served"]) == (None, [], [])
