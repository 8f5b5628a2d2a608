"""Attribution: from scores without one thing at a time to weighted evidence, strongest first.

It owns what counts as evidence (thresholds) and how much it weighs. It does not score, look
anything up or write words.

Weights are shares of positive movement. The movement is the sum of all positive drops: of history
items, and of the parts that are not history (popularity, newness, taste, exploration). What is not
cited (a disliked item whose absence happens to lower the score, an item beyond the limit) still
counts in that sum, so weights add up to at most 1. Modalities cut the movement of the history
across, so they are not added to it; only where no history item is missed (ten that say the same
thing: the other nine still say it) text, image or audio, and behaviour take the history's place,
and weigh down on the facts that stand for them. Everything else that was looked up weighs 0 and
follows, the most telling first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.explainer.attribution.facts import (
    MODALITIES,
    Background,
    CandidateFacts,
    CatalogueFacts,
    Counterfactual,
    HistoryFact,
    Part,
    RequestFacts,
)
from service.explainer.attribution.shared import shared_attributes, shared_categories
from service.explainer.evidence import DESCRIPTION, DETAILS, Evidence, EvidenceKind


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts, and how much of it is named."""

    min_relative_drop: float = 1e-4
    """A drop must exceed this share of the larger of the two scores: below it is arithmetic noise."""
    min_people: int = 5
    """Fewer people are never mentioned: they could be recognised."""
    min_z: float = 2.0
    """Similarity counts from this many standard deviations above random pairs: about the closest 2
    % of a catalogue."""
    min_popularity_percentile: float = 0.9
    min_trend_lift: float = 2.0
    """Chosen lately this many times as often as over all time."""
    max_new_days: float = 30.0
    few_events: int = 5
    """A user with fewer known events is called new."""
    max_share: float = 0.3
    """A category that more of the catalogue has says nothing."""
    max_attribute_share: float = 0.1
    """The same of attribute values; lower, since a value worth naming is a name, not a class such
    as an age rating."""
    min_lift: float = 1.5
    """It must be this much more common among what the user chose than in the catalogue."""
    max_history: int = 5
    max_looked_up: int = 3
    """Facts of one looked-up kind."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    evidence: Evidence
    support: float
    """Orders facts of equal weight, 0..1."""


def weigh_evidence(
    counterfactual: Counterfactual,
    history: Sequence[HistoryFact],
    candidate: CandidateFacts,
    request: RequestFacts,
    catalogue: CatalogueFacts,
    limits: Limits = Limits(),
) -> list[Evidence]:
    """Evidence for one served candidate, strongest first; weights sum to at most 1."""
    if len(counterfactual.without_history) != len(history):
        raise ValueError(
            f"{len(counterfactual.without_history)} scores for {len(history)} history items"
        )
    full = counterfactual.full_score
    drops = [_drop(full, float(score), limits) for score in counterfactual.without_history]
    history_moves = sum(drops) > 0
    parts = {
        Part(part): _drop(full, score, limits)
        for part, score in counterfactual.without_part.items()
        if part not in MODALITIES or not history_moves
    }
    movement = sum(drops) + sum(parts.values())
    usable = _usable(history, drops, candidate)
    ranked = [
        *_history(usable, movement, limits),
        *_co_engagement(usable, limits),
        *_similar(EvidenceKind.TEXT_SIMILARITY, usable, candidate, catalogue.text, limits),
        *_similar(EvidenceKind.IMAGE_SIMILARITY, usable, candidate, catalogue.image, limits),
        *_similar(EvidenceKind.AUDIO_SIMILARITY, usable, candidate, catalogue.audio, limits),
        *_shared(usable, candidate, catalogue, limits),
        *_item_facts(candidate, catalogue, limits),
        *_request_facts(request, candidate, catalogue, limits),
    ]
    ranked = _weigh_parts(ranked, parts, movement)
    ranked.sort(key=lambda r: (-r.evidence.weight, -r.support))
    return [r.evidence for r in ranked]


def part_shares(counterfactual: Counterfactual, limits: Limits = Limits()) -> dict[str, float]:
    """Share of each part (`Part`) in what moved the score; empty when leaving none of them out
    lowers it."""
    full = counterfactual.full_score
    drops = {
        str(part): _drop(full, score, limits) for part, score in counterfactual.without_part.items()
    }
    total = sum(drops.values())
    return {part: drop / total for part, drop in drops.items() if drop > 0} if total > 0 else {}


def _drop(full: float, without: float, limits: Limits) -> float:
    """How much the score falls; 0 when it rises, does not move beyond noise, or is not a number."""
    drop = full - without
    if not math.isfinite(drop) or drop <= limits.min_relative_drop * max(abs(full), abs(without)):
        return 0.0
    return drop


def _usable(
    history: Sequence[HistoryFact], drops: Sequence[float], candidate: CandidateFacts
) -> list[tuple[HistoryFact, float]]:
    """What may be cited: liked, not the candidate itself, each item once with the event that is
    missed most."""
    strongest: dict[str, tuple[HistoryFact, float]] = {}
    for fact, drop in zip(history, drops, strict=True):
        may_be_cited = fact.liked and fact.item_id != candidate.item_id
        if may_be_cited and drop >= strongest.get(fact.item_id, (fact, 0.0))[1]:
            strongest[fact.item_id] = (fact, drop)
    return list(strongest.values())


def _cite(kind: EvidenceKind, fact: HistoryFact) -> Evidence:
    return Evidence(
        kind=kind,
        weight=0.0,
        item_id=fact.item_id,
        title=fact.title,
        domain=fact.domain,
        event_type=fact.event_type,
        event_value=fact.value,
    )


def _history(
    usable: Sequence[tuple[HistoryFact, float]], movement: float, limits: Limits
) -> Iterable[_Ranked]:
    missed = [(fact, drop) for fact, drop in usable if drop > 0]
    top = sorted(missed, key=lambda pair: -pair[1])[: limits.max_history]
    return [
        _Ranked(
            replace(_cite(EvidenceKind.HISTORY, fact), weight=drop / movement, score_drop=drop), 1.0
        )
        for fact, drop in top
    ]


def _co_engagement(
    usable: Sequence[tuple[HistoryFact, float]], limits: Limits
) -> Iterable[_Ranked]:
    shared = [fact for fact, _ in usable if fact.co_engaged >= limits.min_people]
    top = sorted(shared, key=lambda fact: -fact.co_engaged)[: limits.max_looked_up]
    return [
        _Ranked(
            replace(_cite(EvidenceKind.CO_ENGAGEMENT, f), count=f.co_engaged),
            1 - 1 / math.log2(2 + f.co_engaged),
        )
        for f in top
    ]


def _similar(
    kind: EvidenceKind,
    usable: Sequence[tuple[HistoryFact, float]],
    candidate: CandidateFacts,
    background: Background,
    limits: Limits,
) -> Iterable[_Ranked]:
    is_text = kind is EvidenceKind.TEXT_SIMILARITY
    cosines = [(f, _COSINE_OF_KIND[kind](f)) for f, _ in usable]
    close = [
        (f, c, background.z(c))
        for f, c in cosines
        if c is not None and background.z(c) >= limits.min_z
    ]
    close.sort(key=lambda row: -row[2])
    for fact, cosine, z in close[: limits.max_looked_up]:
        words = DESCRIPTION if fact.described and candidate.described else DETAILS
        evidence = replace(_cite(kind, fact), name=words if is_text else "", similarity=cosine)
        yield _Ranked(evidence, min(1.0, z / 10))


def _shared(
    usable: Sequence[tuple[HistoryFact, float]],
    candidate: CandidateFacts,
    catalogue: CatalogueFacts,
    limits: Limits,
) -> Iterable[_Ranked]:
    lift = limits.min_lift
    categories = shared_categories(
        usable, candidate.categories, catalogue.category_share, limits.max_share, lift
    )
    attributes = shared_attributes(
        usable, candidate.attributes, catalogue.attribute_share, limits.max_attribute_share, lift
    )
    for kind, found in ((EvidenceKind.CATEGORY, categories), (EvidenceKind.ATTRIBUTE, attributes)):
        for shared in found[: limits.max_looked_up]:
            evidence = replace(
                _cite(kind, shared.cited), name=shared.name, value=shared.value, count=shared.count
            )
            yield _Ranked(evidence, shared.strength)


def _item_facts(
    candidate: CandidateFacts, catalogue: CatalogueFacts, limits: Limits
) -> Iterable[_Ranked]:
    percentile = candidate.popularity_percentile
    if (
        percentile >= limits.min_popularity_percentile
        and candidate.popularity_count >= limits.min_people
    ):
        yield _Ranked(
            Evidence(
                kind=EvidenceKind.POPULARITY,
                weight=0.0,
                count=candidate.popularity_count,
                window_days=catalogue.popularity_window_days,
                percentile=percentile,
            ),
            0.5 * percentile,
        )
    is_known = candidate.recent_percentile >= limits.min_popularity_percentile
    if (
        is_known
        and candidate.recent_count >= limits.min_people
        and candidate.recent_lift >= limits.min_trend_lift
    ):
        trend = Evidence(
            kind=EvidenceKind.TREND,
            weight=0.0,
            count=candidate.recent_count,
            percentile=candidate.recent_percentile,
        )
        yield _Ranked(trend, 0.5 * candidate.recent_percentile)
    if candidate.sponsor is not None:
        yield _Ranked(
            Evidence(kind=EvidenceKind.SPONSORSHIP, weight=0.0, name=candidate.sponsor), 0.0
        )
    days = candidate.days_since_created
    if days is not None and days <= limits.max_new_days:
        yield _Ranked(Evidence(kind=EvidenceKind.NEWNESS, weight=0.0, count=max(0, int(days))), 0.3)


def _request_facts(
    request: RequestFacts,
    candidate: CandidateFacts,
    catalogue: CatalogueFacts,
    limits: Limits,
) -> Iterable[_Ranked]:
    cosine = candidate.taste_cosine
    if request.taste and cosine is not None and catalogue.taste.z(cosine) >= limits.min_z:
        taste = Evidence(kind=EvidenceKind.TASTE, weight=0.0, name=request.taste, similarity=cosine)
        yield _Ranked(taste, 0.9)
    if not request.profiled:
        yield _Ranked(Evidence(kind=EvidenceKind.COLD_START, weight=0.0, name="not_used"), 0.2)
    elif request.n_events_known < limits.few_events:
        name = "short_history" if request.n_events_known > 0 else "no_history"
        count = max(0, request.n_events_known)
        yield _Ranked(
            Evidence(kind=EvidenceKind.COLD_START, weight=0.0, name=name, count=count), 0.2
        )
    if request.exploration:
        yield _Ranked(Evidence(kind=EvidenceKind.EXPLORATION, weight=0.0), 0.15)
    if request.rule:
        yield _Ranked(Evidence(kind=EvidenceKind.RULE, weight=0.0, name=request.rule), 0.1)


_COSINE_OF_KIND: Mapping[EvidenceKind, Callable[[HistoryFact], float | None]] = {
    EvidenceKind.TEXT_SIMILARITY: lambda fact: fact.text_cosine,
    EvidenceKind.IMAGE_SIMILARITY: lambda fact: fact.image_cosine,
    EvidenceKind.AUDIO_SIMILARITY: lambda fact: fact.audio_cosine,
}
_KIND_OF_PART = {
    Part.TEXT: EvidenceKind.TEXT_SIMILARITY,
    Part.IMAGE: EvidenceKind.IMAGE_SIMILARITY,
    Part.AUDIO: EvidenceKind.AUDIO_SIMILARITY,
    Part.BEHAVIOUR: EvidenceKind.CO_ENGAGEMENT,
    Part.POPULARITY: EvidenceKind.POPULARITY,
    Part.NEWNESS: EvidenceKind.NEWNESS,
    Part.TASTE: EvidenceKind.TASTE,
    Part.EXPLORATION: EvidenceKind.EXPLORATION,
}


def _weigh_parts(
    ranked: Sequence[_Ranked], parts: Mapping[Part, float], movement: float
) -> list[_Ranked]:
    """Give a part's measured share to the strongest fact that stands for it."""
    pending = {_KIND_OF_PART[part]: drop for part, drop in parts.items() if drop > 0}
    weighed = []
    for fact in ranked:
        drop = pending.pop(fact.evidence.kind, 0.0)
        if drop > 0:
            fact = replace(
                fact, evidence=replace(fact.evidence, weight=drop / movement, score_drop=drop)
            )
        weighed.append(fact)
    return weighed
