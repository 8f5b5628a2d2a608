import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ranker.data.interactions import Interactions


def small() -> Interactions:
    return Interactions.build(
        user=[1, 0, 1, 1, 0],
        item=[3, 0, 2, 3, 1],
        timestamp=[5, 9, 5, 1, 2],
        value=[1, 2, 3, 4, 5],
        n_users=3,
        n_items=5,
    )


def test_events_are_sorted_by_user_time_and_order_of_arrival() -> None:
    table = small()
    assert table.user.tolist() == [0, 0, 1, 1, 1]
    assert table.item.tolist() == [1, 0, 3, 3, 2]  # at time 5 user 1 met item 3 before item 2
    assert table.value.tolist() == [5, 2, 4, 1, 3]


def test_every_user_has_a_row_even_without_events() -> None:
    assert small().by_user().tolist() == [0, 2, 5, 5]
    assert [history.tolist() for history in small().histories()] == [[1, 0], [3, 3, 2], []]
    assert small().history(2).tolist() == []


def test_user_items_is_binary_however_often_they_met() -> None:
    assert small().user_items().toarray().tolist() == [
        [1, 1, 0, 0, 0],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 0, 0],
    ]
    assert small().item_counts().tolist() == [1, 1, 1, 2, 0]


def test_positions_count_from_either_end() -> None:
    assert small().positions().tolist() == [0, 1, 0, 1, 2]
    assert small().positions_from_end().tolist() == [1, 0, 2, 1, 0]


def test_selection_keeps_counts_and_order() -> None:
    kept = small().select(small().item != 3)
    assert (kept.item.tolist(), kept.n_users, kept.n_items) == ([1, 0, 2], 3, 5)


def test_an_index_out_of_range_is_named() -> None:
    with pytest.raises(ValueError, match=r"item indices must lie in 0\.\.4, found 0\.\.7"):
        Interactions.build([0, 0], [0, 7], n_items=5)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"differ in length: \[1, 2\]"):
        Interactions.build([0, 0], [0])


def test_an_empty_table_is_a_table() -> None:
    empty = Interactions.build([], [], n_users=2, n_items=3)
    assert len(empty) == 0
    assert empty.by_user().tolist() == [0, 0, 0]
    assert empty.user_items().shape == (2, 3)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 3)), max_size=40))
def test_two_selections_that_share_nothing_make_the_whole(
    events: list[tuple[int, int, int]],
) -> None:
    users, items, times = ([event[column] for event in events] for column in range(3))
    table = Interactions.build(users, items, times, n_users=5, n_items=7)
    first, rest = table.select(table.positions() < 2), table.select(table.positions() >= 2)
    assert len(first) + len(rest) == len(events)
    assert first.positions().tolist() == [p for p in table.positions().tolist() if p < 2]
    assert np.all(
        np.diff(table.by_user()) == np.bincount(users, minlength=5)[:5] if users else True
    )
