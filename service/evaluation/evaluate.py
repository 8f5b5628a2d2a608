"""Ask systems the cases of a split and measure the answers, over the full catalogue, the same way for everyone.

A system is anything that answers cases with lists. What the user has seen, what lies outside the case's domain and what
is listed twice is struck from every answer before it is measured. Knows metrics and cases; no models, no service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from service.evaluation import metrics
from service.evaluation.report import Figure, Report
from service.evaluation.splits import Case
from service.ranker.interactions import IntArray

Recommend = Callable[[Sequence[Case]], Iterable[Sequence[int]]]
"""A batch of cases -> one list of item indices each, best first."""
Scores = Callable[[Sequence[IntArray]], NDArray[np.float32]]
"""A batch of histories -> scores of the whole catalogue, (B, n_items)."""

ALL = "all"
"""The slice that every case is in."""
BATCH = 256
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


def evaluate(
    recommend: Recommend,
    cases: Sequence[Case],
    k: int = 10,
    *,
    n_items: int,
    name: str = "system",
    item_counts: IntArray | None = None,
    vectors: NDArray[np.float32] | None = None,
    domains: Sequence[str] | None = None,
    seed: int = 0,
    on_progress: Callable[[int], None] | None = None,
) -> Report:
    """Figures per slice, with bootstrap 95 % intervals over the cases.

    `item_counts` (events per item in training) adds novelty, popularity-debiased NDCG and, over all cases, the exposure
    of each tenth of the catalogue; `vectors` (unit rows) adds intra-list diversity; `domains` (one per item) is
    required where cases rank within a domain.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, found {k}")
    lists = list(_answers(recommend, cases, k, n_items, domains, on_progress))
    labels = dict.fromkeys(label for case in cases for label in case.slices)  # in order of appearance
    figures: list[Figure] = []
    for label in sorted(labels, key=_slice_order):
        members = [index for index, case in enumerate(cases) if label in case.slices]
        asked = [(lists[index], frozenset(cases[index].slices[label].tolist())) for index in members]
        table = _table(asked, k, item_counts, vectors)
        intervals = bootstrap(table, seed=seed)
        for metric, (value, low, high) in intervals.items():
            figures.append(Figure(name, label, f"{metric}@{k}", value, low, high, len(members)))
        covered = metrics.coverage([ranked for ranked, _ in asked], n_items, k)
        figures.append(Figure(name, label, f"coverage@{k}", covered, None, None, len(members)))
        if label == ALL and item_counts is not None:
            shares = metrics.exposure([ranked for ranked, _ in asked], item_counts, k)
            figures += [
                Figure(name, label, f"exposure_{part}@{k}", share, None, None, len(members))
                for part, share in enumerate(shares.tolist(), start=1)
            ]
    return Report(tuple(figures))


def compare(
    systems: Mapping[str, Recommend],
    cases: Sequence[Case],
    k: int = 10,
    *,
    n_items: int,
    item_counts: IntArray | None = None,
    vectors: NDArray[np.float32] | None = None,
    domains: Sequence[str] | None = None,
    seed: int = 0,
    on_progress: Callable[[int], None] | None = None,
) -> Report:
    """Several systems on the same cases, with the same resamples."""
    reports = [
        evaluate(
            recommend,
            cases,
            k,
            n_items=n_items,
            name=name,
            item_counts=item_counts,
            vectors=vectors,
            domains=domains,
            seed=seed,
            on_progress=on_progress,
        )
        for name, recommend in systems.items()
    ]
    return Report(tuple(figure for report in reports for figure in report.figures))


def from_scores(scores: Scores, k: int = 10, *, domains: Sequence[str] | None = None) -> Recommend:
    """Make a system of anything that scores the whole catalogue for a batch of histories."""
    names = None if domains is None else np.asarray(domains)

    def recommend(cases: Sequence[Case]) -> Iterator[Sequence[int]]:
        for start in range(0, len(cases), BATCH):
            batch = cases[start : start + BATCH]
            for case, row in zip(batch, scores([case.history for case in batch]), strict=True):
                allowed = np.ones(len(row), dtype=np.bool_) if case.domain is None else _within(names, case.domain)
                allowed = allowed.copy()
                allowed[case.history] = False
                yield top_k(row, k, allowed).tolist()

    return recommend


