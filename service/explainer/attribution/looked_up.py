"""Looked-up facts: what is known about the candidate besides the scores.

This module owns which of it says enough to be evidence, and in which order facts of equal weight
come. Every fact here weighs 0; `weights` may give it a share. It does not know scores or words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.explainer.attribution.facts import (
    CandidateFacts,
    CatalogueFacts,
    Citable,
    HistoryFact,
    RequestFacts,
)
from service.explainer.attribution.limits import AttributionLimits
from service.explainer.attribution.shared import SharedValue, shared_attributes, shared_categories
from service.explainer.evidence import (
    DESCRIPTION,
    DETAILS,
    Evidence,
    EvidenceKind,
    similarity_kind,
)


@dataclass(frozen=True, slots=True)
class Supported:
    """A fact with its place among facts of equal weight."""

    evidence: Evidence
    support: float
    """0 to 1: how much it tells. Higher comes first."""


def look_up(
    citable: Sequence[Citable],
    candidate: CandidateFacts,
    request: RequestFacts,
    catalogue: CatalogueFacts,
    limits: AttributionLimits,
) -> Iterator[Supported]:
    """Every looked-up fact that is worth telling; of one kind the most telling first."""
    yield from _co_engagement(citable, limits)
    for modality in catalogue.backgrounds:
        yield from _similarity(modality, citable, candidate, catalogue, limits)
    yield from _shared_values(citable, candidate, catalogue, limits)
    yield from _popularity(candidate, catalogue, limits)
    yield from _trend(candidate, limits)
    yield from _sponsorship(candidate)
    yield from _newness(candidate, limits)
    yield from _asked_for(candidate, limits)
    yield from _cold_start(request, limits)
    yield from _circumstances(request)


def cite(kind: EvidenceKind, fact: HistoryFact) -> Evidence:
    """A fact of that kind about a history item, that weighs nothing."""
    return Evidence(
        kind=kind,
        weight=0.0,
        item_id=fact.item_id,
        title=fact.title,
        domain=fact.domain,
        event_type=fact.event_type,
        event_value=fact.value,
    )


def _co_engagement(citable: Sequence[Citable], limits: AttributionLimits) -> Iterator[Supported]:
    facts = [one.fact for one in citable if one.fact.co_engaged >= limits.min_people]
    facts.sort(key=lambda fact: -fact.co_engaged)
    for fact in facts[: limits.max_looked_up]:
        evidence = replace(
            cite(EvidenceKind.CO_ENGAGEMENT, fact),
            name=fact.co_engaged_deed,
            count=fact.co_engaged,
        )
        yield Supported(evidence, 1 - 1 / math.log2(2 + fact.co_engaged))


def _similarity(
    modality: str,
    citable: Sequence[Citable],
    candidate: CandidateFacts,
    catalogue: CatalogueFacts,
    limits: AttributionLimits,
) -> Iterator[Supported]:
    """History items that are close to the candidate in one modality, the closest first."""
    background = catalogue.backgrounds[modality]
    close: list[tuple[HistoryFact, float, float]] = []
    for fact, _ in citable:
        cosine = fact.cosines.get(modality)
        z = background.z(cosine)
        if cosine is not None and z >= limits.min_z:
            close.append((fact, cosine, z))
    close.sort(key=lambda row: -row[2])
    kind = similarity_kind(modality)
    for fact, cosine, z in close[: limits.max_looked_up]:
        name = _similarity_name(kind, modality, fact, candidate)
        evidence = replace(cite(kind, fact), name=name, similarity=cosine)
        yield Supported(evidence, min(1.0, z / 10))


def _similarity_name(
    kind: EvidenceKind, modality: str, fact: HistoryFact, candidate: CandidateFacts
) -> str:
    if kind is EvidenceKind.TEXT_SIMILARITY:
        return DESCRIPTION if fact.described and candidate.described else DETAILS
    return modality if kind is EvidenceKind.MEDIA_SIMILARITY else ""


def _shared_values(
    citable: Sequence[Citable],
    candidate: CandidateFacts,
    catalogue: CatalogueFacts,
    limits: AttributionLimits,
) -> Iterator[Supported]:
    categories = shared_categories(
        citable,
        candidate.categories,
        catalogue.category_share,
        limits.max_share,
        limits.min_lift,
    )
    attributes = shared_attributes(
        citable,
        candidate.attributes,
        catalogue.attribute_share,
        limits.max_attribute_share,
        limits.min_lift,
        catalogue.mute_attributes,
    )
    for shared in categories[: limits.max_looked_up]:
        yield _shared_value(EvidenceKind.CATEGORY, shared)
    for shared in attributes[: limits.max_looked_up]:
        yield _shared_value(EvidenceKind.ATTRIBUTE, shared)
    for shared in _shared_aspects(citable, candidate, catalogue, limits)[: limits.max_looked_up]:
        yield _shared_value(EvidenceKind.ASPECT, shared)


def _shared_aspects(
    citable: Sequence[Citable],
    candidate: CandidateFacts,
    catalogue: CatalogueFacts,
    limits: AttributionLimits,
) -> list[SharedValue]:
    """What a model says of both. It tells less than a caller's own value of the same rarity: it may
    be wrong."""
    described = [Citable(replace(fact, attributes=fact.aspects), drop) for fact, drop in citable]
    found = shared_attributes(
        described,
        candidate.aspects,
        catalogue.aspect_share,
        limits.max_attribute_share,
        limits.min_lift,
    )
    cited = {one.fact.item_id: one.fact for one in citable}
    return [
        replace(
            one,
            cited=cited[one.cited.item_id],
            strength=one.strength * limits.trust_in_models,
        )
        for one in found
    ]


def _shared_value(kind: EvidenceKind, shared: SharedValue) -> Supported:
    evidence = replace(
        cite(kind, shared.cited), name=shared.name, value=shared.value, count=shared.count
    )
    return Supported(evidence, shared.strength)


def _popularity(
    candidate: CandidateFacts, catalogue: CatalogueFacts, limits: AttributionLimits
) -> Iterator[Supported]:
    percentile = candidate.popularity_percentile
    if percentile < limits.min_popularity_percentile:
        return
    if candidate.popularity_count < limits.min_people:
        return
    evidence = Evidence(
        kind=EvidenceKind.POPULARITY,
        weight=0.0,
        name=candidate.popularity_deed,
        count=candidate.popularity_count,
        window_days=catalogue.popularity_window_days,
        percentile=percentile,
    )
    yield Supported(evidence, 0.5 * percentile)


def _trend(candidate: CandidateFacts, limits: AttributionLimits) -> Iterator[Supported]:
    percentile = candidate.recent_percentile
    if percentile < limits.min_popularity_percentile:
        return
    if candidate.recent_count < limits.min_people:
        return
    if candidate.recent_lift < limits.min_trend_lift:
        return
    evidence = Evidence(
        kind=EvidenceKind.TREND,
        weight=0.0,
        name=candidate.recent_deed,
        count=candidate.recent_count,
        percentile=percentile,
    )
    yield Supported(evidence, 0.5 * percentile)


def _sponsorship(candidate: CandidateFacts) -> Iterator[Supported]:
    if candidate.sponsor is not None:
        evidence = Evidence(EvidenceKind.SPONSORSHIP, weight=0.0, name=candidate.sponsor)
        yield Supported(evidence, 0.0)


def _newness(candidate: CandidateFacts, limits: AttributionLimits) -> Iterator[Supported]:
    days = candidate.days_since_created
    if days is not None and days <= limits.max_new_days:
        evidence = Evidence(EvidenceKind.NEWNESS, weight=0.0, count=max(0, int(days)))
        yield Supported(evidence, 0.3)


def _asked_for(candidate: CandidateFacts, limits: AttributionLimits) -> Iterator[Supported]:
    """What it has of what the words of the request, and of the user, ask for."""
    for kind, found, support in (
        (EvidenceKind.TASTE, candidate.of_taste, 0.9),
        (EvidenceKind.WISH, candidate.wished, 1.0),
    ):
        for words, value in found[: limits.max_looked_up]:
            yield Supported(Evidence(kind, weight=0.0, name=words, value=value), support)


def _cold_start(request: RequestFacts, limits: AttributionLimits) -> Iterator[Supported]:
    if not request.profiled:
        yield Supported(Evidence(EvidenceKind.COLD_START, weight=0.0, name="not_used"), 0.2)
        return
    if request.n_events_known >= limits.few_events:
        return
    name = "short_history" if request.n_events_known > 0 else "no_history"
    count = max(0, request.n_events_known)
    evidence = Evidence(EvidenceKind.COLD_START, weight=0.0, name=name, count=count)
    yield Supported(evidence, 0.2)


def _circumstances(request: RequestFacts) -> Iterator[Supported]:
    if request.placed:
        yield Supported(Evidence(EvidenceKind.PLACEMENT, weight=0.0), 0.0)
    if request.exploration:
        yield Supported(Evidence(EvidenceKind.EXPLORATION, weight=0.0), 0.15)
    if request.rule:
        yield Supported(Evidence(EvidenceKind.RULE, weight=0.0, name=request.rule), 0.1)
