"""Plan: which evidence goes into which sentence, before any word is chosen. It knows no language."""

from __future__ import annotations

from collections.abc import Sequence

from service.explainer.evidence import Evidence, EvidenceKind

SHARED = (EvidenceKind.ATTRIBUTE, EvidenceKind.CATEGORY)
SIMILAR = (
    EvidenceKind.TEXT_SIMILARITY,
    EvidenceKind.IMAGE_SIMILARITY,
    EvidenceKind.AUDIO_SIMILARITY,
)
CONTEXT = (EvidenceKind.RULE, EvidenceKind.EXPLORATION, EvidenceKind.COLD_START)
"""Circumstances: they never come before a fact about the item."""

MAX_LINE_FACTS = 5
MAX_TOGETHER = 2
"""Facts in one supporting sentence."""
WEAK = 0.4
"""A second history item is named beside the first when it weighs at least this share of it."""


def split_first(
    evidence: Sequence[Evidence], max_titles: int
) -> tuple[list[Evidence], list[Evidence]]:
    """The facts of the first sentence, and the others of different kinds, strongest first."""
    head = evidence[0]
    first = [head]
    if head.kind is EvidenceKind.CHANGE:  # only all of them together do it
        return [e for e in evidence if e.kind is head.kind], [
            e for e in evidence if e.kind is not head.kind
        ]
    if head.kind is EvidenceKind.HISTORY:
        items = {head.item_id, head.title}
        for other in evidence[1:]:
            near = other.kind is head.kind and other.weight >= WEAK * head.weight
            if near and len(first) < max_titles and not items & {other.item_id, other.title}:
                first.append(other)
                items |= {other.item_id, other.title}
    return first, [e for e in evidence[1:] if e.kind is not head.kind]


def gist(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The facts that a line could draw on: the first of each kind, two where they are of the
    history."""
    chosen: list[Evidence] = []
    for fact in evidence:
        told = sum(other.kind is fact.kind for other in chosen)
        if told < (2 if fact.kind is EvidenceKind.HISTORY else 1):
            chosen.append(fact)
    return chosen[:MAX_LINE_FACTS]


def group_rest(first: Sequence[Evidence], rest: Sequence[Evidence]) -> list[list[Evidence]]:
    """Facts that go into one sentence each: shared things of one item, two similarities to one
    item, else one alone.

    No kind is told twice: three similar items in a row are a list, not a reason.
    """
    groups: list[list[Evidence]] = []
    said = {first[0].kind}
    for i, fact in enumerate(rest):
        if fact.kind in said:
            continue
        group = [fact]
        for family in (SHARED, SIMILAR):
            if fact.kind in family:
                group += [e for e in rest[i + 1 :] if _joins(group, e, family, said)][
                    : MAX_TOGETHER - 1
                ]
        said.update(e.kind for e in group)
        groups.append(group)
    return groups


def _joins(
    group: Sequence[Evidence],
    other: Evidence,
    family: Sequence[EvidenceKind],
    said: set[EvidenceKind],
) -> bool:
    about_one_item = (group[0].item_id, group[0].title) == (other.item_id, other.title)
    repeats = other.kind in said or (family is SIMILAR and other.kind is group[0].kind)
    return other.kind in family and about_one_item and not repeats
