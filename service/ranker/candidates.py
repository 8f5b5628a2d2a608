"""Candidate sources: where the items to be ranked come from, each under a name of its own.

Owns the table of sources and how their proposals become one list. A source proposes by scores over
the whole catalogue; one that looks for the nearest vectors names their space, so that a vector index
may answer for it in a large catalogue. Knows no ids, no stores and no weights of the second stage.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.item_item.behaviour import MOST_ASKED
from service.ranker.second_stage.query_scores import QueryScores

SEQUENCE_SPACE = "sequence"
"""The space of the sequence model's item vectors. Other spaces are called like their modality."""


class CandidateSource(Protocol):
    """Somewhere candidates come from."""

    @property
    def name(self) -> str:
        """What callers see in `sources`."""

    @property
    def space(self) -> str:
        """The vectors among which its candidates are the nearest; empty where it is no such search."""

    def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        """At most n item indices of those `allowed` (N,), best first; none where it knows none."""


class VectorIndex(Protocol):
    """What finds the nearest vectors for a query where the catalogue is too large to read them all."""

    def nearest(self, query: QueryScores, spaces: Sequence[str], n: int) -> Mapping[str, IntArray]:
        """About n items by space, best first. A space without a vector for the query is left out.
        SourceFailed where it cannot answer now."""


class SourceFailed(Exception):
    """A source could not answer; the others go on."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source that comes with Palate."""

    name: str
    best: Callable[[QueryScores, BoolArray, int], IntArray]
    """What `propose` gives."""
    space: str = ""

    def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        """At most n allowed items, best first."""
        return self.best(query, allowed, n)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """C items and which sources proposed each."""

    items: IntArray
    """(C,), ascending."""
    proposals: Mapping[str, IntArray]
    """Items per source, best first."""

    @classmethod
    def merged(
        cls,
        proposals: Mapping[str, IntArray],
        usable: BoolArray,
        n: int,
        whole: Collection[str] = (),
    ) -> Candidates:
        """The first n `usable` (N,) items of each source, as one list; all those of the sources
        named `whole`."""
        kept = {}
        for name, items in proposals.items():
            known = items[items < len(usable)]
            kept[name] = known[usable[known]][: None if name in whole else n]
        proposed = np.zeros(len(usable), dtype=bool)
        for items in kept.values():
            proposed[items] = True
        return cls(np.flatnonzero(proposed), kept)

    def sources(self, items: IntArray) -> list[list[str]]:
        """The sources of each of these items, the one that ranked it highest first."""
        found: list[list[tuple[int, str]]] = [[] for _ in items]
        for name, proposed in self.proposals.items():
            rows, places = np.nonzero(items[:, None] == proposed)
            for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                found[row].append((place, name))
        return [[name for _, name in sorted(one)] for one in found]


def largest(values: FloatArray | IntArray, allowed: BoolArray, n: int) -> IntArray:
    """Indices of the n largest values (N,) among the allowed, best first; of equal values the lower
    index."""
    pool = np.flatnonzero(allowed)
    picked = values[pool]
    if len(pool) > n:
        least = np.partition(picked, len(pool) - n)[len(pool) - n]
        near = np.flatnonzero(picked >= least)
        pool, picked = pool[near], picked[near]
    return pool[np.argsort(-picked, kind="stable")[:n]]


def content_source(modality: str) -> Source:
    """What is nearest to what was liked lately, in one modality."""

    def best(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        cosines = query.recent(modality)
        return largest(
            cosines, allowed & (cosines != 0), n
        )  # 0: the item, or the history, has none

    return Source(f"content_{modality}", best, modality)


def _sequence(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
    """What the sequence model expects next."""
    return largest(query.sequence, allowed & (query.sequence != 0), n)


def _popular(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
    """What most people's events are on."""
    counts = query.snapshot.behaviour.counts
    return largest(counts, allowed & (counts > 0), n)


def _trending(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
    """What most of the newest events are on."""
    recent = query.snapshot.behaviour.recent
    return largest(recent, allowed & (recent > 0), n)


def _co_engagement(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
    """What EASE, or item-kNN where it was not solved, finds by what was met lately."""
    return largest(query.strongest, allowed & (query.strongest > 0), n)


def _item_knn(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
    """What item-kNN finds by what was met lately."""
    return largest(query.knn_recent, allowed & (query.knn_recent > 0), n)


def _co_occurrence(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
    """What the same people met as what was met."""
    return largest(query.co_occurrence, allowed & (query.co_occurrence > 0), n)


def _transitions(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
    """What people met right after what was met last."""
    return largest(query.transitions, allowed & (query.transitions > 0), n)


def _new_items(query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
    """Items without events, by how much of the history's pull reaches them."""
    cold = np.flatnonzero(allowed & (query.snapshot.behaviour.counts == 0))[-MOST_ASKED:]
    if not len(cold):
        return cold
    return cold[np.argsort(-_pull_on(query, cold), kind="stable")[:n]]


def _pull_on(query: QueryScores, cold: IntArray) -> FloatArray:
    """(len(cold),) by their words, by what the sequence model makes of their content, through their
    content neighbours, and by what content predicts of their co-engagement and of how many will
    choose them, each against what is usual among them."""
    pulls = [
        query.text_recent[cold],
        query.sequence[cold],
        query.backoff(cold),
        query.content_affinity[cold],
        query.snapshot.regression.expected_events[cold],
    ]
    pull: FloatArray = np.sum([one / max(float(one.std()), 1e-6) for one in pulls], axis=0)
    return pull


BEHAVIOUR_SOURCES = (
    Source("popular", _popular),
    Source("trending", _trending),
    Source("co_engagement", _co_engagement),
    Source("item_knn", _item_knn),
    Source("chosen_together", _co_occurrence),
    Source("transitions", _transitions),
    Source("new_items", _new_items),
)
"""Sources of every catalogue, whatever its content."""


def sources_of(modalities: Sequence[str]) -> tuple[Source, ...]:
    """The sources of a catalogue that has content of these modalities."""
    content = tuple(content_source(modality) for modality in modalities)
    return (Source("sequence", _sequence, SEQUENCE_SPACE), *content, *BEHAVIOUR_SOURCES)
