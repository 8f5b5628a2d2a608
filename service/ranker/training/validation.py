"""Cases put to a ranker: the lists that the second stage learns from, and what it and the baselines
gain on the rest.

Owns candidates of a case and the figures by slice. Knows no training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service.ranker.candidates import CandidateSource, sources_of
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.pipeline import Query, Ranked, rank
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend, TrainingList, ndcg
from service.ranker.second_stage.signals import Content
from service.ranker.training.cases import Case
from service.ranker.training.fit import Progress

BASELINES = (
    "popularity",
    "recent_popularity",
    "co_occurrence",
    "item_knn_recent",
    "ease_recent",
    "content_knn",
)
"""Systems the trained ranker is compared with on the same hidden events."""
WARM, COLD_ITEM, COLD_USER, NEW_IN_DOMAIN = "warm", "cold_item", "cold_user", "new_in_domain"
K = 10
STATES_AT_ONCE = 256
THINNED = 150
"""Candidates kept of a training list, at random, beside the chosen ones: a sampled softmax at a
fifth of the cost."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A hidden case of a user who judges: its list (None where no source proposed what was chosen),
    and what each baseline gains, NDCG@K."""

    proposed: TrainingList | None
    slice: str
    baselines: Mapping[str, float]


def lists_of(
    ranker: Ranker,
    cases: Sequence[Case],
    judges: BoolArray,
    rng: np.random.Generator,
    stage: str,
    progress: Progress | None,
    sources: Sequence[CandidateSource] | None = None,
) -> tuple[list[TrainingList], list[Judged]]:
    """Candidates of cases: those to train on, thinned, and those to validate by. `sources` propose
    them, by default those that come with Palate."""
    if sources is None:
        sources = sources_of(ranker.modalities)
    most = ranker.config.blend_lists
    train = _drawn([case for case in cases if not judges[case.user]], most, rng)
    everything = [*train, *_drawn([case for case in cases if judges[case.user]], most // 3, rng)]
    lists: list[TrainingList] = []
    judged: list[Judged] = []
    for start in range(0, len(everything), STATES_AT_ONCE):
        part = everything[start : start + STATES_AT_ONCE]
        states = ranker.states([case.history for case in part])
        for number, (case, state) in enumerate(zip(part, states, strict=True), start=start):
            query = _query(case, state, ranker.view.content, ranker.config.candidates)
            ranked = rank(ranker, query, sources)
            proposed = _list(ranked, case)
            if number >= len(train):
                judged.append(_judged(proposed, ranked, case))
            elif proposed is not None:
                lists.append(proposed.thinned(THINNED, rng))
        if progress:
            progress(stage, min(start + STATES_AT_ONCE, len(everything)), len(everything))
    return lists, judged


def _drawn(cases: Sequence[Case], most: int, rng: np.random.Generator) -> list[Case]:
    return [cases[i] for i in rng.permutation(len(cases))[:most]]


def _list(ranked: Ranked, case: Case) -> TrainingList | None:
    """Signals of what the sources proposed and the person had not met; None where nothing of it was
    chosen.

    Putting a chosen item in by force would teach the second stage that what no source proposes is
    what people choose.
    """
    proposed, scored = ranked.candidates.items, ranked.scored
    unseen = ~np.isin(proposed, case.history.items)
    candidates = proposed[unseen]
    if not len(candidates):
        return None
    places = np.minimum(np.searchsorted(candidates, case.chosen), len(candidates) - 1)
    found = candidates[places] == case.chosen
    if not found.any():
        return None
    return TrainingList(
        scored.signals[unseen],
        scored.scale,
        places[found],
        case.event_types[found],
        int((~found).sum()),
        bool(found[0]),
    )


def proposed_lists(judged: Sequence[Judged]) -> list[TrainingList]:
    return [one.proposed for one in judged if one.proposed is not None]


def _judged(proposed: TrainingList | None, ranked: Ranked, case: Case) -> Judged:
    query_scores = ranked.query_scores
    behaviour = query_scores.view.behaviour
    scores = {
        "popularity": behaviour.counts.astype(np.float32),
        "recent_popularity": behaviour.recent.astype(np.float32),
        "co_occurrence": query_scores.together_all,
        "item_knn_recent": query_scores.knn_recent,
        "ease_recent": query_scores.ease_recent,
        "content_knn": query_scores.text_recent,
    }
    allowed = ranked.query.allowed
    unseen = np.ones(len(behaviour.counts), bool) if allowed is None else allowed.copy()
    unseen[case.history.items] = False
    gains = {
        name: ndcg(_ranks(scores[name], unseen, case.chosen), len(case.chosen), K)
        for name in BASELINES
    }
    return Judged(proposed, _slice_of(case, behaviour.counts), gains)


def _slice_of(case: Case, counts: IntArray) -> str:
    if case.beginner:
        return COLD_USER if case.domain is None else NEW_IN_DOMAIN
    return WARM if counts[case.chosen[0]] else COLD_ITEM


def _query(case: Case, state: FloatArray, content: Content, per_source: int) -> Query:
    """The case as the pipeline is asked it: within the domain that is asked for."""
    if case.domain is None:
        return Query(case.history, per_source, state=state)
    domains = np.array([case.domain])
    allowed = content.domain == case.domain
    return Query(case.history, per_source, allowed, domains=domains, state=state)


def metrics_of(blend: Blend, judged: Sequence[Judged]) -> dict[str, float]:
    """NDCG@10 over the full catalogue on the judging cases, for Palate and the baselines the same
    log gives: of next events all, warm and cold_item, and of beginners cold_user and new_in_domain.

    What no source proposed is a miss for Palate.
    """
    gains = {
        "palate": [
            0.0
            if (one := case.proposed) is None
            else one.gain(blend.score(one.signals, one.scale), K)
            for case in judged
        ]
    } | {name: [case.baselines[name] for case in judged] for name in BASELINES}
    metrics: dict[str, float] = {}
    for name, values in gains.items():
        for slice_name, members in (
            ("all", (WARM, COLD_ITEM)),
            (WARM, (WARM,)),
            (COLD_ITEM, (COLD_ITEM,)),
            (COLD_USER, (COLD_USER,)),
            (NEW_IN_DOMAIN, (NEW_IN_DOMAIN,)),
        ):
            counted = [
                gain for gain, case in zip(values, judged, strict=True) if case.slice in members
            ]
            if counted:
                metrics[f"{name}/{slice_name}/ndcg@{K}"] = round(float(np.mean(counted)), 5)
    return metrics


def _ranks(scores: FloatArray, unseen: BoolArray, items: IntArray) -> IntArray:
    """(P,) how many of the `unseen` (N,) score above each of `items`; equal scores count half."""
    ascending = np.sort(scores[unseen])
    above = len(ascending) - np.searchsorted(ascending, scores[items], side="right")
    level = len(ascending) - above - np.searchsorted(ascending, scores[items], side="left") - 1
    ranks: IntArray = above + level // 2
    return ranks
