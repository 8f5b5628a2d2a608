"""Ask a system the cases of a split, over the full catalogue, the same way for everyone.

A system is anything that answers cases with lists. What the user has seen, what lies outside the
case's domain and what is listed twice is struck from every answer. Knows cases; no metrics, no
models, no service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.evaluation.splits import Case
from service.ranker.data.arrays import IntArray

Recommend = Callable[[Sequence[Case]], Iterable[Sequence[int]]]
"""A batch of cases -> one list of item indices each, best first."""
Scores = Callable[[Sequence[IntArray]], NDArray[np.float32]]
"""A batch of histories -> scores of the whole catalogue, (B, n_items)."""

BATCH = 256


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one system answered to the cases of one split."""

    cases: Sequence[Case]
    lists: Sequence[Sequence[int]]
    """One per case, best first, clean."""
    item_counts: IntArray | None = None
    """Events per item in the split's training, (n_items,)."""


def ask(
    recommend: Recommend,
    cases: Sequence[Case],
    k: int = 10,
    *,
    n_items: int,
    domains: Sequence[str] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> list[list[int]]:
    """One clean list per case: nothing seen, nothing twice, nothing from another domain, at most k.

    `domains` (one per item) is required where cases rank within a domain; `on_progress` is told how
    many more are done.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, found {k}")
    return list(_answers(recommend, cases, k, n_items, domains, on_progress))


def from_scores(scores: Scores, k: int = 10, *, domains: Sequence[str] | None = None) -> Recommend:
    """Make a system of anything that scores the whole catalogue for a batch of histories."""
    names = None if domains is None else np.asarray(domains)

    def recommend(cases: Sequence[Case]) -> Iterator[Sequence[int]]:
        for start in range(0, len(cases), BATCH):
            batch = cases[start : start + BATCH]
            for case, row in zip(batch, scores([case.history for case in batch]), strict=True):
                allowed = (
                    np.ones(len(row), dtype=np.bool_)
                    if case.domain is None
                    else _within(names, case.domain)
                )
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
            raise ValueError(
                f"the system answered {len(answers)} lists to {len(batch)} cases; it must answer each"
            )
        for case, answer in zip(batch, answers, strict=True):
            seen = set(case.history.tolist())
            ranked = [int(item) for item in dict.fromkeys(answer) if item not in seen]
            if any(not 0 <= item < n_items for item in ranked):
                raise ValueError(
                    f"the system recommended an item outside 0..{n_items - 1} to user {case.user}"
                )
            if case.domain is not None:
                if domains is None:
                    raise ValueError(
                        f"a case ranks within domain {case.domain!r}: give the domain of every item"
                    )
                ranked = [item for item in ranked if domains[item] == case.domain]
            yield ranked[:k]
        if on_progress is not None:
            on_progress(len(batch))


def _within(names: NDArray[np.str_] | None, domain: str) -> NDArray[np.bool_]:
    if names is None:
        raise ValueError(f"a case ranks within domain {domain!r}: give the domain of every item")
    return np.asarray(names == domain)
