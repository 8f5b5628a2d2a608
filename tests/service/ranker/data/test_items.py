"""Items and their blocks of vectors."""

from __future__ import annotations

import numpy as np

from service.ranker.data.items import Block
from tests.service.ranker.planted import features, mixed_features


def test_rows_follow_the_order_asked_for() -> None:
    items = mixed_features(12)
    some = items.rows(np.array([5, 2]))
    assert some.n_items == 2
    assert some.n_tags == items.n_tags
    assert some.domain.tolist() == [items.domain[5], items.domain[2]]
    assert [tags.tolist() for tags in some.tags] == [items.tags[5].tolist(), items.tags[2].tolist()]
    for modality, block in items.blocks.items():
        np.testing.assert_array_equal(some.blocks[modality].vectors, block.vectors[[5, 2]])
        np.testing.assert_array_equal(some.blocks[modality].present, block.present[[5, 2]])


def test_an_absent_block_has_its_width_and_nothing_in_it() -> None:
    block = Block.absent(3, 4)
    assert block.vectors.shape == (3, 4)
    assert block.dim == 4
    assert not block.vectors.any()
    assert not block.present.any()


def test_the_dimensions_are_those_of_the_blocks_that_are_there() -> None:
    assert features(3).dims == {"text": 8}
    assert mixed_features(3, ("text", "audio")).dims == {"text": 6, "audio": 7}
