"""What every log does with users: profiles, and the rights to see all and to be forgotten."""

from __future__ import annotations

import json

from indexer.catalog.event import Event
from indexer.log.event_log import EventLog, Served


class UserRecordsContract:
    def test_a_profile_is_replaced_as_a_whole(self, log: EventLog) -> None:
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

    def test_export_holds_everything_about_one_user(self, log: EventLog) -> None:
        log.put_user("u", {"likes": ("a",)}, "taste")
        log.append_events(
            [Event("u", "1", "like", None, 1.0, "e1"), Event("v", "1", "like", None, 1.0)]
        )
        log.put_served_batch(
            [Served("r1", "u", b"context", 5.0), Served("r2", "v", b"context", 5.0)]
        )
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

    def test_users_are_those_with_events_or_a_profile(self, log: EventLog) -> None:
        log.append_events([Event(user, "1", "view", None, 1.0) for user in "uw"])
        log.put_user("v", {}, "")
        log.put_user("w", {}, "")
        assert log.users_count() == 3
