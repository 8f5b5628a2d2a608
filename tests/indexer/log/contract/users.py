"""What every log does with users: profiles, and the rights to see all and to be forgotten."""

from __future__ import annotations

import json

from indexer.catalog.event import Event
from indexer.catalog.profile import Profile
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

    def test_several_profiles_are_put_at_once_and_the_later_of_one_user_stands(
        self, log: EventLog
    ) -> None:
        log.put_users([Profile("u", {"age": "30"}), Profile("v"), Profile("u", {}, "slow")])
        user = log.get_user("u")
        assert user is not None
        assert (user.attributes, user.taste, log.users_count()) == ({}, "slow", 2)

    def test_export_holds_everything_about_one_user(self, log: EventLog) -> None:
        log.put_user("u", {"likes": ("a",)}, "taste")
        log.append_events(
            [Event("u", "1", "like", None, 1.0, "e1"), Event("v", "1", "like", None, 1.0)]
        )
        log.put_served_batch(
            [
                Served("r1", "u", b"context", 5.0, '{"k": 1}'),
                Served("r2", "v", b"context", 5.0, "{}"),
            ]
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
                "recommendation_id": "",
                "position": None,
            }
        ]
        assert export["served"] == [{"recommendation_id": "r1", "created_at": 5.0}]
        assert export["impressions"] == [
            {"recommendation_id": "r1", "created_at": 5.0, "content": {"k": 1}}
        ]
        assert log.export_user("x") == {
            "user_id": "x",
            "profile": None,
            "events": [],
            "served": [],
            "impressions": [],
        }

    def test_a_deleted_user_is_gone_and_nobody_else(self, log: EventLog) -> None:
        for user in "uv":
            log.put_user(user, {}, "")
            log.append_events(
                [Event(user, "1", "like", None, 1.0), Event(user, "2", "like", None, 1.0)]
            )
            log.put_served_batch([Served(f"r-{user}", user, b"", 5.0, "{}")])
        assert log.delete_user("u") == {"events": 2, "profiles": 1, "served": 1, "impressions": 1}
        assert set(log.delete_user("u").values()) == {0}
        assert list(log.get_impressions(["r-u", "r-v"])) == ["r-v"]
        assert (log.users_count(), [s.event.user_id for s in log.user_events("v")]) == (
            1,
            ["v"] * 2,
        )
        assert (log.get_served("r-u"), log.get_served("r-v")) == (None, b"")

    def test_users_are_those_with_events_or_a_profile(self, log: EventLog) -> None:
        log.append_events([Event(user, "1", "view", None, 1.0) for user in "uw"])
        log.put_user("v", {}, "")
        log.put_user("w", {}, "")
        assert log.users_count() == 3
