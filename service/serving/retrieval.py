"""Candidates: several named sources asked at once, merged into one list. Owns what is allowed to
come back.

Knows vectors by name and items by index; no scores of the ranker, no words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from encoders.arrays import FloatArray
from indexer.catalog.filter import Filter, all_of, in_domains, parse_filter, with_indices
from indexer.stores.store import TEXT, ItemStore, VectorQuery
from service.catalog.item_ids import Catalogue
from service.models.registry import Loaded
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.second_stage.signals import QueryScores

EXACT_ITEMS = 20_000
"""Up to this many items the vectors in memory are searched, exactly: reading them all is quicker
than asking the store, which pays in larger catalogues."""
SELECTIVE = 5_000
"""A rule that at most this many items satisfy is resolved to those items; a wider one is checked on
the candidates."""
WIDER = 4
"""So many times as many candidates are asked for where a rule is yet to be checked on them."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What the request allows: its filter and domains, and the items they come to where that is
    few."""

    filter: Filter | None
    members: IntArray | None
    """All items that satisfy the filter, where they are at most SELECTIVE."""

    @classmethod
    def of(cls, text: str, domains: Sequence[str], store: ItemStore, catalogue: Catalogue) -> Rule:
        """FilterSyntaxError where the text is no filter."""
        combined = all_of(parse_filter(text), in_domains(domains))
        if combined is None:
            return cls(None, None)
        combined = with_indices(combined, catalogue.index)
        members = store.matching(combined, None, SELECTIVE + 1)
        return cls(combined, members if len(members) <= SELECTIVE else None)

    @property
    def is_resolved(self) -> bool:
        """Nothing is left to be checked: there is no filter, or it has come to its items."""
        return self.filter is None or self.members is not None


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """C items and which sources proposed each."""

    items: IntArray
    """(C,), ascending"""
    proposals: Mapping[str, IntArray]
    """Items per source, best first."""

    def sources(self, items: IntArray) -> list[list[str]]:
        """The sources of each of these items, the one that ranked it highest first."""
        found: list[list[tuple[int, str]]] = [[] for _ in items]
        for name, proposed in self.proposals.items():
            rows, places = np.nonzero(items[:, None] == proposed)
            for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                found[row].append((place, name))
        return [[name for _, name in sorted(one)] for one in found]


def retrieve(
    store: ItemStore,
    loaded: Loaded,
    query_scores: QueryScores,
    vectors: Mapping[str, FloatArray],
    rule: Rule,
    excluded: IntArray,
    domains: IntArray | None,
    n: int,
) -> Candidates:
    """Ask every source for at most n candidates that the rule allows and `excluded` does not name.

    `vectors` is the person's taste in encoder space, `domains` the ranker's codes of the domains of
    the rule, None for all: whoever has a history in one domain only would have all sources propose
    of that one.
    """
    ranker = loaded.ranker
    live = query_scores.view.content.live
    allowed = (
        np.ones(len(live), dtype=bool) if rule.members is None else _mask(rule.members, len(live))
    )
    if domains is not None and rule.members is None:
        allowed &= np.isin(query_scores.view.content.domain, domains)
    allowed[excluded[excluded < len(live)]] = False
    if len(live) <= EXACT_ITEMS and rule.is_resolved:
        proposals = ranker.propose_by_vectors(query_scores, n, allowed)
    else:
        proposals = _ask_store(store, loaded, query_scores, vectors, rule, n + len(excluded))
    proposals = {loaded.source(name): items for name, items in proposals.items()}
    known = ranker.propose(query_scores, n if rule.is_resolved else WIDER * n, allowed)
    if not rule.is_resolved:
        passed = store.matching(
            rule.filter, np.unique(np.concatenate([np.zeros(0, np.int64), *known.values()]))
        )
        known = {name: items[np.isin(items, passed)] for name, items in known.items()}
    if rule.members is not None and len(rule.members) <= n:
        known["filter"] = rule.members  # a narrow rule: let the ranker see all it leaves
    proposals |= known
    usable = live & allowed
    kept = {
        name: items[(items < len(live)) & usable[np.minimum(items, len(live) - 1)]][:n]
        for name, items in proposals.items()
    }
    merged = np.flatnonzero(
        _mask(np.concatenate([np.zeros(0, np.int64), *kept.values()]), len(live))
    )
    return Candidates(merged, kept)


def _ask_store(
    store: ItemStore,
    loaded: Loaded,
    query_scores: QueryScores,
    vectors: Mapping[str, FloatArray],
    rule: Rule,
    limit: int,
) -> dict[str, IntArray]:
    """The nearest by each vector. More than are wanted: passing over what is excluded afterwards is
    quicker than naming it in the search."""
    queries = {}
    if loaded.ranker.trained and len(query_scores.history):
        queries["sequence"] = VectorQuery(
            loaded.vector_name, query_scores.state, limit, rule.filter
        )
    if TEXT in vectors:
        queries["content_text"] = VectorQuery(TEXT, vectors[TEXT], limit, rule.filter)
    if loaded.medium in vectors:
        queries["content_image"] = VectorQuery(
            *loaded.image_query(store, vectors[loaded.medium]), limit, rule.filter
        )
    hits = store.query_batch(list(queries.values()))
    return {source: found.item_indices for source, found in zip(queries, hits, strict=True)}


def _mask(items: IntArray, size: int) -> BoolArray:
    mask = np.zeros(size, dtype=bool)
    mask[items[items < size]] = True
    return mask
