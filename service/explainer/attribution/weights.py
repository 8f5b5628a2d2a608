"""Weights: from scores without one thing at a time to weighted evidence, strongest first.

This module owns how much evidence weighs. It does not score, look anything up or write words.

Weights are shares of positive movement. The movement is the sum of all positive drops: of history
items, and of the parts that are not about the history (popularity, newness, taste, exploration).
What is not cited still counts in that sum: a disliked item whose absence happens to lower the
score, or an item beyond the limit. So weights add up to at most 1.

Modalities and behaviour cut the movement of the history across, so they are not added to it. There
is one exception: no single history item is missed, because others say the same. Then modalities and
behaviour take the history's place, and each weighs on the strongest fact that stands for it.

All other looked-up facts weigh 0 and follow, the most telling first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from service.explainer.attribution.facts import (
    BESIDE_HISTORY,
    CandidateFacts,
    CatalogueFacts,
    Citable,
    Counterfactual,
    HistoryFact,
    Part,
    RequestFacts,
)
from service.explainer.attribution.limits import DEFAULT_LIMITS, AttributionLimits
from service.explainer.attribution.looked_up import Supported, cite, look_up
from service.explainer.evidence import SIMILARITY_OF_MODALITY, Evidence, EvidenceKind

LEAST_DROP = 1e-12
"""Scores are rounded far above this; shares of smaller drops would vanish."""
PART_OF_KIND: Mapping[EvidenceKind, str] = {
    **{kind: modality for modality, kind in SIMILARITY_OF_MODALITY.items()},
    EvidenceKind.CO_ENGAGEMENT: Part.BEHAVIOUR,
    EvidenceKind.POPULARITY: Part.POPULARITY,
    EvidenceKind.NEWNESS: Part.NEWNESS,
    EvidenceKind.TASTE: Part.TASTE,
    EvidenceKind.EXPLORATION: Part.EXPLORATION,
    EvidenceKind.WISH: Part.WISH,
}
"""The part of the scorer's input that a kind of fact stands for. The part of MEDIA_SIMILARITY is
the modality that it names."""


def weigh_evidence(
    counterfactual: Counterfactual,
    history: Sequence[HistoryFact],
    candidate: CandidateFacts,
    request: RequestFacts,
    catalogue: CatalogueFacts,
    limits: AttributionLimits = DEFAULT_LIMITS,
) -> list[Evidence]:
    """Evidence for one served candidate, strongest first; weights sum to at most 1.

    ValueError when there is not one score per history item, or when a part is neither a `Part` nor
    a modality of the catalogue.
    """
    _check(counterfactual, history, catalogue)
    full = counterfactual.full_score
    drops = [_drop(full, float(score), limits) for score in counterfactual.without_history]
    parts = _part_drops(counterfactual, limits)
    if sum(drops) > 0:
        parts = {part: drop for part, drop in parts.items() if part in BESIDE_HISTORY}
    movement = sum(drops) + sum(parts.values())
    citable = _citable(history, drops, candidate)
    found = [
        *_causes(citable, movement, limits),
        *look_up(citable, candidate, request, catalogue, limits),
    ]
    found = _weigh_parts(found, parts, movement)
    found.sort(key=lambda fact: (-fact.evidence.weight, -fact.support))
    return [fact.evidence for fact in found]


def part_shares(
    counterfactual: Counterfactual, limits: AttributionLimits = DEFAULT_LIMITS
) -> dict[str, float]:
    """Share of each part or modality in what moved the score.

    Empty when the score is not lower without any of them.
    """
    drops = _part_drops(counterfactual, limits)
    total = sum(drops.values())
    return {part: drop / total for part, drop in drops.items() if drop > 0}


def _check(
    counterfactual: Counterfactual, history: Sequence[HistoryFact], catalogue: CatalogueFacts
) -> None:
    n_scores = len(counterfactual.without_history)
    if n_scores != len(history):
        raise ValueError(f"{n_scores} scores for {len(history)} history items")
    known = [*map(str, Part), *catalogue.backgrounds]
    unknown = sorted(set(counterfactual.without_part) - set(known))
    if unknown:
        raise ValueError(f"unknown parts {unknown}; parts are {list(dict.fromkeys(known))}")


def _drop(full: float, without: float, limits: AttributionLimits) -> float:
    """How much the score falls; 0 when it rises, does not move beyond noise, or is not a number."""
    drop = full - without
    noise = max(limits.min_relative_drop * max(abs(full), abs(without)), LEAST_DROP)
    return drop if math.isfinite(drop) and drop > noise else 0.0


def _part_drops(counterfactual: Counterfactual, limits: AttributionLimits) -> dict[str, float]:
    return {
        str(part): _drop(counterfactual.full_score, score, limits)
        for part, score in counterfactual.without_part.items()
    }


def _citable(
    history: Sequence[HistoryFact], drops: Sequence[float], candidate: CandidateFacts
) -> list[Citable]:
    """History items that were liked and are not the candidate itself.

    Each item is there once, with the event without which the score falls most.
    """
    strongest: dict[str, Citable] = {}
    for fact, drop in zip(history, drops, strict=True):
        if not fact.liked or fact.item_id == candidate.item_id:
            continue
        known = strongest.get(fact.item_id)
        if known is None or drop >= known.drop:
            strongest[fact.item_id] = Citable(fact, drop)
    return list(strongest.values())


def _causes(
    citable: Sequence[Citable], movement: float, limits: AttributionLimits
) -> Iterable[Supported]:
    missed = [one for one in citable if one.drop > 0]
    missed.sort(key=lambda one: -one.drop)
    for fact, drop in missed[: limits.max_history]:
        evidence = replace(
            cite(EvidenceKind.HISTORY, fact), weight=drop / movement, score_drop=drop
        )
        yield Supported(evidence, 1.0)


def _weigh_parts(
    facts: Sequence[Supported], parts: Mapping[str, float], movement: float
) -> list[Supported]:
    """Give a part's measured share to the strongest fact that stands for it."""
    pending = {part: drop for part, drop in parts.items() if drop > 0}
    weighed = []
    for fact in facts:
        drop = pending.pop(_part_of(fact.evidence), 0.0)
        if drop > 0:
            evidence = replace(fact.evidence, weight=drop / movement, score_drop=drop)
            fact = replace(fact, evidence=evidence)
        weighed.append(fact)
    return weighed


def _part_of(evidence: Evidence) -> str:
    """The part that a fact stands for; empty for none."""
    if evidence.kind is EvidenceKind.MEDIA_SIMILARITY:
        return evidence.name
    return PART_OF_KIND.get(evidence.kind, "")
