"""Users in the tables: one that only did something is a user too."""

from __future__ import annotations

from indexer.catalog.event import Event
from indexer.log.sql.event_log import SqlEventLog


def test_texts_of_a_profile_are_kept_as_they_are() -> None:
    with SqlEventLog.open("sqlite://") as log:
        log.put_user("u", {"naïve": "慢", "many": ("é", "x")}, "né\n")
        log.append_events([Event("v", "1", "view", None, 1.0)])
        user = log.get_user("u")
        assert user is not None
        assert (user.attributes, user.taste) == ({"naïve": "慢", "many": ("é", "x")}, "né\n")
        assert log.users_count() == 2
