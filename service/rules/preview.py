"""A preview of rules: what they do to lists of people in the log, and what that costs.

Of people drawn at random the newest event is taken away, and the active model ranks for them twice, with
the rules and without. The model may have learned from that event, and both lists alike, so that only
their difference means something. Knows no requests and no stores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.ranker.candidates import sources_of
from service.ranker.data.arrays import BoolArray, IntArray, extended
from service.ranker.data.interactions import Interactions
from service.ranker.pipeline import Ranked, all_liked, rank
from service.ranker.placement import Placement
from service.ranker.ranker import Ranker
from service.ranker.training.cases import RankingCase, next_event_cases
from service.ranker.training.interval import CONFIDENCE, margin, standard_error
from service.ranker.training.training_list import ndcg
from service.ranker.training.validation import K, answered

Step = Callable[[int, int], None]
"""Called with how many people are done, of how many."""


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one rule is about, and what became of it under all rules."""

    name: str
    kind: str
    items: int
    """In the catalogue."""
    share_before: float
    """Of the places, that its items have without rules."""
    share_after: float


@dataclass(frozen=True, slots=True)
class RulesPreview:
    """What rules do to the first K places."""

    people: int
    ndcg_before: float
    """Mean NDCG@K of the newest event, without rules."""
    ndcg_after: float
    change: float
    """Of that mean."""
    change_low: float
    """Of its 95 % interval, over people."""
    change_high: float
    lists_changed: float
    """Share of the lists that hold another item, or another order."""
    places_changed: float
    """Share of the places with an item that would not be on the list without rules."""
    miscalibration_before: float
    """Mean divergence of the categories of all that somebody liked from those of their list, in nats
    (Steck, RecSys 2018), without rules."""
    miscalibration_after: float
    rules: Sequence[RuleEffect]


def preview(
    ranker: Ranker,
    placement: Placement,
    rules: Sequence[tuple[str, str, BoolArray]],
    interactions: Interactions,
    *,
    people: int,
    seed: int = 0,
    step: Step = lambda done, total: None,
) -> RulesPreview:
    """Of at most so many `people`; `rules` are their names, kinds and members (N,)."""
    cases = _cases(ranker, interactions, people, seed)
    before, after = [], []
    divergences: list[tuple[float, float]] = []
    sources = sources_of(ranker.modalities)
    for _, plain in answered(ranker, cases, sources):
        ruled = rank(ranker, replace(plain.query, placement=placement), sources)
        before.append(_first(plain))
        after.append(_first(ruled))
        divergences.append((_miscalibration(plain), _miscalibration(ruled)))
        step(len(after), len(cases))
    gains = [
        np.array([_gain(case, one) for case, one in zip(cases, lists, strict=True)])
        for lists in (before, after)
    ]
    changes = gains[1] - gains[0]
    half = margin(CONFIDENCE) * standard_error(changes)
    mean = float(changes.mean()) if len(cases) else 0.0
    n_places = max(sum(map(len, after)), 1)
    new = sum(len(np.setdiff1d(b, a)) for a, b in zip(before, after, strict=True))
    changed = sum(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    return RulesPreview(
        people=len(cases),
        ndcg_before=float(gains[0].mean()) if len(cases) else 0.0,
        ndcg_after=float(gains[1].mean()) if len(cases) else 0.0,
        change=mean,
        change_low=mean - half,
        change_high=mean + half,
        lists_changed=changed / max(len(cases), 1),
        places_changed=new / n_places,
        miscalibration_before=_mean([one for one, _ in divergences]),
        miscalibration_after=_mean([one for _, one in divergences]),
        rules=[
            RuleEffect(
                name, kind, int(members.sum()), _share(members, before), _share(members, after)
            )
            for name, kind, members in rules
        ],
    )


def _cases(
    ranker: Ranker, interactions: Interactions, people: int, seed: int
) -> Sequence[RankingCase]:
    """Of people drawn at random, what they did last and had not met before."""
    bounds = interactions.by_user()
    last = bounds[1:][np.diff(bounds) > 1] - 1
    drawn = np.random.default_rng(seed).permutation(last)[:people]
    newest = np.zeros(len(interactions), bool)
    newest[drawn] = True
    return next_event_cases(interactions, newest, ranker.config.feature_history)


def _first(ranked: Ranked) -> IntArray:
    """The items at the first K places."""
    return ranked.items(ranked.order[:K])


def _miscalibration(ranked: Ranked) -> float:
    """Of the first K places."""
    goal = all_liked(ranked.query_scores, ranked.candidates.items, 1.0)
    return goal.divergence(ranked.order[:K])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _gain(case: RankingCase, shown: IntArray) -> float:
    return ndcg(np.flatnonzero(np.isin(shown, case.chosen)), len(case.chosen), K)


def _share(members: BoolArray, lists: Sequence[IntArray]) -> float:
    """Of all places of these lists, those whose item is a member."""
    shown = np.concatenate([np.zeros(0, np.int64), *lists])
    return (
        float(extended(members, int(shown.max(initial=-1)) + 1)[shown].mean())
        if len(shown)
        else 0.0
    )
