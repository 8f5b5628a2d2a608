"""Between our values and the engines': parts, ids, vectors, and what is asserted before an engine
sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from indexer.stores.store import UserPoint
from indexer.stores.values import (
    PART,
    check_vector,
    check_vectors,
    parts,
    to_arrays,
    to_ids,
    to_lists,
    to_rows,
    user_payload,
)


def test_a_batch_is_cut_into_parts_in_order() -> None:
    entries = list(range(2 * PART + 1))
    cut = list(parts(entries))
    assert [len(part) for part in cut] == [PART, PART, 1]
    assert sum(cut, []) == entries  # noqa: RUF017
    assert list(parts([])) == []


def test_ids_are_plain_integers() -> None:
    for given in ([1, 2], (1, 2), np.array([1, 2], dtype=np.int32)):
        ids = to_ids(given)
        assert ids == [1, 2]
        assert {type(one) for one in ids} == {int}


def test_vectors_go_out_as_lists_and_come_back_as_float32() -> None:
    lists = to_lists({"text": np.array([0.5, 1.0], np.float32)})
    assert lists == {"text": [0.5, 1.0]}
    back = to_arrays(lists)["text"]
    assert (back.tolist(), back.dtype) == ([0.5, 1.0], np.float32)
    nothing: Any
    for nothing in (None, {}):
        assert to_arrays(nothing) == {}


def test_what_was_found_comes_in_the_order_asked_for() -> None:
    found = {2: np.array([2.0], np.float32), 1: np.array([1.0], np.float32)}
    indices, rows = to_rows([1, 9, 2], found, 1)
    assert (indices.tolist(), rows.tolist()) == ([1, 2], [[1.0], [2.0]])
    indices, rows = to_rows([9], {}, 3)
    assert (indices.tolist(), rows.shape, rows.dtype) == ([], (0, 3), np.float32)


@pytest.mark.parametrize(
    ("name", "vector", "why"),
    [
        ("sound", [1.0, 0.0], "there is no vector 'sound', only"),
        ("text", [1.0], "'text' is 2 wide, not 1"),
        ("text", [1.0, np.nan], "holds NaN or infinity"),
    ],
)
def test_a_vector_that_does_not_fit_is_our_mistake(
    name: str, vector: list[float], why: str
) -> None:
    array = np.array(vector, np.float32)
    with pytest.raises(AssertionError, match=why):
        check_vector(name, array, {"text": 2})
    with pytest.raises(AssertionError, match=why):
        check_vectors({name: array}, {"text": 2})


def test_vectors_that_fit_pass_also_many_at_once() -> None:
    check_vectors({"text": np.zeros(2, np.float32)}, {"text": 2, "image": 3})
    check_vector("image", np.zeros((5, 3), np.float32), {"image": 3})


def test_a_user_is_stored_with_the_event_it_is_up_to() -> None:
    assert user_payload(UserPoint("ann", 7, {})) == {"user_id": "ann", "last_seq": 7}
