"""The values that cross the store's protocol, and who may open a store."""

from __future__ import annotations

import pytest

from indexer.errors import EncoderMismatch
from indexer.stores.store import Hits, check_encoders

PRINTS, DIMS = {"text": "t1", "image": "i1"}, {"text": 8, "image": 4}


def check(prints: dict[str, str], dims: dict[str, int]) -> None:
    check_encoders("the store", stored=PRINTS, stored_dims=DIMS, fingerprints=prints, dims=dims)


def test_a_store_of_the_same_encoders_may_be_opened() -> None:
    check(dict(PRINTS), dict(DIMS))


@pytest.mark.parametrize(
    ("prints", "dims"),
    [
        ({**PRINTS, "text": "t2"}, DIMS),
        (PRINTS, {**DIMS, "text": 16}),
        ({"text": "t1"}, {"text": 8}),
        ({**PRINTS, "audio": "a1"}, {**DIMS, "audio": 2}),
    ],
    ids=["another encoder", "another width", "one fewer", "one more"],
)
def test_a_store_of_others_is_refused(prints: dict[str, str], dims: dict[str, int]) -> None:
    with pytest.raises(EncoderMismatch, match="the store"):
        check(dict(prints), dict(dims))


def test_no_hits_are_of_the_types_of_hits() -> None:
    none = Hits.none()
    assert len(none) == 0
    assert (none.item_indices.dtype, none.scores.dtype) == ("int64", "float32")
