"""Validation: hidden cases put to the provisional ranker through the retrieval that serves.

Owns the lists that the second stage learns from, what it and the baselines gain on the lists of the
validation users, and the figures by slice. Knows no fitting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service.ranker.candidates import CandidateSource
from service.ranker.catalog.content import Content
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.pipeline import Query, retrieve
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend
from service.ranker.second_stage.query_scores import QueryScores
from service.ranker.training.cases import RankingCase
from service.ranker.training.fit import StageProgress
from service.ranker.training.training_list import TrainingList, ndcg

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
SLICES: Mapping[str, Sequence[str]] = {
    "all": (WARM, COLD_ITEM),
    WARM: (WARM,),
    COLD_ITEM: (COLD_ITEM,),
    COLD_USER: (COLD_USER,),
    NEW_IN_DOMAIN: (NEW_IN_DOMAIN,),
}
"""Slices of the figures, and the slices of cases that each counts."""
K = 10
STATES_AT_ONCE = 256
THINNED = 150
"""Candidates kept of a training list, at random, beside the chosen ones: a sampled softmax at a
fifth of the cost."""


@dataclass(frozen=True, slots=True, eq=False)
class ValidationCase:
    """A case of a validation user, answered: its list (None where no source proposed what was
    chosen), and what each baseline gains, NDCG@K."""

    proposed: TrainingList | None
    slice: str
    baselines: Mapping[str, float]


def lists_of(
    ranker: Ranker,
    cases: Sequence[RankingCase],
    validation_users: BoolArray,
    sources: Sequence[CandidateSource],
    rng: np.random.Generator,
    stage: str,
    progress: StageProgress | None,
) -> tuple[list[TrainingList], list[ValidationCase]]:
    """Lists of candidates, thinned, of the cases to train on, and the cases of the
    `validation_users` (users,), answered."""
    most = ranker.config.blend_lists
    training = [case for case in cases if not validation_users[case.user]]
    validating = [case for case in cases if validation_users[case.user]]
    training = _drawn(training, most, rng)
    drawn = [*training, *_drawn(validating, most // 3, rng)]
    lists: list[TrainingList] = []
    validation: list[ValidationCase] = []
    for start in range(0, len(drawn), STATES_AT_ONCE):
        part = drawn[start : start + STATES_AT_ONCE]
        states = ranker.states([case.history for case in part])
        for number, (case, state) in enumerate(zip(part, states, strict=True), start=start):
            query = _query(case, state, ranker)
            query_scores = ranker.query_scores(query.history, query.state)
            candidates, _ = retrieve(query_scores, query, sources)
            proposed = _list(ranker, query_scores, candidates.items, case)
            if number >= len(training):
                validation.append(_validated(proposed, query_scores, query.allowed, case))
            elif proposed is not None:
                lists.append(proposed.thinned(THINNED, rng))
        if progress:
            progress(stage, min(start + STATES_AT_ONCE, len(drawn)), len(drawn))
    return lists, validation


def proposed_lists(validation: Sequence[ValidationCase]) -> list[TrainingList]:
    """Those that have what was chosen."""
    return [case.proposed for case in validation if case.proposed is not None]


def metrics_of(blend: Blend, validation: Sequence[ValidationCase]) -> dict[str, float]:
    """`<system>/<slice>/ndcg@10` over the full catalogue, for Palate and the baselines the same log
    gives: of next events all, warm and cold_item, and of cold starts cold_user and new_in_domain.

    What no source proposed is a miss for Palate.
    """
    gains = {"palate": [_gain(blend, case.proposed) for case in validation]}
    for name in BASELINES:
        gains[name] = [case.baselines[name] for case in validation]
    metrics: dict[str, float] = {}
    for system, values in gains.items():
        for slice_name, members in SLICES.items():
            counted = [
                gain for gain, case in zip(values, validation, strict=True) if case.slice in members
            ]
            if counted:
                metrics[f"{system}/{slice_name}/ndcg@{K}"] = round(float(np.mean(counted)), 5)
    return metrics


def _gain(blend: Blend, proposed: TrainingList | None) -> float:
    if proposed is None:
        return 0.0
    return proposed.gain(blend.score(proposed.signals, proposed.scale), K)


def _drawn(cases: Sequence[RankingCase], most: int, rng: np.random.Generator) -> list[RankingCase]:
    return [cases[place] for place in rng.permutation(len(cases))[:most]]


def _query(case: RankingCase, state: FloatArray, ranker: Ranker) -> Query:
    """The case as the pipeline is asked it: within the domain that is asked for."""
    content: Content = ranker.snapshot.content
    allowed = None if case.domain is None else content.domain == case.domain
    return Query(case.history, ranker.config.candidates, allowed=allowed, state=state)


def _list(
    ranker: Ranker, query_scores: QueryScores, proposed: IntArray, case: RankingCase
) -> TrainingList | None:
    """Signals of what the sources proposed and the person had not met; None where nothing of it was
    chosen.

    Putting a chosen item in by force would teach the second stage that what no source proposes is
    what people choose.
    """
    candidates = proposed[~np.isin(proposed, case.history.items)]
    if not len(candidates):
        return None
    places = np.minimum(np.searchsorted(candidates, case.chosen), len(candidates) - 1)
    found = candidates[places] == case.chosen
    if not found.any():
        return None
    domains = None if case.domain is None else np.array([case.domain])
    scored = ranker.score_list(query_scores, candidates, domains)
    return TrainingList(
        scored.signals,
        scored.scale,
        places[found],
        case.event_types[found],
        int((~found).sum()),
        bool(found[0]),
    )


def _validated(
    proposed: TrainingList | None,
    query_scores: QueryScores,
    allowed: BoolArray | None,
    case: RankingCase,
) -> ValidationCase:
    behaviour = query_scores.snapshot.behaviour
    scores = {
        "popularity": behaviour.counts.astype(np.float32),
        "recent_popularity": behaviour.recent.astype(np.float32),
        "co_occurrence": query_scores.co_occurrence,
        "item_knn_recent": query_scores.knn_recent,
        "ease_recent": query_scores.ease_recent,
        "content_knn": query_scores.text_recent,
    }
    unseen = np.ones(len(behaviour.counts), bool) if allowed is None else allowed.copy()
    unseen[case.history.items] = False
    n_chosen = len(case.chosen)
    gains = {
        name: ndcg(ranks_of(case.chosen, scores[name], unseen), n_chosen, K) for name in BASELINES
    }
    return ValidationCase(proposed, _slice_of(case, behaviour.counts), gains)


def _slice_of(case: RankingCase, counts: IntArray) -> str:
    if case.cold_start:
        return COLD_USER if case.domain is None else NEW_IN_DOMAIN
    return WARM if counts[case.chosen[0]] else COLD_ITEM


def ranks_of(items: IntArray, scores: FloatArray, unseen: BoolArray) -> IntArray:
    """(P,) how many of the `unseen` (N,) score above each of `items` (P,); of equal scores half
    count."""
    ascending = np.sort(scores[unseen])
    above = len(ascending) - np.searchsorted(ascending, scores[items], side="right")
    below = np.searchsorted(ascending, scores[items], side="left")
    level = len(ascending) - above - below - 1
    ranks: IntArray = above + level // 2
    return ranks
