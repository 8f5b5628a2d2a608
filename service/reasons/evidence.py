"""Evidence for a result: counterfactuals through the ranker that served it, and what was looked up
beside them.

Owns the way from a served context to the explainer's facts. Knows no words.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders.arrays import FloatArray
from encoders.modality import Medium
from indexer.catalog.item import AttributeValue, Item
from service.explainer.attribution.facts import (
    SPONSORED,
    Background,
    CandidateFacts,
    CatalogueFacts,
    Counterfactual,
    HistoryFact,
    Part,
    RequestFacts,
)
from service.explainer.attribution.weights import part_shares, weigh_evidence
from service.explainer.evidence import HIGHER, LOWER, SEEN, Evidence, EvidenceKind, Subject
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.data.history import History
from service.ranker.item_item.behaviour import RECENT_SHARE
from service.ranker.ranker import Ranker
from service.ranker.second_stage.signals import Scale, View

MAX_LEFT_OUT = 50
"""Newest history events that are left out one at a time."""
NEWEST = 2
"""Events that a list of reasons leaves out whatever they are: what came last tells most about what
comes next."""
LONG_AGO = 0.2
"""What the pull of the oldest event counts beside that of the newest, when it is guessed which
events matter."""
BACKGROUND_PAIRS = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class PastEvent:
    """One event of the history, in words' terms."""

    item: Item
    event_type: str
    value: float | None
    liked: bool

    def cited(self, kind: EvidenceKind) -> Evidence:
        """A fact of that kind about the item, that weighs nothing."""
        item = self.item
        return Evidence(
            kind=kind,
            weight=0.0,
            item_id=item.item_id,
            title=item.title or item.item_id,
            domain=item.domain,
            event_type=self.event_type,
            event_value=self.value,
        )


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

    def newest_events(self) -> list[IntArray]:
        """Positions in the history of the events on each item, of the newest MAX_LEFT_OUT events."""
        first = max(0, len(self.history) - MAX_LEFT_OUT)
        newest = self.history.items[first:]
        return [first + np.flatnonzero(newest == item) for item in np.unique(newest)]