def top_k(scores: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]) -> IntArray:
    """The k best allowed items with a finite score, best first; the lower index wins a tie.

    >>> top_k(np.array([1.0, 3.0, 3.0, 9.0], dtype=np.float32), 2, np.array([True, True, True, False])).tolist()
    [1, 2]
    """
    candidates = np.flatnonzero(allowed & np.isfinite(scores))
    if len(candidates) > k:
        kth = np.partition(scores[candidates], -k)[-k]
        candidates = candidates[scores[candidates] >= kth]
    order = np.argsort(-scores[candidates], kind="stable")
    return candidates[order][:k].astype(np.int64)


def bootstrap(
    table: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]], *, seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, tuple[float, float, float]]:
    """Ratio of sums of each (numerators, denominators) pair of columns, with its 95 % percentile interval.

    All columns are resampled together, by case; the same seed and number of cases give the same resamples.
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
        times = np.bincount(picks.ravel(), minlength=rows * size).reshape(rows, size).astype(np.float64)
        drawn.append(_ratio(times @ above, times @ below))  # (R, M)
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975], axis=0)
    value = _ratio(above.sum(axis=0), below.sum(axis=0))
    return {name: (float(value[m]), float(low[m]), float(high[m])) for m, name in enumerate(names)}


def _answers(
    recommend: Recommend,
    cases: Sequence[Case],
    k: int,
    n_items: int,
    domains: Sequence[str] | None,
    on_progress: Callable[[int], None] | None,
) -> Iterator[list[int]]:
    """One clean list per case: nothing seen, nothing twice, nothing from another domain, at most k."""
    for start in range(0, len(cases), BATCH):
        batch = cases[start : start + BATCH]
        answers = list(recommend(batch))
        if len(answers) != len(batch):
            raise ValueError(f"the system answered {len(answers)} lists to {len(batch)} cases; it must answer each")
        for case, answer in zip(batch, answers, strict=True):
            seen = set(case.history.tolist())
            ranked = [int(item) for item in dict.fromkeys(answer) if item not in seen]
            if any(not 0 <= item < n_items for item in ranked):
                raise ValueError(f"the system recommended an item outside 0..{n_items - 1} to user {case.user}")
            if case.domain is not None:
                if domains is None:
                    raise ValueError(f"a case ranks within domain {case.domain!r}: give the domain of every item")
                ranked = [item for item in ranked if domains[item] == case.domain]
            yield ranked[:k]
        if on_progress is not None:
            on_progress(len(batch))


def _table(
    asked: Sequence[tuple[list[int], frozenset[int]]],
    k: int,
    item_counts: IntArray | None,
    vectors: NDArray[np.float32] | None,
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Per metric, the numerator and denominator of each case; the figure is the ratio of their sums."""
    ones = np.ones(len(asked))
    table = {
        name: (np.array([metric(ranked, relevant, k) for ranked, relevant in asked]), ones)
        for name, metric in LIST_METRICS.items()
    }
    if item_counts is not None:
        weights = metrics.propensity_weights(item_counts)
        debiased = np.array([metrics.debiased_ndcg(ranked, relevant, k, weights) for ranked, relevant in asked])
        table["debiased_ndcg"] = (debiased[:, 0], debiased[:, 1])
        table["novelty"] = (np.array([metrics.novelty(ranked, item_counts, k) for ranked, _ in asked]), ones)
    if vectors is not None:
        diversity = np.array([metrics.intra_list_diversity(ranked, vectors, k) for ranked, _ in asked])
        table["diversity"] = (diversity, ones)
    return table


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(above / np.maximum(below, np.finfo(np.float64).tiny))


def _within(names: NDArray[np.str_] | None, domain: str) -> NDArray[np.bool_]:
    if names is None:
        raise ValueError(f"a case ranks within domain {domain!r}: give the domain of every item")
    return np.asarray(names == domain)


def _slice_order(label: str) -> tuple[int, str]:
    """The named slices first, then history lengths from short to long, then domains."""
    named = [ALL, "warm", "cold_item", "cold_user"]
    if label in named:
        return named.index(label), label
    if label.startswith("history "):
        digits = label.removeprefix("history ").rstrip("+").split("-")[0]
        return len(named), digits.zfill(9)
    return len(named) + 1, label
