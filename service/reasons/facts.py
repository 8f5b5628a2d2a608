"""Facts of items and of what people did with them, in the terms of the explainer.

Owns what may be given as a reason, and what is usual in a catalogue. Knows no scores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from encoders.arrays import FloatArray
from indexer.catalog.item import AttributeValue, Item
from service.explainer.attribution.columns import mute_attributes
from service.explainer.attribution.facts import SPONSORED, Background, CatalogueFacts
from service.explainer.evidence import Evidence, EvidenceKind, Subject
from service.ranker.catalog.content import Content

BACKGROUND_PAIRS = 2_000
"""Random pairs of items on which it is measured how near two items usually are."""


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
    items: Sequence[Item], aspects: Sequence[Mapping[str, Sequence[str]]] = ()
) -> CatalogueFacts:
    """How common each category, attribute value and word of a model is, and which attributes say
    nothing; `aspects` are what a model says of each item. `backgrounds` are another matter: they are
    of a ranker's vectors."""
    n = max(len(items), 1)
    categories: Counter[str] = Counter()
    attributes: Counter[tuple[str, str]] = Counter()
    for item in items:
        categories.update(set(item.categories))
        for name, value in item.attributes.items():
            parts = {part.strip() for part in _as_text(value).split(",")}
            attributes.update((name, part) for part in parts if part)
    said = Counter(
        (name, value) for one in aspects for name, values in one.items() for value in values
    )
    mute = mute_attributes(item.attributes for item in items)
    return CatalogueFacts(
        category_share={name: count / n for name, count in categories.items()},
        attribute_share={key: count / n for key, count in attributes.items() if key[0] not in mute},
        mute_attributes=mute,
        aspect_share={key: count / n for key, count in said.items()},
    )


def backgrounds(content: Content) -> dict[str, Background]:
    """How similar random items are in each modality."""
    return {name: background(vectors) for name, vectors in content.vectors.items()}


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
