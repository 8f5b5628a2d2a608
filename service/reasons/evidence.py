"""Evidence for a result: counterfactuals through the ranker that served it, and what was looked up
beside them.

Owns the way from an explained list to the explainer's facts and weights. Knows no words.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders.arrays import FloatArray
from indexer.catalog.item import Item
from service.aspects.reading import Aspects
from service.explainer.attribution.facts import (
    CandidateFacts,
    CatalogueFacts,
    Counterfactual,
    HistoryFact,
    Part,
    RequestFacts,
)
from service.explainer.attribution.weights import part_shares, weigh_evidence
from service.explainer.evidence import HIGHER, LOWER, SEEN, Evidence, EvidenceKind
from service.ranker.data.arrays import IntArray
from service.ranker.item_item.behaviour import RECENT_SHARE
from service.ranker.ranker import Ranker
from service.reasons.counterfactuals import ExplainedList, counterfactuals, likely_events
from service.reasons.crowd import Following, People
from service.reasons.crowds import Crowds
from service.reasons.facts import backgrounds, convincing, sponsor_of
from service.serving.served import ServedItem


@dataclass(frozen=True, slots=True)
class ResultEvidence:
    """What speaks for one result."""

    evidence: list[Evidence]
    """Strongest first."""
    parameters: Mapping[str, float]
    """Share of each `Part` in what moved the score; empty where leaving none of them out lowers it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Weighable:
    """One candidate: its scores without one thing at a time, and what was looked up beside them."""

    counterfactual: Counterfactual
    looked_up: tuple[Sequence[HistoryFact], CandidateFacts, RequestFacts, CatalogueFacts]

    def weighed(self) -> list[Evidence]:
        return weigh_evidence(self.counterfactual, *self.looked_up)


