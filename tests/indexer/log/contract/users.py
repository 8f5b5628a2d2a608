"""What every log does with users: profiles, and the rights to see all and to be forgotten."""

from __future__ import annotations

import pytest

from indexer.catalog.event import Event
from indexer.catalog.personalization import Personalization
from indexer.catalog.profile import Profile
from indexer.log.event_log import EventLog, Served

CONTEXTUAL = Personalization.CONTEXTUAL


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

    def test_a_consent_stands_beside_the_profile_until_it_is_said_again(
        self, log: EventLog
    ) -> None:
        log.put_user("u", {"age": 30.0}, "slow films")
        log.put_consent("u", CONTEXTUAL)
        log.put_user("u", {"age": 31.0}, "")
        user = log.get_user("u")
        assert user is not None
        assert (user.consent, user.is_restricted, user.attributes) == (
            CONTEXTUAL,
            True,
            {"age": 31.0},
        )
        log.put_consent("u", Personalization.FULL)
        user = log.get_user("u")
        assert user is not None
        assert user.consent_at is not None
        assert (user.consent, user.is_restricted, user.attributes) == (
            Personalization.FULL,
            False,
            {"age": 31.0},
        )

    @pytest.mark.parametrize("consent", [CONTEXTUAL, Personalization.NON_PROFILED])
    def test_who_is_restricted_did_nothing_as_far_as_it_is_used(
        self, log: EventLog, consent: Personalization
    ) -> None:
        log.append_events([Event(user, "1", "rating", 4.0, 1.0) for user in "uvw"])
        log.put_consent("u", consent)
        log.put_consent("v", Personalization.FULL)
        assert log.restricted(["u", "v", "w", "x"]) == {"u"}
        assert [list(batch.user_id) for batch in log.read_events()] == [["v", "w"]]
        assert (log.count_events(), log.count_ratings("rating").by_value) == (2, {4.0: 2})
        assert log.user_events("u") == []
        assert len(log.user_events("v")) == 1
        assert [one.event.user_id for one in log.recorded_events("u")] == ["u"]
        log.put_consent("u", Personalization.FULL)
        assert (log.count_events(), len(log.user_events("u"))) == (3, 1)

    def test_all_who_refuse_are_told_by_id(self, log: EventLog) -> None:
        assert log.refusals() == []
        log.put_consent("w", CONTEXTUAL)
        log.put_users([Profile("u", {"age": 3.0}, "", Personalization.NON_PROFILED)])
        log.put_consent("v", Personalization.FULL)
        assert log.refusals() == [log.get_user("u"), log.get_user("w")]

    def test_what_answers_to_the_restricted_rested_on_is_not_kept(self, log: EventLog) -> None:
        def answer(name: str) -> Served:
            return Served(name, "u", b"history", 5.0, "{}")

        log.put_served_batch([answer("before")])
        log.put_consent("u", CONTEXTUAL)
        log.put_served_batch([answer("under way"), Served("later", "", b"", 5.0, "{}")])
        assert log.get_served("before") is None
        assert log.get_served("under way") is None
        assert log.get_served("later") == b""
        assert set(log.get_impressions(["before", "under way", "later"])) == {"before", "later"}
