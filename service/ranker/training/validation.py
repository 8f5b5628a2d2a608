"""Validation: hidden cases put to the provisional ranker through the retrieval that serves.

Owns the lists that the second stage learns from, what it and the baselines gain on them, and the
figures by slice. Knows no fitting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from service.ranker.candidates import CandidateSource
from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.data.arrays import FloatArray
from service.ranker.pipeline import Query, Ranked, rank
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend
from service.ranker.training.baseline_gains import BASELINES, baseline_gains
from service.ranker.training.cases import RankingCase
from service.ranker.training.interval import with_interval
from service.ranker.training.training_list import TrainingList

if TYPE_CHECKING:  # a server previews rules with these lists, and has no PyTorch
    from service.ranker.training.fit import StageProgress

WARM, COLD_ITEM, COLD_USER, NEW_IN_DOMAIN = "warm", "cold_item", "cold_user", "new_in_domain"
STRANGER, ARRIVAL = "stranger", "arrival"
"""Cold-start users of whom nothing is known, and people of whom nothing is known in the domain that is
asked for: whoever is known by a little is another question, with other answers."""
SLICES: Mapping[str, Sequence[str]] = {
    "all": (WARM, COLD_ITEM),
    WARM: (WARM,),
    COLD_ITEM: (COLD_ITEM,),
    COLD_USER: (COLD_USER, STRANGER),
    STRANGER: (STRANGER,),
    NEW_IN_DOMAIN: (NEW_IN_DOMAIN, ARRIVAL),
    ARRIVAL: (ARRIVAL,),
}
"""Slices of the figures, and the slices of cases that each counts."""
K = 10
PALATE = "palate"
"""The ranker itself, among the systems."""
STATES_AT_ONCE = 256
REPORTED_EVERY = 250
TRIES = 3
"""So many times as many cases are looked at where few have a list."""
THINNED = 150
"""Candidates kept of a training list, at random, beside the chosen ones: a sampled softmax at a
fifth of the cost."""


@dataclass(frozen=True, slots=True, eq=False)
class RehearsedCase:
    """A case that the provisional ranker answered."""

    proposed: TrainingList | None
    """Its list; None where no source proposed what was chosen. Thinned where it is not measured."""
    slice: str
    user: int
    baselines: Mapping[str, float] | None
    """What each baseline gains, NDCG@K; None where it is not measured."""

    @property
    def is_measured(self) -> bool:
        return self.baselines is not None


def rehearse(
    ranker: Ranker,
    cases: Sequence[RankingCase],
    sources: Sequence[CandidateSource],
    rng: np.random.Generator,
    stage: str,
    progress: StageProgress | None,
    *,
    n_lists: int,
    n_measured: int,
) -> list[RehearsedCase]:
    """Cases drawn at random, answered: the first `n_measured` of them, and as many more that have what
    was chosen as make `n_lists` lists.

    In a sparse log few of the chosen items are candidates at all, so up to TRIES times as many
    cases are looked at.
    """
    drawn = [cases[place] for place in rng.permutation(len(cases))[: TRIES * n_lists]]
    n_wanted = min(n_lists, len(drawn))
    rehearsed: list[RehearsedCase] = []
    n_found = 0
    for place, (case, found) in enumerate(answered(ranker, drawn, sources)):
        proposed, gains = list_of(found, case), None
        if place < n_measured:
            gains = baseline_gains(found.query_scores, case, K, found.query.allowed)
        elif proposed is not None:
            proposed = proposed.thinned(THINNED, rng)
        else:
            continue
        rehearsed.append(
            RehearsedCase(proposed, _slice_of(case, ranker.snapshot), case.user, gains)
        )
        if proposed is not None:
            n_found += 1
            if progress and not n_found % REPORTED_EVERY and n_found < n_wanted:
                progress(stage, n_found, n_wanted)
        if n_found >= n_lists and place + 1 >= n_measured:
            break
    if progress:
        progress(stage, n_wanted, n_wanted)
    return rehearsed


def answered(
    ranker: Ranker, cases: Sequence[RankingCase], sources: Sequence[CandidateSource]
) -> Iterator[tuple[RankingCase, Ranked]]:
    """Each case as the pipeline that serves answers it: within the domain that is asked for, without
    what the person has met."""
    for start in range(0, len(cases), STATES_AT_ONCE):
        part = cases[start : start + STATES_AT_ONCE]
        states = ranker.states([case.history for case in part])
        for case, state in zip(part, states, strict=True):
            yield case, rank(ranker, query_of(case, state, ranker), sources)


def proposed_lists(rehearsed: Sequence[RehearsedCase]) -> list[TrainingList]:
    """Those that have what was chosen."""
    return [case.proposed for case in rehearsed if case.proposed is not None]


def metrics_of(blend: Blend, rehearsed: Sequence[RehearsedCase]) -> dict[str, float]:
    """`<system>/<slice>/ndcg@10` over the full catalogue with its interval, for Palate and the baselines
    the same log gives: of next events all, warm and cold_item, and of cold starts cold_user, stranger,
    new_in_domain and arrival. Only of cases that are measured.

    What no source proposed is a miss for Palate.
    """
    measured = [case for case in rehearsed if case.baselines is not None]
    gains = {PALATE: [gain_of(blend, case.proposed, K) for case in measured]}
    for name in BASELINES:
        gains[name] = [case.baselines[name] for case in measured if case.baselines is not None]
    people = np.array([case.user for case in measured], dtype=np.int64)
    slices = np.array([case.slice for case in measured], dtype=str)
    metrics: dict[str, float] = {}
    for system, values in gains.items():
        for name, members in SLICES.items():
            counted = np.isin(slices, members)
            metrics |= with_interval(
                f"{system}/{name}/ndcg@{K}", np.array(values)[counted], people[counted]
            )
    return metrics


def gain_of(blend: Blend, proposed: TrainingList | None, k: int) -> float:
    """NDCG@k of a list as the blend ranks it; 0 for none."""
    if proposed is None:
        return 0.0
    return proposed.gain(proposed.scores(blend), k)


def query_of(case: RankingCase, state: FloatArray, ranker: Ranker) -> Query:
    """A case as it is asked; `state` (D,) is that of the sequence model after its history."""
    content = ranker.snapshot.content
    domains = None if case.domain is None else np.array([case.domain])
    allowed = content.live if domains is None else content.live & (content.domain == case.domain)
    allowed = allowed.copy()
    allowed[case.history.items] = False
    per_source = max(ranker.config.candidates, K)
    return Query(case.history, per_source, allowed, domains=domains, n_served=K, state=state)


def list_of(found: Ranked, case: RankingCase) -> TrainingList | None:
    """The candidates with what was chosen in the case; None where nothing of them was.

    Putting a chosen item in by force would teach the second stage that what no source proposes is
    what people choose.
    """
    candidates, scored = found.candidates.items, found.scored
    if not len(candidates):
        return None
    places = np.minimum(np.searchsorted(candidates, case.chosen), len(candidates) - 1)
    proposed = candidates[places] == case.chosen
    if not proposed.any():
        return None
    return TrainingList(
        scored.signals,
        scored.scale,
        places[proposed],
        case.event_types[proposed],
        int((~proposed).sum()),
        bool(proposed[0]),
    )


def _slice_of(case: RankingCase, snapshot: CatalogSnapshot) -> str:
    if not case.cold_start:
        return WARM if snapshot.behaviour.counts[case.chosen[0]] else COLD_ITEM
    if case.domain is None:
        is_stranger = not len(case.history) and case.history.taste is None
        return STRANGER if is_stranger else COLD_USER
    met_there = snapshot.content.domain[case.history.items] == case.domain
    return NEW_IN_DOMAIN if met_there.any() else ARRIVAL