class Evidences:
    """Gathers evidence with one ranker."""

    def __init__(
        self,
        ranker: Ranker,
        usual: CatalogueFacts,
        crowds: Crowds,
        new_days: float,
        aspects: Aspects,
    ) -> None:
        """`usual` is what is usual in the catalogue, without the ranker's part in it; an item counts as
        new for `new_days`."""
        self._ranker, self._crowds = ranker, crowds
        self._new_days, self._aspects = new_days, aspects
        self._usual = replace(usual, backgrounds=backgrounds(ranker.snapshot.content))

    def of(
        self,
        explained: ExplainedList,
        candidates: IntArray,
        items: Sequence[Item],
        explored: Sequence[bool],
        *,
        in_short: bool = False,
    ) -> list[ResultEvidence]:
        """What speaks for each candidate (C,); `items` are the candidates' items.

        `in_short` leaves out only the history events that are likeliest to matter, for a list that
        waits.
        """
        weighable = self._weighable(explained, candidates, items, explored, in_short=in_short)
        return [ResultEvidence(one.weighed(), part_shares(one.counterfactual)) for one in weighable]

    def contrast(
        self, explained: ExplainedList, candidates: IntArray, items: Sequence[Item], explored: bool
    ) -> ResultEvidence:
        """What speaks for the first of two candidates more than for the second.

        History items that move the difference of the two scores as well as the score of the first,
        and what was looked up of the first and not of the second. Before all that the fact that
        there is a difference.
        """
        this, other = self._weighable(explained, candidates, items, [explored, False])
        gap = this.counterfactual.minus(other.counterfactual)
        shared = {
            _looked_up(fact) for fact in weigh_evidence(other.counterfactual, *other.looked_up)
        }
        missed = this.counterfactual.missed()
        causes = {
            past.item.item_id
            for past, counts in zip(explained.past[-len(missed) :], missed, strict=False)
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
        met = {past.item.item_id for past in explained.past}
        instead = Evidence(
            kind=EvidenceKind.CONTRAST,
            weight=0.0,
            item_id=items[1].item_id,
            title=items[1].title or items[1].item_id,
            domain=items[1].domain,
            name=SEEN if items[1].item_id in met else HIGHER if gap.full_score > 0 else LOWER,
            score_drop=gap.full_score,
        )
        return ResultEvidence([instead, *differs], part_shares(gap))

    def without(
        self, explained: ExplainedList, candidates: IntArray, left_out: Sequence[IntArray]
    ) -> FloatArray:
        """(V, C) scores without the events at each of V sets of positions, on the scale that was
        served."""
        return self._ranker.rescore(explained.history, left_out, candidates, explained.scale)

    def _weighable(
        self,
        explained: ExplainedList,
        candidates: IntArray,
        items: Sequence[Item],
        explored: Sequence[bool],
        *,
        in_short: bool = False,
    ) -> list[_Weighable]:
        snapshot, newest = self._ranker.snapshot, explained.newest
        cosines = {
            modality: vectors[newest] @ vectors[candidates].T  # (L, C)
            for modality, vectors in snapshot.content.vectors.items()
        }
        citable = np.array(convincing(explained.past), dtype=bool)[explained.first :]
        left_out = np.arange(len(newest))
        if in_short:
            left_out = likely_events(
                self._ranker, explained, citable, candidates, cosines[Part.TEXT]
            )
        scores = counterfactuals(self._ranker, explained, candidates, left_out)
        crowd = self._crowds.now(self._ranker.n_items)
        both = crowd.both(newest, candidates)  # (L, C)
        followings = crowd.following(candidates)
        out = []
        looked_at = [past.item for past in explained.past[explained.first :]]
        said = self._aspects.aspects_of_all([*looked_at, *items])
        for column, item in enumerate(items):
            facts = _history_facts(
                explained,
                said,
                citable.tolist(),
                {modality: of_one[:, column] for modality, of_one in cosines.items()},
                [of_one[column] for of_one in both],
            )
            served = explained.served.get(int(candidates[column]))
            request = RequestFacts(
                explained.n_events_known,
                explained.profiled,
                explained.rule,
                explored[column],
                placed=served is not None and bool(served.placed_by),
            )
            candidate = self._candidate_facts(item, followings[column])
            wished, of_taste = _asked_for(served)
            candidate = replace(
                candidate,
                aspects=said[len(looked_at) + column],
                wished=wished,
                of_taste=of_taste,
            )
            out.append(_Weighable(scores[column], (facts, candidate, request, self._usual)))
        return out

    def _candidate_facts(self, item: Item, following: Following) -> CandidateFacts:
        ever, lately = following.ever, following.lately
        days = None if item.created_at is None else (time.time() - item.created_at) / 86_400
        is_new = days is not None and 0 <= days <= self._new_days
        return CandidateFacts(
            item_id=item.item_id,
            categories=item.categories,
            attributes=item.attributes,
            described=bool(item.description),
            popularity_count=ever.count,
            popularity_percentile=following.percentile,
            popularity_deed=ever.deed,
            days_since_created=days if is_new else None,
            recent_count=lately.count,
            recent_percentile=following.recent_percentile,
            recent_lift=lately.count / RECENT_SHARE / max(ever.count, 1),
            recent_deed=lately.deed,
            sponsor=sponsor_of(item),
        )


def _asked_for(
    result: ServedItem | None,
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What it has of the wish, and what else of the described taste."""
    if result is None:
        return [], []
    wished = [(one.text, one.value) for one in result.reasons]
    values = {value for _, value in wished if value}
    of_taste = [(one.text, one.value) for one in result.taste_reasons if one.value not in values]
    return wished, of_taste


def _history_facts(
    explained: ExplainedList,
    said: Sequence[Mapping[str, tuple[str, ...]]],
    citable: Sequence[bool],
    cosines: Mapping[str, FloatArray],
    both: Sequence[People],
) -> list[HistoryFact]:
    """The events that are looked at, beside one candidate: what a model says of each, cosines (L,)
    by modality, and who chose both."""
    facts = []
    for row, past in enumerate(explained.past[explained.first :]):
        item = past.item
        near = {modality: float(of_one[row]) for modality, of_one in cosines.items()}
        facts.append(
            HistoryFact(
                item_id=item.item_id,
                title=item.title or item.item_id,
                domain=item.domain,
                event_type=past.event_type,
                value=past.value,
                liked=citable[row],
                categories=item.categories,
                attributes=item.attributes,
                aspects=said[row],
                described=bool(item.description),
                # 0: one of the two has nothing of this modality. Every item has a text.
                cosines={m: cosine for m, cosine in near.items() if cosine or m == Part.TEXT},
                co_engaged=both[row].count,
                co_engaged_deed=both[row].deed,
            )
        )
    return facts


def _looked_up(fact: Evidence) -> tuple[str, ...]:
    """What makes two facts about two candidates the same fact."""
    return (fact.kind, fact.item_id, fact.name, fact.value)
