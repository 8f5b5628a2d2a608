"""The item table: what the ranker knows of every item's content, as arrays by item index.

Content comes as blocks, one per modality ("text", "image", "audio", ...), of vectors that an encoder
made. Knows no encoders, ids, stores or people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray

TEXT = "text"
"""The modality with words: what a person says they like is a vector of this one."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The vectors of one modality of N items."""

    vectors: FloatArray
    """(N, dim), unit rows; zeros where the item has nothing of this modality."""
    present: BoolArray
    """(N,) whether the item has it."""

    @classmethod
    def absent(cls, n_items: int, dim: int) -> Block:
        """A block that every item lacks."""
        return cls(np.zeros((n_items, dim), np.float32), np.zeros(n_items, bool))

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    def rows(self, items: IntArray) -> Block:
        """The same for some items, in the order given."""
        return Block(self.vectors[items], self.present[items])


@dataclass(frozen=True, slots=True, eq=False)
class ItemFeatures:
    """The content of N items. Rows of items that do not exist have `live` false and zeros
    elsewhere."""

    blocks: Mapping[str, Block]
    """By modality, TEXT among them; a modality that the catalogue does not have has no block."""
    domain: IntArray
    """(N,) a small code per domain."""
    tags: Sequence[IntArray]
    """Per item, codes of its categories and attribute values."""
    n_tags: int
    live: BoolArray
    """(N,) in the catalogue and available."""
    is_category: BoolArray = field(default_factory=lambda: np.zeros(0, bool))
    """(n_tags,) which tags are categories; those from its end on are none."""

    @property
    def n_items(self) -> int:
        return len(self.domain)

    @property
    def n_domains(self) -> int:
        return int(self.domain.max(initial=0)) + 1

    @property
    def modalities(self) -> tuple[str, ...]:
        return tuple(self.blocks)

    @property
    def dims(self) -> dict[str, int]:
        """Width of the vectors by modality."""
        return {modality: block.dim for modality, block in self.blocks.items()}

    def rows(self, items: IntArray) -> ItemFeatures:
        """The same for some items, in the order given."""
        return ItemFeatures(
            blocks={modality: block.rows(items) for modality, block in self.blocks.items()},
            domain=self.domain[items],
            tags=[self.tags[item] for item in items],
            n_tags=self.n_tags,
            live=self.live[items],
            is_category=self.is_category,
        )
