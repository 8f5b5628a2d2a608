"""What every log does with people who are deleted: they stay deleted, and nobody else is."""

from __future__ import annotations

import time

import pytest

from indexer.catalog.event import Event
from indexer.catalog.personalization import Personalization
from indexer.catalog.profile import Profile
from indexer.log.event_log import EventLog, Served
from indexer.log.tombstones import Tombstone, Tombstones, tombstone_name


def answer(name: str, user_id: str, asked_at: float) -> Served:
    return Served(name, user_id, b"context", asked_at, "{}")


class ErasureRecordsContract:
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

    def test_an_answer_that_was_under_way_when_its_person_was_deleted_is_not_kept(
        self, log: EventLog
    ) -> None:
        asked_at = time.time()
        log.append_events([Event("u", "1", "view", None, 1.0)])
        log.delete_user("u")
        log.put_served_batch([answer("late", "u", asked_at), answer("other", "v", asked_at)])
        assert (log.get_served("late"), log.get_served("other")) == (None, b"context")
        assert list(log.get_impressions(["late", "other"])) == ["other"]

    def test_a_call_that_comes_in_right_after_the_deletion_is_taken_for_one_under_way(
        self, log: EventLog
    ) -> None:
        log.delete_user("u")
        log.put_served_batch([answer("after", "u", time.time())])
        assert log.get_served("after") is None

    def test_who_comes_back_is_answered_and_kept_as_anybody(self, log: EventLog) -> None:
        before = time.time()
        log.delete_user("u")
        log.append_events([Event("u", "1", "view", None, 1.0)])
        log.put_served_batch([answer("before", "u", before), answer("after", "u", time.time())])
        assert (log.get_served("before"), log.get_served("after")) == (None, b"context")
        assert len(log.user_events("u")) == 1

    def test_a_tombstone_names_nobody_and_hides_what_came_before_it(self, log: EventLog) -> None:
        log.append_events([Event("long-id", str(n), "view", None, 1.0) for n in range(3)])
        before = time.time()
        log.delete_user("long-id")
        stones = log.tombstones()
        assert list(stones.by_person) == [tombstone_name(stones.key, "long-id")]
        assert "long-id" not in repr(stones.by_person) + stones.key
        assert stones.hides("events", {"user_id": "long-id", "seq": 3})
        assert stones.hides("served", {"user_id": "long-id", "created_at": before})
        assert not stones.hides("events", {"user_id": "long-id", "seq": 4})
        assert not stones.hides("users", {"user_id": "long-id", "updated_at": before + 3600})
        assert not stones.hides("events", {"user_id": "another", "seq": 1})
        assert not stones.hides("items", {"item_id": "long-id"})

    def test_tombstones_of_a_later_time_take_the_place_of_its_own(self, log: EventLog) -> None:
        log.delete_user("u")
        [own] = log.tombstones().by_person.values()
        later = Tombstone(own.person, own.erased_at + 9, 40)
        other = Tombstone("0" * 32, own.erased_at, 7)
        log.take_tombstones(Tombstones(log.tombstones().key, [later, other]))
        assert log.tombstones().by_person == {own.person: later, other.person: other}
        log.append_events([Event("u", "1", "view", None, 1.0)])
        assert log.user_events("u")[0].seq == 41

    def test_whether_any_tombstone_or_consent_changed_is_known_without_reading_them(
        self, log: EventLog
    ) -> None:
        seen = [log.withdrawals()]
        for guest in ("g", "h"):
            log.append_events([Event(guest, "1", "view", None, 1.0)])
        for change in (
            lambda: log.delete_user("u"),
            lambda: log.delete_user("u"),
            lambda: log.merge_users("g", "v", bytes),
            lambda: log.take_tombstones(log.tombstones()),
            lambda: log.put_consent("v", Personalization.CONTEXTUAL),
            lambda: log.put_users([Profile("v", {}, "", Personalization.FULL)]),
        ):
            change()
            seen.append(log.withdrawals())
        assert len(set(seen)) == len(seen)
        log.merge_users("nobody", "v", bytes)
        log.put_user("v", {}, "quiet")
        log.append_events([Event("v", "2", "view", None, 1.0)])
        assert log.withdrawals() == seen[-1]

    def test_who_was_deleted_and_has_nothing_to_merge_stays_deleted(self, log: EventLog) -> None:
        log.append_events([Event("u", "1", "view", None, 1.0)])
        log.delete_user("u")
        before = log.tombstones().by_person
        assert set(log.merge_users("u", "v", bytes).values()) == {0}
        assert log.tombstones().by_person == before
        assert log.tombstones().hides("events", {"user_id": "u", "seq": 1})

    def test_who_was_deleted_and_came_back_as_a_guest_who_signs_in_stays_deleted(
        self, log: EventLog
    ) -> None:
        before, since = {"user_id": "g", "seq": 1}, {"user_id": "g", "seq": 2}
        log.append_events([Event("g", "1", "view", None, 1.0)])
        log.delete_user("g")
        log.append_events([Event("g", "2", "view", None, 2.0)])
        assert log.merge_users("g", "ann", bytes)["events"] == 1
        stones = log.tombstones()
        assert (stones.hides("events", before), stones.hides("events", since)) == (True, False)
        log.put_served_batch([answer("under way", "g", time.time())])
        assert log.get_served("under way") is None
        log.delete_user("ann")
        assert log.tombstones().hides("events", since)
        assert log.tombstones().hides("events", before)

    def test_there_is_nothing_to_wipe_after_wiping(self, log: EventLog) -> None:
        assert not log.to_wipe()
        log.append_events([Event("u", "1", "view", None, 1.0)])
        log.delete_user("u")
        log.delete_events("u")
        assert log.wipe()
        assert not log.to_wipe()

    def test_a_guest_becomes_the_user_with_everything_and_is_gone(self, log: EventLog) -> None:
        log.append_events([Event(user, item, "view", None, at) for user, item, at in VISITS])
        log.put_user("guest", {"city": "Oslo", "age": 30.0}, "slow films")
        log.put_user("ann", {"city": "Rome"}, "")
        log.put_served_batch([answer("r1", "guest", 5.0), answer("r2", "ann", 5.0)])
        merged = log.merge_users("guest", "ann", lambda context: context + b" of ann")
        assert merged == {"events": 2, "profiles": 1, "served": 1, "impressions": 1}
        assert [one.event.item_id for one in log.user_events("ann")] == ["1", "2", "3"]
        profile = log.get_user("ann")
        assert profile is not None
        assert (profile.attributes, profile.taste) == ({"city": "Rome", "age": 30.0}, "slow films")
        assert [(one.recommendation_id, one.context) for one in log.served_to("ann")] == [
            ("r1", b"context of ann"),
            ("r2", b"context"),
        ]
        assert log.get_user("guest") is None
        assert log.user_events("guest") == []
        assert log.damage() == []  # the checksums are of the rows as they are now
        again = log.merge_users("guest", "ann", lambda context: b"")
        assert set(again.values()) == {0}
        assert log.append_events([Event("guest", "1", "view", None, 1.0)]) == [False]

    def test_a_guest_without_anybody_to_meet_keeps_the_profile(self, log: EventLog) -> None:
        log.put_user("guest", {"likes": ("a", "b")}, "slow")
        log.merge_users("guest", "new", bytes)
        profile = log.get_user("new")
        assert profile is not None
        assert (profile.attributes, profile.taste) == ({"likes": ("a", "b")}, "slow")

    @pytest.mark.parametrize("of_guest", [None, *Personalization])
    @pytest.mark.parametrize("of_user", [None, *Personalization])
    def test_of_two_consents_the_stricter_stands(
        self, log: EventLog, of_guest: Personalization | None, of_user: Personalization | None
    ) -> None:
        said = {"guest": of_guest, "ann": of_user}
        for user, consent in said.items():
            if consent is not None:
                log.put_consent(user, consent)
        log.put_served_batch([answer("r1", "guest", 5.0)])
        log.merge_users("guest", "ann", bytes)
        user = log.get_user("ann")
        stricter = [one for one in reversed(Personalization) if one in said.values()]
        assert (None if user is None else user.consent) is next(iter(stricter), None)
        is_restricted = user is not None and user.is_restricted
        assert (log.get_served("r1") is None) == is_restricted

    def test_a_guest_goes_with_the_user_that_it_became(self, log: EventLog) -> None:
        """Else a restore of before the sign-in would bring back what a deleted user did as a
        guest."""
        row = {"user_id": "guest", "seq": 1}
        log.append_events([Event("guest", "1", "view", None, 1.0)])
        log.merge_users("guest", "ann", bytes)
        log.merge_users("ann", "ben", bytes)
        assert not log.tombstones().hides("events", row)
        log.delete_user("ben")
        assert log.tombstones().hides("events", row)


VISITS = [("guest", "1", 1.0), ("ann", "2", 2.0), ("guest", "3", 3.0)]
