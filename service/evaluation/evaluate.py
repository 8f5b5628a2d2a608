"""What the answers of systems are worth: figures per slice, with intervals.

Knows metrics and cases; no models, no service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from service.evaluation import metrics
from service.evaluation.answers import Answers
from service.evaluation.report import Figure, Report
from service.ranker.data.arrays import IntArray

ALL = "all"
"""The slice that every case is in."""
RESAMPLES = 1000
RESAMPLES_AT_ONCE = 50
LIST_METRICS: Mapping[str, Callable[[Sequence[int], frozenset[int], int], float]] = {
    "ndcg": metrics.ndcg,
    "recall": metrics.recall,
    "hit_rate": metrics.hit_rate,
    "mrr": metrics.reciprocal_rank,
    "map": metrics.average_precision,
    "precision": metrics.precision,
    "f1": metrics.f1,
}
Columns = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Per metric, numerators and denominators of equal length; the figure is the ratio of their sums."""


def measure(
    systems: Mapping[str, Sequence[Answers]],
    k: int = 10,
    *,
    n_items: int,
    vectors: NDArray[np.float32] | None = None,
    seed: int = 0,
) -> Report:
    """Figures per system and slice over all the cases it was asked, with bootstrap 95 % intervals
    over the people.

    A system has one `Answers` per repetition. Who is asked in several counts as one person in the
    interval: repetitions say more about the training and about what was held out, not about more
    people. The answers' `item_counts` add novelty, popularity-debiased NDCG and, over all cases,
    the exposure of each tenth of the catalogue; `vectors` (unit rows) adds intra-list diversity.
    """
    return Report(
        tuple(
            figure
            for name, answers in systems.items()
            for label in _labels(answers)
            for figure in _figures(name, label, answers, k, n_items, vectors, seed)
        )
    )


def _labels(answers: Sequence[Answers]) -> list[str]:
    return sorted(
        {label for one in answers for case in one.cases for label in case.slices}, key=_slice_order
    )


def _figures(
    system: str,
    label: str,
    answers: Sequence[Answers],
    k: int,
    n_items: int,
    vectors: NDArray[np.float32] | None,
    seed: int,
) -> Iterator[Figure]:
    """All figures of one system on one slice."""
    within = [one for one in (_within_slice(one, label) for one in answers) if one.cases]
    tables = [_table(one, label, k, vectors) for one in within]
    users = np.array([case.user for one in within for case in one.cases])
    for metric, (value, low, high) in bootstrap(_by_person(users, tables), seed=seed).items():
        yield Figure(system, label, f"{metric}@{k}", value, low, high, len(users))
    covered = np.mean([metrics.coverage(one.lists, n_items, k) for one in within])
    yield Figure(system, label, f"coverage@{k}", float(covered), None, None, len(users))
    if label == ALL:
        counted = [(one.lists, one.item_counts) for one in within if one.item_counts is not None]
        shares = [metrics.exposure(lists, counts, k) for lists, counts in counted]
        for part, share in enumerate(np.mean(shares, axis=0).tolist() if shares else (), start=1):
            yield Figure(system, label, f"exposure_{part}@{k}", share, None, None, len(users))


def _within_slice(answers: Answers, label: str) -> Answers:
    """The cases that belong to the slice, and their lists."""
    pairs = [
        (case, found)
        for case, found in zip(answers.cases, answers.lists, strict=True)
        if label in case.slices
    ]
    return Answers([case for case, _ in pairs], [found for _, found in pairs], answers.item_counts)


def _by_person(users: IntArray, tables: Sequence[Columns]) -> Columns:
    """The columns of all repetitions, added up over the cases of each person."""
    people, person = np.unique(users, return_inverse=True)

    def added_up(metric: str, side: int) -> NDArray[np.float64]:
        sums = np.zeros(len(people))
        np.add.at(sums, person, np.concatenate([table[metric][side] for table in tables]))
        return sums

    return {metric: (added_up(metric, 0), added_up(metric, 1)) for metric in tables[0]}


def bootstrap(
    table: Columns, *, seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, tuple[float, float, float]]:
    """Ratio of sums of each (numerators, denominators) pair of columns, with its 95 % percentile
    interval.

    All columns are resampled together, by row; the same seed and number of rows give the same
    resamples.
    """
    names = list(table)
    above = np.stack([table[name][0] for name in names], axis=1)  # (C, M)
    below = np.stack([table[name][1] for name in names], axis=1)  # (C, M)
    size = len(above)
    rng = np.random.default_rng(seed)
    drawn = []
    for start in range(0, resamples, RESAMPLES_AT_ONCE):
        rows = min(RESAMPLES_AT_ONCE, resamples - start)
        picks = rng.integers(size, size=(rows, size)) + np.arange(rows)[:, None] * size
        times = (
            np.bincount(picks.ravel(), minlength=rows * size).reshape(rows, size).astype(np.float64)
        )
        drawn.append(_ratio(times @ above, times @ below))  # (R, M)
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975], axis=0)
    value = _ratio(above.sum(axis=0), below.sum(axis=0))
    return {name: (float(value[m]), float(low[m]), float(high[m])) for m, name in enumerate(names)}


def _table(answers: Answers, label: str, k: int, vectors: NDArray[np.float32] | None) -> Columns:
    """A row per case."""
    asked = [
        (ranked, frozenset(case.slices[label].tolist()))
        for case, ranked in zip(answers.cases, answers.lists, strict=True)
    ]
    item_counts = answers.item_counts
    ones = np.ones(len(asked))
    table = {
        name: (np.array([metric(ranked, relevant, k) for ranked, relevant in asked]), ones)
        for name, metric in LIST_METRICS.items()
    }
    if item_counts is not None:
        weights = metrics.propensity_weights(item_counts)
        debiased = np.array(
            [metrics.debiased_ndcg(ranked, relevant, k, weights) for ranked, relevant in asked]
        )
        table["debiased_ndcg"] = (debiased[:, 0], debiased[:, 1])
        table["novelty"] = (
            np.array([metrics.novelty(ranked, item_counts, k) for ranked, _ in asked]),
            ones,
        )
    if vectors is not None:
        diversity = np.array(
            [metrics.intra_list_diversity(ranked, vectors, k) for ranked, _ in asked]
        )
        table["diversity"] = (diversity, ones)
    return table


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(above / np.maximum(below, np.finfo(np.float64).tiny))


def _slice_order(label: str) -> tuple[int, str]:
    """The named slices first, then events known and history lengths from small to large, then
    domains."""
    named = [ALL, "warm", "cold_item", "cold_user"]
    if label in named:
        return named.index(label), label
    for place, prefix in enumerate(("events ", "history ")):
        if label.startswith(prefix):
            digits = label.removeprefix(prefix).rstrip("+").split("-")[0]
            return len(named) + place, digits.zfill(9)
    return len(named) + 2, label
