"""Search: where in the store to look for words or for a picture, and one list of what was found there.

Words are looked for among words, and among pictures where some space holds both: that of an alignment, or the image
encoder's own. A picture is looked for among pictures, and among words where an alignment says how. Knows no people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from encoders.alignment import Alignment
from encoders.base import FloatArray, ImageEncoder
from encoders.errors import ModalityUnsupported
from encoders.picture import open_image
from indexer.aligned import joint_name
from indexer.filter import Filter
from indexer.store import IMAGE, TEXT, Hits, ItemStore, VectorQuery

WORDS, PICTURES = "content_text", "content_image"
DEPTH = 50
"""Hits asked of each place at least, where two are to be made one list."""
RANK_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009)."""


@dataclass(frozen=True, slots=True)
class Found:
    """One item of the list."""

    item_index: int
    score: float
    sources: list[str]
    """The places it was found at, the one that ranked it highest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What one data folder searches with."""

    store: ItemStore
    encode_words: Callable[[str], FloatArray]
    """(text dim,)"""
    image: ImageEncoder | None
    alignment: Alignment | None

    def by_text(self, text: str, k: int, rule: Filter | None) -> list[Found]:
        """By words, which are compared in two spaces: what ranks high in either, higher what does in both."""
        words = self.encode_words(text)
        places = {WORDS: (TEXT, words)}
        if self.alignment is not None:
            joint = self.alignment.heads.texts(words[np.newaxis, np.newaxis])[0]
            places[PICTURES] = (joint_name(self.alignment.version, IMAGE), joint)
        elif self.image is not None and self.image.shares_text_space:
            places[PICTURES] = (IMAGE, self.image.encode_texts([text])[0])
        hits = self._ask(places, k, rule)
        return _nearest(hits, k) if len(hits) == 1 else _fused(hits, k)

    def by_picture(self, picture: bytes, k: int, rule: Filter | None) -> list[Found]:
        """By look. Pictures and words are compared in one space, so the nearest come first, whichever they are."""
        if self.image is None:
            raise ModalityUnsupported("none", "image search", "configure encoders.image, then `palate rebuild`")
        look = self.image.encode_images([open_image(picture)])  # (1, image dim)
        if self.alignment is None:
            return _nearest(self._ask({PICTURES: (IMAGE, look[0])}, k, rule), k)
        joint = self.alignment.heads.images(look)[0]
        names = {PICTURES: IMAGE, WORDS: TEXT}
        places = {place: (joint_name(self.alignment.version, name), joint) for place, name in names.items()}
        return _nearest(self._ask(places, k, rule), k)

    def _ask(self, places: Mapping[str, tuple[str, FloatArray]], k: int, rule: Filter | None) -> dict[str, Hits]:
        limit = k if len(places) == 1 else max(k, DEPTH)
        queries = [VectorQuery(name, vector, limit, rule) for name, vector in places.values()]
        return dict(zip(places, self.store.query_batch(queries), strict=True))


def _nearest(hits: Mapping[str, Hits], k: int) -> list[Found]:
    """By the best score at any place."""
    return _listed(hits, k, lambda rank, score: score, max)


def _fused(hits: Mapping[str, Hits], k: int) -> list[Found]:
    """By the sum of reciprocal ranks, for scores that do not compare."""
    return _listed(hits, k, lambda rank, score: 1.0 / (RANK_CONSTANT + rank), sum)


def _listed(
    hits: Mapping[str, Hits],
    k: int,
    worth: Callable[[int, float], float],
    together: Callable[[list[float]], float],
) -> list[Found]:
    found: dict[int, list[tuple[int, str, float]]] = defaultdict(list)
    for place, one in hits.items():
        ranked = zip(one.item_indices.tolist(), one.scores.tolist(), strict=True)
        for rank, (index, score) in enumerate(ranked, start=1):
            found[index].append((rank, place, worth(rank, score)))
    listed = [
        Found(index, together([value for _, _, value in several]), [place for _, place, _ in sorted(several)])
        for index, several in found.items()
    ]
    return sorted(listed, key=lambda one: (-one.score, one.item_index))[:k]
