"""WordSpaces: the spaces that words share with pictures, sounds and the like, and words in them.

Of each modality it is that of its alignment, else its encoder's own where that knows texts; other
modalities share none. Knows no items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from encoders.alignment.checkpoint import Alignment
from encoders.arrays import FloatArray
from encoders.base import TextEncoder
from encoders.modality import Modalities
from indexer.indexing.shared_space import joint_name

EncodeTexts = Callable[[Sequence[str]], FloatArray]
EncodeWords = Callable[[str], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class WordSpaces:
    """Of one catalogue."""

    encode: EncodeWords
    """(text dim,) of words, by the text encoder."""
    own: Mapping[str, EncodeWords]
    """(dim,) of words, by the encoder of each modality that knows texts."""
    alignments: Mapping[str, Alignment]
    """By the modality that shares a space with words."""

    @classmethod
    def of(
        cls, text: TextEncoder, modalities: Modalities, alignments: Mapping[str, Alignment]
    ) -> Self:
        """Those of encoders that remember nothing."""
        own = {name: _one_by_one(encode) for name, encode in knowing_texts(modalities).items()}
        return cls(_one_by_one(text.encode_queries), own, alignments)

    def words(self, words: str) -> dict[str, FloatArray]:
        """The words in each space, (dim,), by modality."""
        found = {}
        for name, alignment in self.alignments.items():
            found[name] = alignment.heads.queries(self.encode(words)[np.newaxis])[0]
        for name in sorted(self.own.keys() - self.alignments.keys()):
            found[name] = self.own[name](words)
        return found

    def vector_name(self, modality: str) -> str:
        """What a store calls the vectors of a modality in the space that it shares with words."""
        alignment = self.alignments.get(modality)
        return modality if alignment is None else joint_name(alignment.version, modality)


def knowing_texts(modalities: Modalities) -> dict[str, EncodeTexts]:
    """What encodes texts, by modality whose encoder knows them."""
    return {
        name: modality.encoder.encode_texts
        for name, modality in modalities.items()
        if modality.encoder.shares_text_space
    }


def _one_by_one(encode: EncodeTexts) -> EncodeWords:
    return lambda words: encode([words])[0]
