"""What a ranker is made from: the log and the store as arrays, of the events that train."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.event import Event, EventKind, EventPolicy
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.models.features import Vocabulary
from service.models.training_data import (
    TrainingData,
    event_types_of,
    event_weights,
    read_interactions,
)
from service.ranker.data.interactions import Interactions
from service.serving.user_states import UserStates
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace
from tests.service.world import filled, items, opened, settings

POLICY = EventPolicy(
    kinds={
        "click": EventKind(0.2, seen=False, trains=True),
        "return": EventKind(-0.5, seen=True, trains=True),
        "skip": EventKind(-0.1, seen=False, trains=False),
    }
)


@pytest.fixture
def log() -> Iterator[EventLog]:
    """Items a, b, c; b is deleted. Six events, two of which train nothing here."""
    with open_event_log("sqlite://") as log:
        log.put_items([Item("a"), Item("b"), Item("c")])
        log.delete_items(["b"])
        log.append_events(
            [
                Event("ann", "c", "click", None, 3.0),
                Event("bo", "a", "return", 2.5, 1.0),
                Event("ann", "b", "click", None, 1.0),
                Event("ann", "a", "skip", None, 1.0),
                Event("ann", "a", "click", None, 2.0),
                Event("cy", "unheard", "click", None, 1.0),
            ]
        )
        yield log


def test_events_that_train_on_items_there_are_become_a_table(log: EventLog) -> None:
    table, users = read_interactions(log, POLICY, {"click": 1}, n_items=3)
    assert users == ["ann", "bo"]
    assert table.user.tolist() == [0, 0, 1]
    assert table.item.tolist() == [0, 2, 0]
    assert table.timestamp.tolist() == [2.0, 3.0, 1.0]
    assert table.event_type.tolist() == [1, 1, 0]  # a type without a code is any other
    np.testing.assert_array_equal(table.value, np.float32([np.nan, np.nan, 2.5]))
    assert (table.n_users, table.n_items) == (2, 3)


def test_a_table_may_begin_after_an_event_and_end_before_an_item(log: EventLog) -> None:
    table, users = read_interactions(log, POLICY, {}, n_items=3, after_seq=2)
    assert (users, table.item.tolist()) == (["ann"], [0])
    table, users = read_interactions(log, POLICY, {}, n_items=1)
    assert (sorted(users), table.item.tolist()) == (["ann", "bo"], [0, 0])


def test_a_log_in_which_nothing_trains_is_an_empty_table(log: EventLog) -> None:
    table, users = read_interactions(log, POLICY, {}, n_items=3, after_seq=log.last_seq())
    assert (len(table), table.n_items, users) == (0, 3, [])


def test_event_types_are_those_of_the_log_whether_or_not_they_train(log: EventLog) -> None:
    assert event_types_of(log) == ["click", "return", "skip"]


def test_events_count_by_the_size_of_their_weight_and_types_unknown_to_the_table_in_full() -> None:
    weights = event_weights(POLICY, {"click": 1, "return": 2, "gift": 3})
    assert weights.tolist() == pytest.approx([1.0, 0.2, 0.5, 1.0])
    assert event_weights(POLICY, {}).tolist() == [1.0]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The small world without i3: 39 of 40 indices."""
    folder = tmp_path_factory.mktemp("data")
    recommender = filled(folder)
    recommender.delete_items(["i3"])
    recommender.close()
    opened = Workspace.open(settings(folder))
    yield opened
    opened.close()


def ids_of(workspace: Workspace) -> ItemIds:
    return ItemIds(workspace.log.item_indices())


def test_for_a_new_model_the_vocabulary_is_that_of_the_catalogue(workspace: Workspace) -> None:
    data = TrainingData.read(workspace, ids_of(workspace))
    assert data.item_ids == [f"i{index}" if index != 3 else "" for index in range(40)]
    assert data.n_present == 39
    assert dict(data.vocabulary.domains) == {"books": 1, "films": 2}
    assert dict(data.vocabulary.event_types) == {"rating": 1}
    assert data.event_weights.shape == (2,)
    assert data.features.n_items == data.interactions.n_items == 40
    assert np.flatnonzero(~data.features.live).tolist() == [3]
    assert 3 not in data.interactions.item
    assert (data.last_seq, dict(data.alignments)) == (240, {})


def test_for_a_model_there_is_its_own_vocabulary_codes_and_later_items_are_left_out(
    workspace: Workspace,
) -> None:
    own = Vocabulary({"category:space": 0}, {"films": 1}, {"rating": 4})
    data = TrainingData.read_coded(workspace, ids_of(workspace), own, {}, n_items=10)
    assert data.vocabulary is own
    assert data.item_ids == [f"i{index}" if index != 3 else "" for index in range(10)]
    assert (data.features.n_items, data.features.n_tags) == (10, 1)
    assert set(data.interactions.event_type.tolist()) == {4}
    assert data.interactions.item.max() < 10


def test_an_item_that_came_into_the_store_meanwhile_is_left_to_the_next_reading(
    workspace: Workspace,
) -> None:
    before = ids_of(workspace)
    before.remove("i39")
    data = TrainingData.read(workspace, before)
    assert data.features.n_items == len(data.item_ids) == 39
    assert data.interactions.item.max() < 39


def test_the_newest_are_as_many_of_everybodys_as_happened_since(workspace: Workspace) -> None:
    """Users are numbered as they are met, so the two tables number them differently."""
    data = TrainingData.read(workspace, ids_of(workspace))
    since = Interactions.build([0, 1, 1], [5, 6, 8], n_users=2, n_items=40)
    newest = data.newest(since, ["u7", "u2"])
    assert newest.sum() == 3
    from_end = data.interactions.positions_from_end()[newest]
    users = [data.user_ids[user] for user in data.interactions.user[newest].tolist()]
    assert sorted(zip(users, from_end.tolist(), strict=True)) == [("u2", 0), ("u2", 1), ("u7", 0)]


def test_an_empty_folder_is_empty_data(tmp_path: Path) -> None:
    empty = Workspace.open(settings(tmp_path))
    data = TrainingData.read(empty, ids_of(empty))
    empty.close()
    assert (data.n_present, len(data.interactions), data.last_seq) == (0, 0, 0)


def test_what_was_disliked_is_what_a_served_history_says(tmp_path: Path) -> None:
    """People rate by habits of their own: a 3 is a liking of one and none of another."""
    rng = np.random.default_rng(0)
    recommender = opened(tmp_path)
    recommender.index_items(items(40), {})
    usual = rng.uniform(2, 4.5, 30)
    recommender.record_events(
        [
            Event(f"u{user}", f"i{item}", "rating", float(np.clip(rating, 1, 5)), float(item))
            for user in range(30)
            for item in range(12)
            for rating in [np.round(rng.normal(usual[user], 1))]
        ]
        + [Event("u1", "i20", "view", None, 30.0), Event("u1", "i21", "rating", None, 31.0)]
    )
    data = TrainingData.read(recommender.workspace, recommender.ids)
    table, bounds = data.interactions, data.interactions.by_user()
    assert 0.2 < table.liked.mean() < 0.8
    states = UserStates(
        recommender.workspace.log,
        recommender.workspace.store,
        recommender.ids,
        recommender.liking,
        only_writer=False,
    )
    for user, user_id in enumerate(data.user_ids):
        past = states.state(user_id).past
        events = slice(bounds[user], bounds[user + 1])
        np.testing.assert_array_equal(table.item[events], past.items)
        np.testing.assert_array_equal(table.liked[events], ~past.disliked)
    recommender.close()
