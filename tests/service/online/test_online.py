"""Online quality of a folder: answers that are served, events that name them, and the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from service.api.messages import OnlineBy, OnlineRequest, RecommendRequest
from service.recommender import Recommender
from tests.service import world


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Recommender]:
    recommender = world.filled(tmp_path)
    yield recommender
    recommender.close()


def test_what_is_done_with_an_answer_is_in_the_report(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest("u1", k=4, scenario="home"))
    other = palate.recommend(RecommendRequest("u2", k=4, scenario="home"))
    first, second = answer.results[0].item_id, answer.results[1].item_id

    def event(user: str, item: str, kind: str, name: str) -> Event:
        return Event(user, item, kind, None, world.NOW, None, name)

    report = palate.record_events(
        [
            event("u1", first, "click", answer.recommendation_id),
            event("u1", second, "purchase", answer.recommendation_id),
            event("u1", first, "click", other.recommendation_id),
            event("u1", first, "click", "made up"),
            Event("u1", first, "view", None, world.NOW),
        ]
    )
    assert (report.recorded, report.unattributed) == (5, 2)
    found = palate.report_online(OnlineRequest(by=OnlineBy.SCENARIO))
    home = {group.name: group for group in found.groups}["home"]
    assert (home.answers, home.people, home.impressions) == (2, 2, 8)
    assert (home.clicks, home.conversions) == (2, 1)
    assert (found.attribution.attributed, found.attribution.unattributed) == (2, 2)
    assert found.kept_since is not None


def test_figures_outlive_contexts_and_end_with_their_person(tmp_path: Path) -> None:
    """Also where no context is kept at all."""
    recommender = world.opened(tmp_path, explain={"max_served": 0})
    try:
        recommender.index_items(world.items(), {})
        recommender.record_events(world.events())
        answers = [recommender.recommend(RecommendRequest(user)) for user in ("u1", "u1", "u2")]
        everything = recommender.report_online(OnlineRequest()).groups[0]
        assert (everything.answers, everything.served) == (3, 30)
        assert recommender.workspace.log.get_served(answers[0].recommendation_id) is None
        assert [
            len(one["impression"]["items"]) for one in recommender.export_user("u1").data["served"]
        ] == [10] * 2
        assert recommender.delete_user("u1").deleted["impressions"] == 2
        assert recommender.report_online(OnlineRequest()).answers == 1
        late = Event("u1", "i1", "click", None, world.NOW, None, answers[0].recommendation_id)
        assert recommender.record_events([late]).unattributed == 1
    finally:
        recommender.close()


def test_what_is_shown_says_nothing_of_a_persons_taste(palate: Recommender) -> None:
    """However much of it there is, the person stays new and the list as it was."""
    palate.record_events([Event("fresh", "i1", "rating", 5.0, world.NOW)])
    before = palate.recommend(RecommendRequest("fresh", k=8))
    names = [result.item_id for result in before.results]
    shown = [
        Event("fresh", item, "shown", None, world.NOW, None, before.recommendation_id)
        for item in names
    ]
    assert palate.record_events(shown).unattributed == 0
    after = palate.recommend(RecommendRequest("fresh", k=8))
    assert [(r.item_id, r.score) for r in after.results] == [
        (r.item_id, r.score) for r in before.results
    ]
