"""Plan: which evidence goes into which sentence, before any word is chosen.

It goes by the role of each kind (`evidence.TELLING`) and does not know languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from service.explainer.evidence import Evidence, EvidenceKind, Role

Length = Literal["line", "paragraph", "profile"]
"""One sentence, two to four, or up to six about a taste."""

MAX_LINE_FACTS = 5
MAX_TOGETHER = 2
"""Facts in one supporting sentence."""
MIN_SHARE_OF_FIRST = 0.4
"""A second history item is named beside the first when it weighs at least this share of it."""


def in_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Circumstances after facts about the item; otherwise the order stays."""
    return sorted(evidence, key=lambda fact: fact.kind.role is Role.CONTEXT)


def split_first(
    evidence: Sequence[Evidence], max_titles: int
) -> tuple[list[Evidence], list[Evidence]]:
    """The facts of the first sentence, and the others of different kinds, strongest first."""
    head = evidence[0]
    others = [fact for fact in evidence if fact.kind is not head.kind]
    if head.kind is EvidenceKind.CHANGE:  # only all of them together change anything
        return [fact for fact in evidence if fact.kind is head.kind], others
    if head.kind.role is Role.CAUSE:
        return _causes(evidence, max_titles), others
    return [head], others


def gist(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The facts that a line could draw on: the first of each kind, and two causes."""
    chosen: list[Evidence] = []
    for fact in evidence:
        n_chosen = sum(other.kind is fact.kind for other in chosen)
        if n_chosen < (2 if fact.kind.role is Role.CAUSE else 1):
            chosen.append(fact)
    return chosen[:MAX_LINE_FACTS]


def group_rest(first: Sequence[Evidence], rest: Sequence[Evidence]) -> list[list[Evidence]]:
    """Facts that share a sentence: shared values of one item, two similarities to one item; any
    other fact is alone.

    No kind is told twice: three similar items in a row are a list, not a reason.
    """
    groups: list[list[Evidence]] = []
    said = {first[0].kind}
    for place, fact in enumerate(rest):
        if fact.kind in said:
            continue
        group = [fact]
        if fact.kind.role in (Role.SHARED, Role.SIMILAR):
            joining = [other for other in rest[place + 1 :] if _joins(fact, other, said)]
            group += joining[: MAX_TOGETHER - 1]
        said.update(one.kind for one in group)
        groups.append(group)
    return groups


def _causes(evidence: Sequence[Evidence], max_titles: int) -> list[Evidence]:
    """The strongest cause and others that are nearly as strong, about different items."""
    head = evidence[0]
    causes = [head]
    named = {head.item_id, head.title}
    for fact in evidence[1:]:
        if len(causes) == max_titles:
            break
        is_near = fact.kind is head.kind and fact.weight >= MIN_SHARE_OF_FIRST * head.weight
        if is_near and not named & {fact.item_id, fact.title}:
            causes.append(fact)
            named |= {fact.item_id, fact.title}
    return causes


def _joins(fact: Evidence, other: Evidence, said: set[EvidenceKind]) -> bool:
    """Whether another fact may share the sentence of a fact."""
    if other.kind.role is not fact.kind.role or other.item_key != fact.item_key:
        return False
    repeats = fact.kind.role is Role.SIMILAR and other.kind is fact.kind
    return other.kind not in said and not repeats
