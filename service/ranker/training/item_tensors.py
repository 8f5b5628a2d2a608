"""Content of all items as the sequence model takes it in training. Knows no model."""

from __future__ import annotations

import numpy as np
import torch

from service.ranker.data.arrays import IntArray
from service.ranker.data.items import ItemFeatures
from service.ranker.sequence.model import ItemBatch


class ItemTensors:
    """Content of all items as tensors, with rows taken out by item index."""

    def __init__(self, items: ItemFeatures, id_rows: IntArray) -> None:
        """Projected features, and rows of the id table (n_items,), PAD for items without one."""
        blocks = items.blocks.items()
        self.items, self.id_rows = items, id_rows
        self._ids = torch.from_numpy(id_rows)
        self._vectors = {modality: torch.from_numpy(block.vectors) for modality, block in blocks}
        self._present = {modality: torch.from_numpy(block.present) for modality, block in blocks}
        self._domain = torch.from_numpy(items.domain)
        self._tags = items.tags

    def rows(self, items: IntArray) -> ItemBatch:
        """The batch of some items, in the order given."""
        index = torch.from_numpy(items)
        tags = [self._tags[item] for item in items]
        sizes = np.array([len(row) for row in tags], dtype=np.int64)
        codes = np.concatenate(tags) if len(tags) else np.zeros(0, np.int64)
        offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        return ItemBatch(
            ids=self._ids[index],
            vectors={modality: vectors[index] for modality, vectors in self._vectors.items()},
            present={modality: present[index] for modality, present in self._present.items()},
            domain=self._domain[index],
            tags=torch.from_numpy(codes.astype(np.int64)),
            tag_offsets=torch.from_numpy(offsets.astype(np.int64)),
        )
