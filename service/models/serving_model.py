"""A ranker as it serves: with the vocabulary that its arrays are coded in, and the alignments that it
sees content through.

Knows no registry and no requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from encoders.alignment.checkpoint import Alignment
from encoders.arrays import FloatArray
from indexer.indexing.shared_space import joint_name
from indexer.stores.store import ItemStore
from service.models.features import Vocabulary
from service.ranker.ranker import Ranker
from service.wishes.weights import Following

VECTORS_OF_MODELS = "sequence-"
"""What the names of models' item vectors in the store begin with."""


@dataclass(frozen=True, slots=True, eq=False)
class ServingModel:
    """One ranker in the present catalogue, trained or not."""

    ranker: Ranker
    vocabulary: Vocabulary
    alignments: Mapping[str, Alignment]
    """What it sees pictures, sounds and the like through, by modality."""
    counted: int
    """Newest event of the log that its popularity was counted with."""
    trained_on: int = 0
    """Newest event of the log when it was trained; 0 without training."""
    trained_at: float = 0.0
    """Unix seconds; 0 without training."""
    notes: Sequence[str] = ()
    """Why no other model serves in its place, for `degraded`: none is trained, or those that should
    serve are damaged. Empty where it is the active one."""
    following: Following = field(default_factory=Following)
    """How much it follows a wish."""

    @property
    def vector_name(self) -> str:
        """Name of its item vectors in the store; empty without a sequence model."""
        return f"{VECTORS_OF_MODELS}{self.ranker.version}" if self.ranker.model else ""

    def content_query(
        self, store: ItemStore, modality: str, taste: FloatArray
    ) -> tuple[str, FloatArray]:
        """Where in the store to look for a taste in an encoder's space, (dim,), and as what vector:
        as the ranker sees that modality, unless its alignment is not the one whose vectors the
        store has."""
        alignment = self.alignments.get(modality)
        if alignment is not None:
            name = joint_name(alignment.version, modality)
            if name in store.vector_names():
                return name, alignment.heads.media(taste[np.newaxis])[0]
        return modality, taste
