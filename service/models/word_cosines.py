"""WordCosines: how near words are to the items of a ranker's catalogue, by each of their contents.

Knows no wishes, and not how near is near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.models.word_spaces import WordSpaces
from service.ranker.data.arrays import FloatArray, extended
from service.ranker.data.items import TEXT
from service.ranker.ranker import Ranker


@dataclass(frozen=True, slots=True, eq=False)
class WordCosines:
    """To the first N items."""

    ranker: Ranker
    spaces: WordSpaces
    """With the alignments that the ranker sees content through."""
    n_items: int

    def text(self, words: str) -> FloatArray:
        """(N,) to the items' words; 0 where an item has none."""
        return self._cosines(TEXT, self.ranker.project_text(self.spaces.encode(words)))

    def media(self, words: str) -> list[FloatArray]:
        """(N,) to the items' pictures, sounds and the like, of each modality that shares a space with
        words; NaN where an item has none."""
        content_space = self.ranker.catalog.space
        found = []
        for modality, vector in self.spaces.words(words).items():
            if modality in self.ranker.modalities:
                direction = content_space.direction(modality, vector)
                cosines = self._cosines(modality, direction)
                # the row of an item that lacks it is zeros, and no other row has exactly 0
                found.append(np.where(cosines == 0, np.float32(np.nan), cosines))
        return found

    def _cosines(self, modality: str, vector: FloatArray) -> FloatArray:
        found = self.ranker.snapshot.content.vectors[modality] @ vector
        return np.asarray(extended(found, self.n_items)[: self.n_items])
