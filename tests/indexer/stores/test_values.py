"""Between our values and those of the engines."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.stores.values import (
    PART,
    check_vector,
    check_vectors,
    parts,
    to_arrays,
    to_ids,
    to_lists,
    to_rows,
)


def test_parts_are_of_one_size_but_the_last_and_leave_nothing_out() -> None:
    found = list(parts(range(2 * PART + 1)))
    assert [len(part) for part in found] == [PART, PART, 1]
    assert [entry for part in found for entry in part] == list(range(2 * PART + 1))
    assert list(parts([])) == []


@pytest.mark.parametrize(
    "given", [[3, 1], (3, 1), np.array([3, 1], dtype=np.int32), range(3, 0, -2)]
)
def test_ids_are_plain_integers_in_their_order(given: list[int]) -> None:
    ids = to_ids(given)
    assert ids == [3, 1]
    assert all(type(one) is int for one in ids)


def test_vectors_go_out_as_lists_and_come_back_as_arrays() -> None:
    vectors = {"text": np.array([0.5, -1.0], dtype=np.float32)}
    lists = to_lists(vectors)
    assert lists == {"text": [0.5, -1.0]}
    back = to_arrays(lists)
    assert back["text"].dtype == np.float32
    np.testing.assert_array_equal(back["text"], vectors["text"])


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_record_without_vectors_has_none(nothing: object) -> None:
    assert to_arrays(nothing) == {}


def test_rows_come_in_the_order_they_were_wanted_and_what_is_missing_is_left_out() -> None:
    found = {index: np.full(2, index, dtype=np.float32) for index in (1, 5, 9)}
    order, rows = to_rows([9, 4, 1], found, 2)
    assert order.tolist() == [9, 1]
    assert rows.tolist() == [[9.0, 9.0], [1.0, 1.0]]


def test_no_rows_still_have_their_width() -> None:
    order, rows = to_rows([4], {}, 3)
    assert (order.shape, rows.shape, rows.dtype) == ((0,), (0, 3), np.float32)


WIDTHS = {"text": 2, "image": 3}


def test_a_sound_vector_passes() -> None:
    check_vectors({"text": np.ones(2, np.float32), "image": np.zeros(3, np.float32)}, WIDTHS)
    check_vector("text", np.ones((5, 2), np.float32), WIDTHS)


@pytest.mark.parametrize(
    ("name", "vector", "why"),
    [
        ("audio", [1.0, 0.0], r"there is no vector 'audio', only \['image', 'text'\]"),
        ("text", [1.0, 0.0, 0.0], "vector 'text' is 2 wide, not 3"),
        ("text", [np.nan, 0.0], "vector 'text' holds NaN or infinity"),
        ("text", [np.inf, 0.0], "vector 'text' holds NaN or infinity"),
    ],
)
def test_a_vector_that_the_engine_would_half_apply_is_refused_before(
    name: str, vector: list[float], why: str
) -> None:
    with pytest.raises(AssertionError, match=why):
        check_vectors({name: np.array(vector, dtype=np.float32)}, WIDTHS)
