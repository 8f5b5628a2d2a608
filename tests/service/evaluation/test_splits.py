import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.evaluation.splits import (
    Split,
    cold_items,
    cold_users,
    cross_domain,
    global_time,
    leave_one_out,
)
from service.ranker.data.interactions import Interactions

DOMAINS = ("book", "book", "book", "book", "film", "film")


def log() -> Interactions:
    """User 0 reads and watches, user 1 reads, user 2 has a single event; item 5 is met once."""
    return Interactions.build(
        user=[0, 0, 0, 0, 0, 1, 1, 1, 2],
        item=[0, 1, 2, 4, 5, 1, 0, 3, 0],
        timestamp=[10, 11, 12, 13, 14, 11, 15, 16, 12],
        value=[1, 2, 3, 4, 5, 6, 7, 8, 9],
    )


def random_log(seed: int) -> Interactions:
    rng = np.random.default_rng(seed)
    return Interactions.build(
        rng.integers(8, size=80), rng.integers(12, size=80), rng.integers(30, size=80), n_items=12
    )


def pairs(table: Interactions) -> set[tuple[int, int]]:
    return set(zip(table.user.tolist(), table.item.tolist(), strict=True))


def test_leave_one_out_asks_for_the_last_event_and_shows_the_rest() -> None:
    split = leave_one_out(log())
    assert pairs(split.train) == {(0, 0), (0, 1), (0, 2), (0, 4), (1, 1), (1, 0), (2, 0)}
    assert [(c.user, c.history.tolist(), c.relevant.tolist()) for c in split.cases] == [
        (0, [0, 1, 2, 4], [5]),
        (1, [1, 0], [3]),
    ]
    assert [case.timestamp for case in split.cases] == [14, 16]
    assert split.cases[0].history_times.tolist() == [10, 11, 12, 13]
    assert split.cases[0].history_values.tolist() == [1, 2, 3, 4]


def test_events_of_one_instant_are_left_out_in_order_of_arrival() -> None:
    split = leave_one_out(Interactions.build([0, 0, 0], [2, 1, 0], [5, 5, 5]))
    assert split.cases[0].relevant.tolist() == [0]


def test_cases_know_their_slices() -> None:
    case = leave_one_out(log(), domains=DOMAINS).cases[0]
    assert {label: items.tolist() for label, items in case.slices.items()} == {
        "all": [5],
        "cold_item": [5],  # nobody met it in training
        "history 1-4": [5],
        "domain film": [5],
    }


@pytest.mark.parametrize("every_cold_event", [True, False])
def test_cold_items_have_no_training_event_and_stand_in_no_history(every_cold_event: bool) -> None:
    split = cold_items(random_log(0), share=0.25, seed=3, every_cold_event=every_cold_event)
    assert len(split.cold) == 3
    assert not np.isin(split.train.item, split.cold).any()
    assert sum("cold_item" in case.slices for case in split.cases) >= 1
    for case in split.cases:
        assert not np.isin(case.history, split.cold).any()
        assert set(case.slices.get("cold_item", [])) == set(case.relevant) & set(split.cold)


def test_the_warm_slice_asks_for_the_last_event_and_the_cold_one_for_any_cold_event() -> None:
    table = Interactions.build(
        [0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 2, 3, 0, 2, 1, 3], np.arange(8), n_items=4
    )
    split = next(
        s
        for s in (cold_items(table, share=0.25, seed=n) for n in range(99))
        if s.cold.tolist() == [2]
    )
    assert [(c.history.tolist(), c.relevant.tolist(), c.timestamp) for c in split.cases] == [
        ([0, 1], [2, 3], 3.0),
        ([0, 1], [2, 3], 7.0),
    ]
    assert pairs(split.train) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_another_seed_chooses_other_cold_items_and_the_same_seed_the_same() -> None:
    chosen = [cold_items(random_log(0), share=0.25, seed=seed).cold.tolist() for seed in (0, 0, 1)]
    assert chosen[0] == chosen[1] != chosen[2]


