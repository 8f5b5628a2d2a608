"""Drift: from which day on a person's choices are of another kind.

A scan of the likelihood ratio over every day that could be the first of a change and over every
trait, judged against the same scan with the days in random order: what is chosen together on one
day stays together, so that a long sitting in one mood is no change of taste, and one test answers
for all days and traits. Segments are split again (binary segmentation; Scott & Knott 1974,
Vostrikova 1981). It knows nothing of items or words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.explainer.taste.surprise import FloatArray, difference

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MIN_SIDE = 5
"""Choices on either side of a change."""
ORDERS = 199
"""Random orders of the days."""
MAX_CHANCE = 0.05
"""A change must be larger than the largest in all but this share of them."""
MAX_CHANGES = 2
MAX_DAYS = 100
"""Of more days, neighbours are put in order together, so that a long history takes little longer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One trait, more or less often from a choice on. Places are positions among the choices,
    oldest first."""

    trait: int
    start: int
    """First choice that is compared: the one after the turn before, or the first of all."""
    at: int
    """First choice of the change."""
    stop: int
    """The one after the last."""
    rises: bool


def turns(has: BoolArray, days: IntArray) -> list[Turn]:
    """The turns in choices (n, V), where `has` says which has which trait, in order of time; `days`
    (n,) ascend.

    At most one rise and one fall at each change, the clearest.
    """
    found: list[Turn] = []
    open_segments = [(0, len(days))]
    rng = np.random.default_rng(0)
    n_changes = 0
    while open_segments and n_changes < MAX_CHANGES:
        start, stop = open_segments.pop(0)
        change = _change(has[start:stop], days[start:stop], rng)
        if change is None:
            continue
        n_changes += 1
        at, traits = change
        found += [Turn(trait, start, start + at, stop, rises) for trait, rises in traits]
        open_segments += [(start, start + at), (start + at, stop)]
    return sorted(found, key=lambda turn: (turn.at, not turn.rises))


def _change(
    has: BoolArray, days: IntArray, rng: np.random.Generator
) -> tuple[int, list[tuple[int, bool]]] | None:
    """Where the clearest change is, and the traits that rise and fall there; None where chance does
    as well."""
    if len(days) < 2 * MIN_SIDE or not has.shape[1]:
        return None
    _, first = np.unique(days, return_index=True)
    counts = np.add.reduceat(
        has.astype(np.int64), first, axis=0
    )  # (D, V) choices of each day with each trait
    totals = np.diff(np.append(first, len(days)))  # (D,)
    enough = _enough(*_coarse(counts, totals), rng)
    if enough is None:
        return None
    g = _scan(counts, totals)  # (D - 1, V)
    last = int(np.argmax(g.max(axis=1)))  # day before the change
    before, after = counts[: last + 1].sum(axis=0), counts[last + 1 :].sum(axis=0)
    rises = after * totals[: last + 1].sum() > before * totals[last + 1 :].sum()  # (V,)
    traits = []
    for direction in (True, False):
        clear = np.where((rises == direction) & (g[last] > enough), g[last], 0.0)
        if clear.max() > 0:
            traits.append((int(np.argmax(clear)), direction))
    return int(first[last + 1]), traits


def _enough(counts: IntArray, totals: IntArray, rng: np.random.Generator) -> float | None:
    """The G that a change must exceed to be larger than by chance; None where none is."""
    clearest = _scan(counts, totals).max(initial=0.0)
    by_chance: list[float] = []
    while clearest > 0 and len(by_chance) < ORDERS:
        order = rng.permutation(len(totals))
        by_chance.append(float(_scan(counts[order], totals[order]).max(initial=0.0)))
        if sum(one >= clearest for one in by_chance) + 1 > MAX_CHANCE * (ORDERS + 1):
            return None
    return float(np.sort(by_chance)[-int(MAX_CHANCE * (ORDERS + 1))]) if by_chance else None


def _coarse(counts: IntArray, totals: IntArray) -> tuple[IntArray, IntArray]:
    """The same of at most MAX_DAYS blocks of days."""
    n_days = len(totals)
    _, first = np.unique(np.arange(n_days) * min(n_days, MAX_DAYS) // n_days, return_index=True)
    return np.add.reduceat(counts, first, axis=0), np.add.reduceat(totals, first)


def _scan(counts: IntArray, totals: IntArray) -> FloatArray:
    """(D - 1, V) G of what comes after each day against what comes until it; 0 where a side is too
    small."""
    before, n_before = counts.cumsum(axis=0)[:-1], totals.cumsum()[:-1]
    after, n_after = counts.sum(axis=0) - before, totals.sum() - n_before
    may = (n_before >= MIN_SIDE) & (n_after >= MIN_SIDE)
    g = np.zeros(before.shape)
    g[may] = difference(after[may], n_after[may, None], before[may], n_before[may, None])
    return g
