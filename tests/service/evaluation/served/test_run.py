import numpy as np
import pytest

from indexer.catalog.item import Item
from indexer.stores.store import StoredItem
from service.errors import NoTrainedModel
from service.evaluation.served.dataset import Dataset
from service.evaluation.served.plan import PROTOCOLS, Plan
from service.evaluation.served.run import run_of
from service.ranker.data.interactions import Interactions

N_USERS, N_EVENTS = 20, 6


def dataset(n_users: int = N_USERS) -> Dataset:
    """Everybody meets items 0 to 5, one after the other."""
    table = Interactions.build(
        np.repeat(np.arange(n_users), N_EVENTS), np.tile(np.arange(N_EVENTS), n_users),
        np.tile(np.arange(N_EVENTS), n_users), n_users=n_users, n_items=N_EVENTS,
    )  # fmt: skip
    rows = [StoredItem(index, Item(f"i{index}", "a"), {}) for index in range(N_EVENTS)]
    text = np.zeros((N_EVENTS, 4), dtype=np.float32)
    return Dataset(rows, table, [f"u{user}" for user in range(n_users)], {0: "view"}, text)


def test_one_training_is_asked_in_rounds_in_which_the_same_people_are_known_better() -> None:
    run = run_of(Plan("cold-users", n_events=[3, 0]), dataset(), seed=0)
    asked = [case.user for case in run.rounds[0]]
    assert [[len(case.history) for case in cases] for cases in run.rounds] == [[0] * 4, [3] * 4]
    assert [case.user for case in run.rounds[1]] == asked
    assert not np.isin(run.train.user, asked).any()
    assert all(case.slices["events 3"].tolist() == [3, 4, 5] for case in run.rounds[1])


def test_one_length_of_history_needs_no_slice_of_its_own() -> None:
    (cases,) = run_of(Plan("cold-users", n_events=[3]), dataset(), seed=0).rounds
    assert not [label for case in cases for label in case.slices if label.startswith("events")]


def test_at_most_so_many_people_are_asked_the_same_for_the_same_seed() -> None:
    plan = Plan("leave-one-out", max_cases=5)
    users = [[case.user for case in run_of(plan, dataset(), seed).rounds[0]] for seed in (1, 1, 2)]
    assert len(users[0]) == 5
    assert users[0] == users[1] != users[2]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_without_events_there_is_nothing_to_ask(protocol: str) -> None:
    with pytest.raises(
        NoTrainedModel, match=f"protocol {protocol} finds nothing to ask in 0 events"
    ):
        run_of(Plan(protocol, source="a", target="a"), dataset(0), seed=0)
