"""What every log does with users: profiles, and the rights to see all and to be forgotten."""

from __future__ import annotations

from indexer.catalog.event import Event
from indexer.catalog.profile import Profile
from indexer.log.event_log import EventLog


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

    def test_users_are_those_with_events_or_a_profile(self, log: EventLog) -> None:
        log.append_events([Event(user, "1", "view", None, 1.0) for user in "uw"])
        log.put_user("v", {}, "")
        log.put_user("w", {}, "")
        assert log.users_count() == 3
