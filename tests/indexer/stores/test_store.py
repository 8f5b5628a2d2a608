"""The values that cross the protocol of stores; what stores do is in `tests.indexer.store_contract`."""

from __future__ import annotations

import uuid

import numpy as np
import pytest

from indexer.errors import EncoderMismatch
from indexer.stores.store import Hits, check_encoders, user_point_id

DIMS, PRINTS = {"text": 4, "image": 2}, {"text": "t", "image": "i"}


def test_no_hits_are_empty_arrays_of_the_types_that_hits_have() -> None:
    none = Hits.none()
    assert len(none) == 0
    assert (none.item_indices.dtype, none.scores.dtype) == (np.int64, np.float32)


def test_a_user_has_one_point_id_for_ever() -> None:
    """Stores on the disk have it: it must not change with versions."""
    assert user_point_id("ann") == uuid.UUID("7876fa0e-a835-50c0-af50-f5a1a4bf3e58")
    assert user_point_id("ann") != user_point_id("Ann")


def test_the_encoders_a_store_was_made_with_are_let_in() -> None:
    check_encoders(
        "store", stored=PRINTS, stored_dims=DIMS, fingerprints=dict(PRINTS), dims=dict(DIMS)
    )


@pytest.mark.parametrize(
    ("prints", "dims", "named"),
    [
        ({**PRINTS, "text": "u"}, DIMS, "text: stored t (4 wide), configured u (4 wide)"),
        (PRINTS, {**DIMS, "image": 3}, "image: stored i (2 wide), configured i (3 wide)"),
        ({"text": "t"}, {"text": 4}, "image: stored i (2 wide), configured none"),
        (
            {**PRINTS, "audio": "a"},
            {**DIMS, "audio": 5},
            "audio: stored none, configured a (5 wide)",
        ),
    ],
)
def test_others_are_refused_by_what_differs(
    prints: dict[str, str], dims: dict[str, int], named: str
) -> None:
    with pytest.raises(EncoderMismatch) as caught:
        check_encoders("store", stored=PRINTS, stored_dims=DIMS, fingerprints=prints, dims=dims)
    assert f"({named})" in str(caught.value)
