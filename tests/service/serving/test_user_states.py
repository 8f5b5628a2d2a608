"""What is known of a user: read once, and anew after every change."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from indexer.catalog.event import Event, EventPolicy
from service.recommender import Recommender
from service.serving.user_states import PROFILE_DECAY, UserStates, taste_vectors
from service.storage.liking import Liking
from tests.service.world import NOW, events


class CountingLog:
    """The log, and how often each user was read."""

    def __init__(self, log: Any) -> None:
        self._log, self.read = log, Counter[str]()

    def user_events(self, user_id: str, **more: Any) -> Any:
        self.read[user_id] += 1
        return self._log.user_events(user_id, **more)

    def get_user(self, user_id: str) -> Any:
        return self._log.get_user(user_id)


def states(palate: Recommender, log: Any, *, only_writer: bool = True) -> UserStates:
    workspace = palate.workspace
    return UserStates(log, workspace.store, palate.ids, palate.liking, only_writer=only_writer)


@pytest.fixture
def log(palate: Recommender) -> CountingLog:
    return CountingLog(palate.workspace.log)


def test_a_user_is_read_once_until_forgotten(palate: Recommender, log: CountingLog) -> None:
    users = states(palate, log)
    assert users.state("u0") is users.state("u0")
    users.forget(["u1"])
    users.state("u0")
    assert log.read["u0"] == 1
    users.forget(["u0"])
    users.state("u0")
    users.forget()
    users.state("u0")
    assert log.read["u0"] == 3


def test_nothing_is_remembered_where_others_write_too(
    palate: Recommender, log: CountingLog
) -> None:
    users = states(palate, log, only_writer=False)
    users.state("u0")
    users.state("u0")
    assert log.read["u0"] == 2


def test_an_unknown_user_has_no_events(palate: Recommender, log: CountingLog) -> None:
    state = states(palate, log).state("nobody")
    assert (state.n_events, len(state.past.items), state.seen.tolist()) == (0, 0, [])
    assert (state.profile, dict(state.taste_vectors)) == (None, {})


def test_a_dislike_is_seen_and_is_no_behaviour(palate: Recommender, log: CountingLog) -> None:
    palate.record_events([Event("sulker", "i8", "dislike", None, NOW, None)])
    state = states(palate, log).state("sulker")
    assert (state.n_events, state.seen.tolist(), len(state.past.items)) == (1, [8], 0)


def test_the_newest_liked_items_weigh_most_in_a_taste(palate: Recommender) -> None:
    store = palate.workspace.store
    liked = np.array([0, 2], dtype=np.int64)
    _, vectors = store.vectors("text", liked)
    mean = PROFILE_DECAY * vectors[0] + vectors[1]
    found = taste_vectors(store, liked)["text"]
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-5)
    assert taste_vectors(store, liked[:0]) == {}


def test_events_keep_their_order_types_and_values(palate: Recommender, log: CountingLog) -> None:
    past = states(palate, log).state("u3").past
    own = [event for event in events() if event.user_id == "u3"]
    assert past.items.tolist() == [int(event.item_id[1:]) for event in own]
    assert list(past.event_types) == ["rating"] * len(own)
    assert list(past.values) == [5.0] * len(own)
    later = past.then_viewed(np.array([39]), NOW)
    assert later.newest(2, n_items=40).items.tolist() == [past.items[-1], 39]
    assert later.newest(2, n_items=39).items.tolist() == past.items[-2:].tolist()


def test_a_rating_that_says_neither_is_neither_liked_nor_disliked(palate: Recommender) -> None:
    """Of u0, who gave everything a 5 so far, as everybody did."""
    palate.record_events([Event("u0", "i1", "rating", value, NOW + 9_000) for value in (4.0, 1.0)])
    past = palate.ranking.contexts.states.state("u0").past
    assert list(past.values)[-2:] == [4.0, 1.0]
    assert past.liked.tolist()[-3:] == [True, False, False]
    assert past.disliked.tolist()[-3:] == [False, False, True]


def test_all_are_read_anew_when_the_habits_of_the_log_have_been_counted_again(
    palate: Recommender, log: CountingLog
) -> None:
    liking = Liking(EventPolicy(), palate.workspace.log)  # of its own: others read palate's
    users = UserStates(log, palate.workspace.store, palate.ids, liking, only_writer=True)
    users.state("u0")
    n_new = liking.habits.n
    liking.observe([Event("x", str(n), "rating", 1.0, NOW) for n in range(n_new)])
    users.state("u0")
    users.state("u0")
    assert log.read["u0"] == 2


def test_taste_vectors_are_others_where_the_same_events_are_liked_otherwise(
    palate: Recommender,
) -> None:
    """As after the operator set where liking begins, or the habits of the log became others."""
    workspace = palate.workspace
    palate.record_events([Event("u2", f"i{n}", "rating", 1.0, NOW + 9_000) for n in (1, 3)])

    def made(policy: EventPolicy) -> Any:
        liking = Liking(policy, workspace.log)
        users = UserStates(workspace.log, workspace.store, palate.ids, liking, only_writer=False)
        return users.state("u2").taste_vectors["text"]

    found, everything = made(EventPolicy()), made(EventPolicy(rating_negative_below=0.0))
    assert not np.allclose(found, everything)
