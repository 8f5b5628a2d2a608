"""Change points: from which day on a person's choices are of another kind.

A scan of the likelihood ratio over every day that could be the first of a change and over every
trait, compared with the same scan of the days in random order. What is chosen on one day stays
together in that order, so that a long session in one mood is no change of taste, and one test
answers for all days and traits. Segments are split again (binary segmentation; Scott & Knott 1974,
Vostrikova 1981). This module does not know items or words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.explainer.taste.likelihood_ratio import FloatArray, g_of_difference

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MIN_SIDE = 5
"""Choices on either side of a change."""
N_ORDERS = 199
"""Random orders of the days."""
MAX_P_VALUE = 0.05
"""A change must be larger than the largest in all but this share of the random orders."""
MAX_CHANGES = 2
MAX_DAYS = 100
"""More days are put in order in blocks of neighbours, so that a long history takes little longer."""


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """One trait, more or less often from a choice on. Places are positions among the choices,
    oldest first."""

    trait: int
    start: int
    """First choice that is compared: the one of the change before, or the first of all."""
    at: int
    """First choice of the change."""
    stop: int
    """The one after the last."""
    rises: bool


@dataclass(frozen=True, slots=True)
class _Days:
    """Choices counted by day."""

    counts: IntArray
    """(D, V) choices of each day with each trait."""
    totals: IntArray
    """(D,) choices of each day."""


def change_points(has: BoolArray, days: IntArray) -> list[ChangePoint]:
    """The change points of N choices in order of time.

    `has` (N, V) says which choice has which trait, `days` (N,) ascend. At each change there are at
    most one rise and one fall, the clearest.
    """
    found: list[ChangePoint] = []
    open_segments = [(0, len(days))]
    rng = np.random.default_rng(0)
    n_changes = 0
    while open_segments and n_changes < MAX_CHANGES:
        start, stop = open_segments.pop(0)
        change = _change(has[start:stop], days[start:stop], rng)
        if change is None:
            continue
        n_changes += 1
        first, traits = change
        at = start + first
        found += [ChangePoint(trait, start, at, stop, rises) for trait, rises in traits]
        open_segments += [(start, at), (at, stop)]
    return sorted(found, key=lambda point: (point.at, not point.rises))


def _change(
    has: BoolArray, days: IntArray, rng: np.random.Generator
) -> tuple[int, list[tuple[int, bool]]] | None:
    """Where the clearest change of a segment is, and the traits that rise (True) or fall there.

    None where random orders have as clear a change.
    """
    if len(days) < 2 * MIN_SIDE or not has.shape[1]:
        return None
    _, first = np.unique(days, return_index=True)
    by_day = _Days(
        counts=np.add.reduceat(has.astype(np.int64), first, axis=0),
        totals=np.diff(np.append(first, len(days))),
    )
    threshold = _threshold(_in_blocks(by_day), rng)
    if threshold is None:
        return None
    g = _scan(by_day)  # (D - 1, V)
    last = int(np.argmax(g.max(axis=1)))  # day before the change
    return int(first[last + 1]), _clearest(by_day, last, g[last], threshold)


def _clearest(by_day: _Days, last: int, g: FloatArray, threshold: float) -> list[tuple[int, bool]]:
    """The trait that rises most clearly after the day `last`, and the one that falls, where their
    G (V,) exceeds the threshold."""
    counts, totals = by_day.counts, by_day.totals
    before, n_before = counts[: last + 1].sum(axis=0), totals[: last + 1].sum()
    after, n_after = counts[last + 1 :].sum(axis=0), totals[last + 1 :].sum()
    rises = after * n_before > before * n_after  # (V,)
    traits = []
    for direction in (True, False):
        clear = np.where((rises == direction) & (g > threshold), g, 0.0)
        if clear.max() > 0:
            traits.append((int(np.argmax(clear)), direction))
    return traits


def _threshold(by_day: _Days, rng: np.random.Generator) -> float | None:
    """The G that a change must exceed to be significant; None where no change is."""
    clearest = _scan(by_day).max(initial=0.0)
    if clearest <= 0:
        return None
    n_allowed = int(MAX_P_VALUE * (N_ORDERS + 1))
    by_chance: list[float] = []
    while len(by_chance) < N_ORDERS:
        order = rng.permutation(len(by_day.totals))
        shuffled = _Days(by_day.counts[order], by_day.totals[order])
        by_chance.append(float(_scan(shuffled).max(initial=0.0)))
        n_as_clear = sum(one >= clearest for one in by_chance)
        if n_as_clear + 1 > MAX_P_VALUE * (N_ORDERS + 1):
            return None
    return float(np.sort(by_chance)[-n_allowed])


def _in_blocks(by_day: _Days) -> _Days:
    """The same of at most MAX_DAYS blocks of days."""
    n_days = len(by_day.totals)
    block = np.arange(n_days) * min(n_days, MAX_DAYS) // n_days  # (D,)
    _, first = np.unique(block, return_index=True)
    return _Days(
        counts=np.add.reduceat(by_day.counts, first, axis=0),
        totals=np.add.reduceat(by_day.totals, first),
    )


def _scan(by_day: _Days) -> FloatArray:
    """(D - 1, V) G of what comes after each day against what comes until it; 0 where a side is too
    small."""
    counts, totals = by_day.counts, by_day.totals
    before, n_before = counts.cumsum(axis=0)[:-1], totals.cumsum()[:-1]
    after, n_after = counts.sum(axis=0) - before, totals.sum() - n_before
    is_enough = (n_before >= MIN_SIDE) & (n_after >= MIN_SIDE)  # (D - 1,)
    g = np.zeros(before.shape)
    g[is_enough] = g_of_difference(
        after[is_enough], n_after[is_enough, None], before[is_enough], n_before[is_enough, None]
    )
    return g