def test_global_time_divides_past_from_future() -> None:
    split = global_time(log(), at=13)
    assert split.train.timestamp.max() == 12
    assert [(c.user, c.history.tolist(), c.relevant.tolist()) for c in split.cases] == [
        (0, [0, 1, 2], [4, 5]),
        (1, [1], [0, 3]),
    ]
    assert {case.timestamp for case in split.cases} == {13}
    warm = split.cases[1].slices
    assert (warm["warm"].tolist(), warm["cold_item"].tolist()) == ([0], [3])


def test_global_time_by_share_keeps_about_that_share_for_later() -> None:
    table = Interactions.build(np.zeros(100), np.arange(100), np.arange(100))
    assert len(global_time(table, share=0.1).train) == 90


def test_a_user_without_a_past_is_a_cold_user() -> None:
    case = global_time(log(), at=12).cases[-1]
    assert (case.user, case.history.tolist()) == (2, [])
    assert case.slices["cold_user"].tolist() == [0]
    assert "history 0" in case.slices


def test_what_was_seen_is_not_asked_for_again() -> None:
    repeat = Interactions.build([0, 0, 0], [1, 2, 1], [1, 2, 3], n_items=3)
    assert leave_one_out(repeat).cases == ()


def test_cold_users_are_unknown_to_training_and_show_their_first_events() -> None:
    split = cold_users(log(), n_events=2, share=0.5, seed=0)
    assert len(split.cases) == 1  # two users have more than two events
    case = split.cases[0]
    assert case.user not in split.train.user
    whole = log().history(case.user)
    assert case.history.tolist() == whole[:2].tolist()
    assert case.relevant.tolist() == sorted(whole[2:].tolist())
    assert "cold_user" in case.slices


def test_cold_users_are_the_same_however_few_of_their_events_are_seen() -> None:
    table = Interactions.build(
        np.repeat(np.arange(30), 6), np.tile(np.arange(6), 30), np.tile(np.arange(6), 30)
    )
    few, many = (cold_users(table, n_events=n, longer_than=4, seed=1) for n in (1, 4))
    assert [case.user for case in few.cases] == [case.user for case in many.cases]
    assert pairs(few.train) == pairs(many.train)
    assert [case.history.tolist() for case in few.cases] == [[0]] * 6
    assert [case.relevant.tolist() for case in many.cases] == [[4, 5]] * 6


def test_cold_users_may_show_nothing_at_all() -> None:
    split = cold_users(log(), n_events=0, share=1.0)
    assert len(split.train) == 0
    assert [case.history.tolist() for case in split.cases] == [[], [], []]


def test_cross_domain_hides_the_target_of_users_known_in_the_source() -> None:
    split = cross_domain(
        log(), domains=DOMAINS, source="book", target="film", min_source=3, share=1.0
    )
    assert [(c.user, c.history.tolist(), c.relevant.tolist(), c.domain) for c in split.cases] == [
        (0, [0, 1, 2], [4, 5], "film")
    ]
    assert pairs(log()) - pairs(split.train) == {(0, 4), (0, 5)}
    assert "cold_user" not in split.cases[0].slices


def test_a_share_outside_its_range_is_named() -> None:
    with pytest.raises(ValueError, match="share must lie between 0 and 1, both excluded, found 1"):
        cold_items(log(), share=1.0)


def every_split(table: Interactions) -> list[Split]:
    domains = ["a"] * 6 + ["b"] * 6
    return [
        leave_one_out(table),
        cold_items(table, share=0.3),
        global_time(table, share=0.3),
        cold_users(table, n_events=3, share=0.5),
        cross_domain(table, domains=domains, source="a", target="b", min_source=1),
    ]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_no_split_shows_or_trains_on_what_it_asks_for(seed: int) -> None:
    table = random_log(seed)
    for split in every_split(table):
        trained = pairs(split.train)
        for case in split.cases:
            asked = set(case.relevant.tolist())
            assert asked
            assert not asked & set(case.history.tolist())
            assert (
                split.name == "cross-domain" or not {(case.user, item) for item in asked} & trained
            )
            assert asked == set(case.slices.get("warm", [])) | set(case.slices.get("cold_item", []))
            assert {(case.user, item) for item in case.history.tolist()} <= pairs(table)
            assert (np.diff(case.history_times) >= 0).all()
