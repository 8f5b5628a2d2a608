"""Evidence for a result: counterfactuals through the ranker that served it, and what was looked up beside them.

Owns the way from a served context to the explainer's facts. Knows no words.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders.base import FloatArray
from indexer.catalog import AttributeValue, Item
from service.explainer.attribution import weigh_evidence
from service.explainer.evidence import Evidence, Subject
from service.explainer.facts import (
    Background,
    CandidateFacts,
    CatalogueFacts,
    Counterfactual,
    HistoryFact,
    Part,
    RequestFacts,
)
from service.ranker.history import History
from service.ranker.interactions import IntArray
from service.ranker.ranker import Ranker
from service.ranker.signals import Scale, View

MAX_LEFT_OUT = 50
"""Newest history events that are left out one at a time."""
BACKGROUND_PAIRS = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class PastEvent:
    """One event of the history, in words' terms."""

    item: Item
    event_type: str
    value: float | None
    liked: bool


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A list of results to be explained together: who, on what scale, and under which request."""

    history: History
    past: Sequence[PastEvent]
    """One per event of `history`."""
    scale: Scale
    profiled: bool
    taste: str
    rule: str
    n_events_known: int


class Evidences:
    """Gathers evidence with one ranker. What is usual in the catalogue is measured once per ranker."""

    def __init__(self, ranker: Ranker, items: Sequence[Item], new_days: float) -> None:
        self._ranker = ranker
        self._new_days = new_days
        self._facts = catalogue_facts(ranker, items)

    def of(
        self, case: Case, candidates: IntArray, items: Sequence[Item], explored: Sequence[bool]
    ) -> list[list[Evidence]]:
        """Evidence of each candidate (C,), strongest first; `items` are the candidates' items."""
        ranker = self._ranker
        history = case.history
        first = max(0, len(history) - MAX_LEFT_OUT)
        variants = [history, *(history.without(i) for i in range(first, len(history)))]
        if history.taste is not None:
            variants.append(History(history.items, history.event_types, history.liked))
        scores = ranker.rescore(variants, candidates, case.scale)  # (1 + L + taste, C)
        silent = ranker.rescore_without(history, candidates, case.scale)
        view = ranker.view
        text = view.content.text[history.items[first:]] @ view.content.text[candidates].T  # (L, C)
        image = view.content.image[history.items[first:]] @ view.content.image[candidates].T  # (L, C)
        together = view.behaviour.co_counts[history.items[first:]][:, candidates].toarray()  # (L, C)
        citable = convincing(case.past)
        catalogue = self._facts
        words = None
        if history.taste is not None:
            words = view.content.text @ history.taste  # (N,)
            catalogue = replace(catalogue, taste=Background(float(words.mean()), float(words.std())))
        out = []
        n_left_out = len(history) - first
        for column, item in enumerate(items):
            parts: dict[str, float] = {Part(name): float(score[column]) for name, score in silent.items()}
            if history.taste is not None:
                parts[Part.TASTE] = float(scores[-1, column])
            counterfactual = Counterfactual(float(scores[0, column]), scores[1 : 1 + n_left_out, column], parts)
            facts = [
                HistoryFact(
                    past.item.item_id,
                    past.item.title or past.item.item_id,
                    past.item.domain,
                    past.event_type,
                    past.value,
                    citable[first + row],
                    past.item.categories,
                    past.item.attributes,
                    bool(past.item.description),
                    float(text[row, column]),
                    float(image[row, column]) if image[row, column] else None,
                    int(together[row, column]),
                )
                for row, past in enumerate(case.past[first:])
            ]
            request = RequestFacts(case.n_events_known, case.profiled, case.rule, case.taste, explored[column])
            index = int(candidates[column])
            candidate = self._candidate(item, index, view, None if words is None else float(words[index]))
            out.append(weigh_evidence(counterfactual, facts, candidate, request, catalogue))
        return out

    def _candidate(self, item: Item, index: int, view: View, taste: float | None) -> CandidateFacts:
        counts = view.behaviour.counts
        count = int(counts[index])
        days = None if item.created_at is None else (time.time() - item.created_at) / 86_400
        return CandidateFacts(
            item.item_id,
            item.categories,
            item.attributes,
            bool(item.description),
            count,
            float((counts < count).mean()),
            days if days is not None and 0 <= days <= self._new_days else None,
            taste,
        )


def convincing(past: Sequence[PastEvent]) -> list[bool]:
    """Which events may be given as a reason: what was liked, and not rated clearly lower than this person rates.

    Someone whose ratings are 4 and 5 is not convinced by "because you gave it a 3". Clearly is half a deviation.
    """
    values: dict[str, list[float]] = {}
    for event in past:
        if event.value is not None:
            values.setdefault(event.event_type, []).append(event.value)
    least = {kind: float(np.mean(given) - np.std(given) / 2) for kind, given in values.items()}
    return [event.liked and (event.value is None or event.value >= least[event.event_type]) for event in past]


def subject_of(item: Item) -> Subject:
    """What words may be said about an item."""
    return Subject(
        item.item_id,
        item.title or item.item_id,
        item.domain,
        item.categories,
        {name: _as_text(value) for name, value in item.attributes.items()},
    )


def catalogue_facts(ranker: Ranker, items: Sequence[Item]) -> CatalogueFacts:
    """How similar random items are, and how common each category and attribute value is."""
    content = ranker.view.content
    n = max(len(items), 1)
    categories: dict[str, int] = {}
    attributes: dict[tuple[str, str], int] = {}
    for item in items:
        for category in set(item.categories):
            categories[category] = categories.get(category, 0) + 1
        for name, value in item.attributes.items():
            for part in {p.strip() for p in _as_text(value).split(",") if p.strip()}:
                attributes[name, part] = attributes.get((name, part), 0) + 1
    return CatalogueFacts(
        text=background(content.text),
        image=background(content.image),
        category_share={name: count / n for name, count in categories.items()},
        attribute_share={key: count / n for key, count in attributes.items()},
        popularity_window_days=0,
    )


def background(vectors: FloatArray) -> Background:
    """Mean and deviation of the cosine of random pairs of present vectors (N, D)."""
    present = np.flatnonzero(np.abs(vectors).max(axis=1, initial=0.0) > 0)
    if len(present) < 10:
        return Background()
    rng = np.random.default_rng(0)
    left, right = rng.choice(present, BACKGROUND_PAIRS), rng.choice(present, BACKGROUND_PAIRS)
    apart = left != right
    cosines = np.einsum("pd,pd->p", vectors[left[apart]], vectors[right[apart]])
    return Background(float(cosines.mean()), float(cosines.std()))


def _as_text(value: AttributeValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def rule_text(filter_text: str, domains: Mapping[str, None] | Sequence[str]) -> str:
    """The request's rule in words: its domains and its filter as it was written."""
    parts = []
    if domains:
        parts.append("domain " + " or ".join(domains))
    if filter_text.strip():
        parts.append(filter_text.strip())
    return ", ".join(parts)
