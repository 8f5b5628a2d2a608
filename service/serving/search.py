"""Search: where in the store to look for words, for a picture or for a sound, and one list of what
was found there.

Words are looked for among words, a picture among pictures and a sound among sounds; and each among
the others where some space holds both: that of an alignment, or an encoder's own. Knows no people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from encoders.arrays import FloatArray
from encoders.errors import ModalityUnsupported
from encoders.modality import Modalities
from indexer.catalog.filter import Filter
from indexer.indexing.captions import caption_name
from indexer.indexing.shared_space import joint_name
from indexer.stores.store import TEXT, Hits, ItemStore, VectorQuery
from service.models.word_spaces import WordSpaces

WORDS = "content_text"
DEPTH = 50
"""Hits asked of each place at least, where two are to be made one list."""
RANK_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009)."""


Places = Mapping[str, tuple[str, FloatArray]]
"""Vector name and query vector by the source that finds things there."""


@dataclass(frozen=True, slots=True)
class Found:
    """One item of the list."""

    item_index: int
    score: float
    sources: list[str]
    """The sources that found it, the one that ranked it highest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What one data folder searches with."""

    store: ItemStore
    spaces: WordSpaces
    modalities: Modalities

    def by_text(self, text: str, k: int, rule: Filter | None) -> list[Found]:
        """By words, which are compared in every space that holds words: what ranks high in any,
        higher what does in several."""
        places = {WORDS: (TEXT, self.spaces.encode(text))}
        for name, vector in self.spaces.words(text).items():
            places[source_of(name)] = (self.spaces.vector_name(name), vector)
        hits = self._ask(places, k, rule)
        if len(places) == 1:
            return _nearest(hits, k)
        return _fused(hits, self._lacking(hits, places), k)

    def by_content(self, modality: str, content: bytes, k: int, rule: Filter | None) -> list[Found]:
        """By what a picture looks like, or a sound sounds like. In the space of an alignment the
        nearest come first, whichever they are. In that of an encoder, all words are further from a
        picture than pictures are, so what ranks high among either comes first. ModalityUnsupported
        where the modality has no encoder."""
        if modality not in self.modalities:
            names = [one.encoder.name for one in self.modalities.values()]
            todo = f"set encoders.{modality}, then `palate encoders change`"
            raise ModalityUnsupported(", ".join(names) or "none", f"{modality} search", todo)
        own = self.modalities[modality]
        alignment = self.spaces.alignments.get(modality)
        vector = own.encode([own.open(content)])  # (1, dim)
        if alignment is not None:
            joint = alignment.heads.media(vector)[0]
            places = {
                source_of(name): (joint_name(alignment.version, name), joint)
                for name in (modality, TEXT)
            }
            return _nearest(self._ask(places, k, rule), k)
        places = {source_of(modality): (modality, vector[0])}
        if not own.encoder.shares_text_space:
            return _nearest(self._ask(places, k, rule), k)
        places[WORDS] = (caption_name(own.encoder), vector[0])
        hits = self._ask(places, k, rule)
        return _fused(hits, self._lacking(hits, places), k)

    def _ask(self, places: Places, k: int, rule: Filter | None) -> dict[str, Hits]:
        limit = k if len(places) == 1 else max(k, DEPTH)
        queries = [VectorQuery(name, vector, limit, rule) for name, vector in places.values()]
        return dict(zip(places, self.store.query_batch(queries), strict=True))

    def _lacking(self, hits: Mapping[str, Hits], places: Places) -> dict[str, set[int]]:
        """By source, which of the items found have nothing that it could find them by: no words, or
        no picture or sound."""
        items = sorted({index for one in hits.values() for index in one.item_indices.tolist()})
        lacking: dict[str, set[int]] = {}
        for source, (vector_name, _) in places.items():
            if source == WORDS:  # an item without text has the vector of the empty one
                stored = self.store.get_items(items)
                lacking[source] = {index for index, item in stored.items() if not item.text()}
            else:
                there, _ = self.store.vectors(vector_name, items)
                lacking[source] = set(items) - set(there.tolist())
        return lacking


def source_of(modality: str) -> str:
    """What callers are told an item was found by."""
    return f"content_{modality}"


def _nearest(hits: Mapping[str, Hits], k: int) -> list[Found]:
    """By the best score at any place, for scores that compare."""
    found = _by_item(hits)
    return _listed(
        found, {index: max(score for _, _, score in several) for index, several in found.items()}, k
    )


def _fused(hits: Mapping[str, Hits], lacking: Mapping[str, Collection[int]], k: int) -> list[Found]:
    """By reciprocal rank, for scores that do not compare: the mean over the places where an item
    could be found, so that one without a picture or sound is not behind all that have one. Where it
    was not found, it stands after those that were."""
    hits = {place: _without(one, lacking[place]) for place, one in hits.items()}
    found = _by_item(hits)
    worth: dict[int, float] = {}
    for index, several in found.items():
        ranks = {place: len(hits[place]) + 1 for place in hits if index not in lacking[place]}
        ranks |= {place: rank for rank, place, _ in several}
        worth[index] = sum(1.0 / (RANK_CONSTANT + rank) for rank in ranks.values()) / len(ranks)
    return _listed(found, worth, k)


def _without(hits: Hits, lacking: Collection[int]) -> Hits:
    """The hits that have something to be found by. Items without words have the vector of the empty
    text, all the same one: where they stand among the hits is chance."""
    there = ~np.isin(hits.item_indices, list(lacking))
    return Hits(hits.item_indices[there], hits.scores[there])


def _by_item(hits: Mapping[str, Hits]) -> dict[int, list[tuple[int, str, float]]]:
    """Rank from 1, place and score of every item, best rank first."""
    found: dict[int, list[tuple[int, str, float]]] = defaultdict(list)
    for place, one in hits.items():
        ranked = zip(one.item_indices.tolist(), one.scores.tolist(), strict=True)
        for rank, (index, score) in enumerate(ranked, start=1):
            found[index].append((rank, place, score))
    return {index: sorted(several) for index, several in found.items()}


def _listed(
    found: Mapping[int, Sequence[tuple[int, str, float]]], scores: Mapping[int, float], k: int
) -> list[Found]:
    top = sorted(scores, key=lambda index: (-scores[index], index))[:k]
    return [Found(index, scores[index], [place for _, place, _ in found[index]]) for index in top]
