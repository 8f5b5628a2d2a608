"""Under pseudonyms everything is as without them, and no file and no line of the log has an id of a person."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from service.api.fairness import FairnessRequest, UserGrouping
from service.api.messages import ExplainRequest, RecommendRequest, TasteRequest, UserProfile
from service.operations.switching import Switching
from tests.service import world

RAW = (
    "person-0-whom-nobody-may-know",
    "person-1-whom-nobody-may-know",
    "guest-whom-nobody-may-know",
)


def filled(folder: Path, **settings: object) -> Switching:
    palate = Switching(world.opened(folder, **settings))
    palate.index_items(world.items(), {})
    raw = {"u0": RAW[0], "u1": RAW[1]}
    events = [event for event in world.events() if event.user_id in raw]
    palate.record_events(
        [
            Event(raw[one.user_id], one.item_id, one.event_type, one.value, one.timestamp)
            for one in events
        ]
    )
    return palate


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Switching]:
    with closing(filled(tmp_path / "with", pseudonym_key="k" * 32)) as switching:
        yield switching


def test_answers_are_those_of_without(palate: Switching, tmp_path: Path) -> None:
    asked = RecommendRequest(user_id=RAW[0], k=5)
    with closing(filled(tmp_path / "without")) as plain:
        expected = [(one.item_id, one.score) for one in plain.recommend(asked).results]
    assert [(one.item_id, one.score) for one in palate.recommend(asked).results] == expected


def test_ids_come_back_as_the_caller_knows_them(palate: Switching) -> None:
    palate.put_user(UserProfile(RAW[0], {"city": "Rome"}, "slow"))
    answer = palate.recommend(RecommendRequest(user_id=RAW[0], k=3))
    explained = palate.explain(
        ExplainRequest(answer.results[0].item_id, answer.recommendation_id, RAW[0])
    )
    if explained.less_of_this is not None:
        assert explained.less_of_this.user_id == RAW[0]
    assert palate.describe_taste(TasteRequest(RAW[0])).user_id == RAW[0]
    held = palate.export_user(RAW[0]).data
    assert held["user_id"] == held["profile"]["user_id"] == RAW[0]
    assert {event["user_id"] for event in held["events"]} == {RAW[0]}
    assert held["served"][0]["context"]["user_id"] == RAW[0]


def test_groups_of_people_are_those_that_the_caller_named(palate: Switching) -> None:
    for user_id in RAW[:2]:
        palate.recommend(RecommendRequest(user_id=user_id, k=3))
    grouping = UserGrouping("plan", {RAW[0]: "paid", RAW[1]: "free"})
    (_, plans) = palate.report_fairness(FairnessRequest(groupings=[grouping])).users
    assert [(one.figures.name, one.figures.people) for one in plans.groups] == [
        ("free", 1),
        ("paid", 1),
    ]


def test_no_file_and_no_line_has_an_id(
    palate: Switching, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    palate.record_events([Event(RAW[2], "i1", "view", None, world.NOW)])
    palate.put_user(UserProfile(RAW[2], {}, "slow"))
    answer = palate.recommend(RecommendRequest(user_id=RAW[2], k=3, explain=True))
    palate.explain(ExplainRequest(answer.results[0].item_id, answer.recommendation_id))
    assert palate.merge_users(RAW[2], RAW[0])["events"] == 1
    assert palate.delete_events(RAW[1], None) == 8
    assert palate.delete_user(RAW[0]).deleted["events"] == 9
    palate.close()
    for path in (tmp_path / "with").rglob("*"):
        if path.is_file():
            assert b"whom-nobody-may-know" not in path.read_bytes(), path
    assert "whom-nobody-may-know" not in caplog.text