@dataclass(frozen=True, slots=True, eq=False)
class _Weighable:
    """One candidate: its scores without one thing at a time, and what was looked up beside them."""

    counterfactual: Counterfactual
    looked_up: tuple[Sequence[HistoryFact], CandidateFacts, RequestFacts, CatalogueFacts]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one result."""

    evidence: list[Evidence]
    """Strongest first."""
    parameters: Mapping[str, float]
    """Share of each `Part` in what moved the score; empty where leaving none of them out lowers it."""


class Evidences:
    """Gathers evidence with one ranker. What is usual in the catalogue is measured once per ranker."""

    def __init__(
        self, ranker: Ranker, items: Sequence[Item], new_days: float, medium: Medium = "image"
    ) -> None:
        """`medium` is what the ranker's `image` vectors are of."""
        self._ranker = ranker
        self._new_days = new_days
        self._medium = medium
        self._facts = catalogue_facts(ranker, items, medium)

    def of(
        self,
        case: Case,
        candidates: IntArray,
        items: Sequence[Item],
        explored: Sequence[bool],
        *,
        in_short: bool = False,
    ) -> list[Finding]:
        """What speaks for each candidate (C,); `items` are the candidates' items.

        `in_short` leaves out only the history events that are likeliest to matter, for a list that
        waits.
        """
        return [
            Finding(
                weigh_evidence(one.counterfactual, *one.looked_up), part_shares(one.counterfactual)
            )
            for one in self._cases(case, candidates, items, explored, in_short=in_short)
        ]

    def contrast(
        self, case: Case, candidates: IntArray, items: Sequence[Item], explored: bool
    ) -> Finding:
        """What speaks for the first of two candidates more than for the second.

        History items that move the difference of the two scores as well as the score of the first,
        and what was looked up of the first and not of the second. Before all that the fact that
        there is a difference.
        """
        this, other = self._cases(case, candidates, items, [explored, False])
        gap = this.counterfactual.minus(other.counterfactual)
        shared = {
            _looked_up(fact) for fact in weigh_evidence(other.counterfactual, *other.looked_up)
        }
        missed = this.counterfactual.missed()
        causes = {
            past.item.item_id
            for past, counts in zip(case.past[-len(missed) :], missed, strict=False)
            if counts
        }
        differs = [
            fact
            for fact in weigh_evidence(gap, *this.looked_up)
            if (
                fact.item_id in causes
                if fact.kind is EvidenceKind.HISTORY
                else _looked_up(fact) not in shared
            )
        ]
        met = {past.item.item_id for past in case.past}
        instead = Evidence(
            kind=EvidenceKind.CONTRAST,
            weight=0.0,
            item_id=items[1].item_id,
            title=items[1].title or items[1].item_id,
            domain=items[1].domain,
            name=SEEN if items[1].item_id in met else HIGHER if gap.full_score > 0 else LOWER,
            score_drop=gap.full_score,
        )
        return Finding([instead, *differs], part_shares(gap))

    def without(self, case: Case, candidates: IntArray, left_out: Sequence[IntArray]) -> FloatArray:
        """(V, C) scores without the events at each of V sets of positions, on the scale that was
        served."""
        return self._ranker.rescore(case.history, left_out, candidates, case.scale)

    def _cases(
        self,
        case: Case,
        candidates: IntArray,
        items: Sequence[Item],
        explored: Sequence[bool],
        *,
        in_short: bool = False,
    ) -> list[_Weighable]:
        history, view = case.history, self._ranker.view
        first = max(0, len(history) - MAX_LEFT_OUT)
        text = view.content.text[history.items[first:]] @ view.content.text[candidates].T  # (L, C)
        citable = np.array(convincing(case.past), dtype=bool)
        likely = np.arange(len(text))
        if in_short:
            likely = self._likely(history.items[first:], citable[first:], candidates, text)
        counterfactuals = self._counterfactuals(case, candidates, first, likely)
        perceived = (
            view.content.image[history.items[first:]] @ view.content.image[candidates].T
        )  # (L, C)
        together = view.behaviour.co_counts[history.items[first:]][
            :, candidates
        ].toarray()  # (L, C)
        catalogue = self._facts
        words = None
        if history.taste is not None:
            words = view.content.text @ history.taste  # (N,)
            catalogue = replace(
                catalogue, taste=Background(float(words.mean()), float(words.std()))
            )
        out = []
        for column, item in enumerate(items):
            facts = [
                HistoryFact(
                    past.item.item_id,
                    past.item.title or past.item.item_id,
                    past.item.domain,
                    past.event_type,
                    past.value,
                    bool(citable[first + row]),
                    past.item.categories,
                    past.item.attributes,
                    bool(past.item.description),
                    self._cosines(text[row, column], perceived[row, column]),
                    int(together[row, column]),
                )
                for row, past in enumerate(case.past[first:])
            ]
            request = RequestFacts(
                case.n_events_known, case.profiled, case.rule, case.taste, explored[column]
            )
            index = int(candidates[column])
            candidate = self._candidate(
                item, index, view, None if words is None else float(words[index])
            )
            out.append(_Weighable(counterfactuals[column], (facts, candidate, request, catalogue)))
        return out

    def _cosines(self, text: float, perceived: float) -> dict[str, float]:
        """By modality; what is perceived is missing where it is 0: then one item has none."""
        cosines: dict[str, float] = {Part.TEXT: float(text)}
        if perceived:
            cosines[self._medium] = float(perceived)
        return cosines

    def _likely(
        self, items: IntArray, citable: BoolArray, candidates: IntArray, text: FloatArray
    ) -> IntArray:
        """Positions in `items` (L,) of the newest of the citable events, and of the one that pulls
        each candidate most, by behaviour and by words (L, C), and the more the newer it is.

        In 9 of 10 cases on MovieLens the event that matters most is among them.
        """
        places = np.flatnonzero(citable)
        if not len(places):
            return places
        pull = self._ranker.view.behaviour.strongest[items[places]][
            :, candidates
        ].toarray()  # (U, C)
        recency = self._ranker.config.recency_decay ** (len(items) - 1 - places)
        strength = (_of_largest(pull) + _of_largest(text[places])) * (LONG_AGO + recency[:, None])
        return np.unique(np.concatenate([places[np.argmax(strength, axis=0)], places[-NEWEST:]]))

    def _counterfactuals(
        self, case: Case, candidates: IntArray, first: int, left_out: IntArray
    ) -> list[Counterfactual]:
        """Scores of each candidate without each of the events `left_out`, counted from `first`, and
        without each part. Of the other events from `first` on nothing is measured: the score
        stays."""
        history = case.history
        nothing, each = np.zeros(0, np.int64), (first + left_out)[:, None]
        scores = self._ranker.rescore(
            history, [nothing, *each], candidates, case.scale
        )  # (1 + L, C)
        if history.taste is not None:
            wordless = self._ranker.rescore(
                replace(history, taste=None), [nothing], candidates, case.scale
            )[0]  # (C,)
        silent = self._ranker.rescore_without(history, candidates, case.scale)
        out = []
        for column in range(len(candidates)):
            parts: dict[str, float] = {
                self._medium if name == Part.IMAGE else name: float(score[column])
                for name, score in silent.items()
            }
            if history.taste is not None:
                parts[Part.TASTE] = float(wordless[column])
            without = np.full(len(history) - first, scores[0, column])
            without[left_out] = scores[1:, column]
            out.append(Counterfactual(float(scores[0, column]), without, parts))
        return out

    def _candidate(self, item: Item, index: int, view: View, taste: float | None) -> CandidateFacts:
        counts = view.behaviour.counts
        newest = view.behaviour.recent
        count, recent = int(counts[index]), int(newest[index])
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
            recent,
            float((newest < recent).mean()),
            recent / RECENT_SHARE / max(count, 1),
            sponsor_of(item),
        )


