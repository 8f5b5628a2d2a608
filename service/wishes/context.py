"""What a wish is read in: the catalogue as it is now, and what was said and shown before.

Knows no grammar and no scores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.language_model.model import LanguageModel
from service.ranker.data.arrays import FloatArray, IntArray
from service.wishes.lexicon.lexicon import Lexicon
from service.wishes.lexicon.topics import Topics
from service.wishes.lexicon.values import Value
from service.wishes.reading import Reading


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What a wish is read over."""

    lexicon: Lexicon
    topics: Topics
    item_ids: Callable[[int], str]
    """Id of an item by its index."""
    encode: Callable[[str], FloatArray]
    """(dim,) of words, in the text encoder's space."""
    topics_of: Callable[[str], Mapping[Value, float]]
    """The values that set the items apart which words are near to, 0..1 by how sure that is."""
    prepare: Callable[[Sequence[str]], None] = lambda _: None
    """Told which words will be encoded."""
    reads: Callable[[str], bool] = lambda _: True
    """Whether the text encoder reads the language of this code."""
    model: LanguageModel | None = None
    """What takes wishes apart in the place of the grammars, where there is one."""


@dataclass(frozen=True, eq=False)
class Before:
    """What was said and shown before."""

    reading: Reading = field(default_factory=lambda: Reading(""))
    shown: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    """Item indices of the answer, best first."""
