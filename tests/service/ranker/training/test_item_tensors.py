"""Content as tensors: rows are those of the items that are asked for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from service.ranker.sequence.shape import PAD
from service.ranker.training.item_tensors import ItemTensors
from tests.service.ranker.planted import mixed_features

N = 12


def test_rows_are_the_items_that_are_asked_for() -> None:
    items, which = mixed_features(N), np.array([7, 2, 2])
    id_rows = np.where(np.arange(N) % 2, np.arange(N), PAD)
    batch = ItemTensors(items, id_rows).rows(which)
    assert batch.ids.tolist() == [7, PAD, PAD]
    for name, block in items.blocks.items():
        np.testing.assert_array_equal(batch.vectors[name], block.vectors[which])
        np.testing.assert_array_equal(batch.present[name], block.present[which])
    bounds = [*batch.tag_offsets.tolist(), len(batch.tags)]
    tags = [batch.tags[start:stop].tolist() for start, stop in pairwise(bounds)]
    assert tags == [items.tags[item].tolist() for item in which]