def _of_largest(pulls: FloatArray) -> FloatArray:
    """(L, C) as shares of the largest of each column."""
    share: FloatArray = pulls / np.maximum(pulls.max(axis=0, initial=0.0), 1e-6)
    return share


def _looked_up(fact: Evidence) -> tuple[str, ...]:
    """What makes two facts about two candidates the same fact."""
    return (fact.kind, fact.item_id, fact.name, fact.value)


def convincing(past: Sequence[PastEvent]) -> list[bool]:
    """Which events may be given as a reason: what was liked, and not rated clearly lower than this
    person rates.

    Someone whose ratings are 4 and 5 is not convinced by "because you gave it a 3". Clearly is half
    a deviation.
    """
    values: dict[str, list[float]] = {}
    for event in past:
        if event.value is not None:
            values.setdefault(event.event_type, []).append(event.value)
    least = {kind: float(np.mean(given) - np.std(given) / 2) for kind, given in values.items()}
    return [
        event.liked and (event.value is None or event.value >= least[event.event_type])
        for event in past
    ]


def sponsor_of(item: Item) -> str | None:
    """Who pays for the item being shown, as its attribute `sponsored` says; empty where it says no
    more than that somebody does, None where nobody does."""
    value = item.attributes.get(SPONSORED)
    if isinstance(value, str):
        return value.strip() or None
    return "" if value else None


def subject_of(item: Item) -> Subject:
    """What words may be said about an item."""
    return Subject(
        item.item_id,
        item.title or item.item_id,
        item.domain,
        item.categories,
        {name: _as_text(value) for name, value in item.attributes.items()},
    )


def catalogue_facts(
    ranker: Ranker, items: Sequence[Item], medium: Medium = "image"
) -> CatalogueFacts:
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
        backgrounds={Part.TEXT: background(content.text), medium: background(content.image)},
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
