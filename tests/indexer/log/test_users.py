"""Profiles, served answers, and the rights of a user: to see everything, and to be forgotten."""

from __future__ import annotations

import json

from indexer.catalog.event import Event
from indexer.log.event_log import EventLog, Served


def test_a_profile_is_replaced_as_a_whole(log: EventLog) -> None:
    assert log.get_user("u") is None
    log.put_user("u", {"age": 30.0, "likes": ("a", "b"), "staff": True}, "slow films")
    user = log.get_user("u")
    assert user is not None
    assert (user.attributes, user.taste) == (
        {"age": 30.0, "likes": ("a", "b"), "staff": True},
        "slow films",
    )
    log.put_user("u", {}, "")
    user = log.get_user("u")
    assert user is not None
    assert (user.attributes, user.taste) == ({}, "")


def test_export_holds_everything_about_one_user(log: EventLog) -> None:
    log.put_user("u", {"likes": ("a",)}, "taste")
    log.append_events(
        [Event("u", "1", "like", None, 1.0, "e1"), Event("v", "1", "like", None, 1.0)]
    )
    log.put_served("r1", "u", b"context", 5.0)
    log.put_served("r2", "v", b"context", 5.0)
    export = json.loads(json.dumps(log.export_user("u")))
    assert export["profile"]["attributes"] == {"likes": ["a"]}
    assert export["events"] == [
        {
            "user_id": "u",
            "item_id": "1",
            "event_type": "like",
            "value": None,
            "timestamp": 1.0,
            "event_id": "e1",
        }
    ]
    assert export["served"] == [{"recommendation_id": "r1", "created_at": 5.0}]
    assert log.export_user("x") == {"user_id": "x", "profile": None, "events": [], "served": []}


def test_a_deleted_user_is_gone_and_nobody_else(log: EventLog) -> None:
    for user in "uv":
        log.put_user(user, {}, "")
        log.append_events(
            [Event(user, "1", "like", None, 1.0), Event(user, "2", "like", None, 1.0)]
        )
        log.put_served(f"r-{user}", user, b"", 5.0)
    assert log.delete_user("u") == {"events": 2, "profiles": 1, "served": 1}
    assert log.delete_user("u") == {"events": 0, "profiles": 0, "served": 0}
    assert list(log.iter_user_ids()) == ["v"]
    assert (log.get_served("r-u"), log.get_served("r-v")) == (None, b"")


def test_served_answers_keep_their_first_context(log: EventLog) -> None:
    log.put_served_batch([])
    log.put_served_batch([Served("r1", "u", b"one", 1.0), Served("r2", "u", b"\x00\xff", 2.0)])
    log.put_served("r1", "u", b"two", 3.0)
    assert log.get_served("r1") == b"one"
    assert log.get_served("r2") == b"\x00\xff"
    assert log.get_served("r3") is None


def test_old_and_too_many_served_answers_are_pruned(log: EventLog) -> None:
    log.put_served_batch([Served(f"r{n}", "u", b"", float(n)) for n in range(10)])
    assert log.prune_served(before=3.0, keep=100) == 3
    assert log.prune_served(before=0.0, keep=2) == 5
    assert [n for n in range(10) if log.get_served(f"r{n}") is not None] == [8, 9]
