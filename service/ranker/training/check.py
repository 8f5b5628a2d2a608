"""The check: newest events that nothing was trained on, asked of the ranker as it will serve and of
what else could.

Whatever learns from a rehearsal flatters itself there, and a provisional ranker is not the one that
serves. So the newest event of some people is withheld from the whole training; the finished ranker,
the item-item models of the very same log and whatever would serve instead are asked for it. Owns
what is withheld and what each system gains on it. Knows no decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from service.ranker.candidates import CandidateSource
from service.ranker.data.arrays import BoolArray, FloatArray
from service.ranker.data.interactions import Interactions
from service.ranker.pipeline import Ranked
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend
from service.ranker.training.baseline_gains import BASELINES, baseline_gains
from service.ranker.training.calibration_strength import CalibratedList
from service.ranker.training.cases import RankingCase, next_event_cases
from service.ranker.training.fit import StageProgress
from service.ranker.training.hidden import MIN_EVENTS, random_subset
from service.ranker.training.interval import with_interval
from service.ranker.training.training_list import ndcg
from service.ranker.training.validation import (
    PALATE,
    REPORTED_EVERY,
    K,
    answered,
    list_of,
)

MOST_CASES = 3_000
"""People asked, at most: the standard error of NDCG@10 is then about .004 in a sparse log."""
LARGEST_SHARE = 0.05
"""Of the events that are withheld, at most."""
STAGE = "check"
UNTRAINED, INCUMBENT = "untrained", "active"
"""What serves without any model, and the model that is active now."""


class Asked(Protocol):
    """What may be asked beside the new ranker."""

    def gains(self, cases: Sequence[RankingCase]) -> FloatArray:
        """(len(cases),) NDCG@K of each; NaN for a case whose answer it has seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What each system gained on the same C withheld events, one of each person."""

    gains: Mapping[str, FloatArray] = field(default_factory=dict)
    """(C,) NDCG@K by system; NaN where it could not be asked."""
    is_cold: BoolArray = field(default_factory=lambda: np.zeros(0, bool))
    """(C,) whether nobody had met the item before."""

    def __len__(self) -> int:
        return len(self.is_cold)

    def metrics(self) -> dict[str, float]:
        """`<system>/<slice>/ndcg@10` of `all` and `warm`, with `/low` and `/high` of its interval."""
        metrics: dict[str, float] = {}
        for name, cases in {"all": np.ones(len(self), bool), "warm": ~self.is_cold}.items():
            for system, gains in self.gains.items():
                metrics |= with_interval(
                    f"{system}/{name}/ndcg@{K}", gains[cases & ~np.isnan(gains)]
                )
        return metrics


def withheld_events(
    interactions: Interactions, sampled: BoolArray, rng: np.random.Generator
) -> BoolArray:
    """(E,) the newest event of people drawn at random: of those with more than MIN_EVENTS, at most
    MOST_CASES and LARGEST_SHARE of all events. Only events that are `sampled` (E,) are taken."""
    lengths = np.diff(interactions.by_user())
    newest = interactions.positions_from_end() == 0
    eligible = newest & sampled & (lengths[interactions.user] > MIN_EVENTS)
    n = min(int(eligible.sum()), MOST_CASES, int(LARGEST_SHARE * len(interactions)))
    return random_subset(eligible, n, rng)


@dataclass(frozen=True, slots=True, eq=False)
class ServedCase:
    """A withheld event as it was asked."""

    case: RankingCase
    listed: CalibratedList | None
    """What is ranked; None where no source proposed what was chosen."""
    baselines: Mapping[str, float]
    """NDCG@K by baseline."""
    is_cold: bool
    """Whether nobody had met the item."""

    def gain(self, blend: Blend, calibration: float) -> float:
        """NDCG@K of what `blend` serves, calibrated with this strength."""
        return 0.0 if self.listed is None else float(self.listed.gains(blend, [calibration], K)[0])


def served_cases(
    ranker: Ranker,
    interactions: Interactions,
    withheld: BoolArray,
    sources: Sequence[CandidateSource],
    progress: StageProgress | None = None,
) -> list[ServedCase]:
    """Ask `ranker`, which knows nothing of the `withheld` events (E,), and the baselines that its
    own log gives."""
    cases = next_event_cases(interactions, withheld, ranker.config.feature_history)
    counts = ranker.snapshot.behaviour.counts
    served = []
    for case, found in answered(ranker, cases, sources):
        is_cold = bool(counts[case.chosen[0]] == 0)
        baselines = baseline_gains(found.query_scores, case, K, found.query.allowed)
        proposed = list_of(found, case)
        listed = None if proposed is None else CalibratedList(proposed, found.interest)
        served.append(ServedCase(case, listed, baselines, is_cold))
        if progress and (len(served) == len(cases) or not len(served) % REPORTED_EVERY):
            progress(STAGE, len(served), len(cases))
    return served


def checked(
    blend: Blend, calibration: float, served: Sequence[ServedCase], others: Mapping[str, Asked]
) -> Checked:
    """What everyone gained on the same cases, `blend` ranking ours, calibrated with this strength."""
    cases = [one.case for one in served]
    if not cases:
        return Checked()
    return Checked(
        {
            PALATE: np.array([one.gain(blend, calibration) for one in served], np.float32),
            **{name: other.gains(cases) for name, other in others.items()},
            **{
                name: np.array([one.baselines[name] for one in served], np.float32)
                for name in BASELINES
            },
        },
        is_cold=np.array([one.is_cold for one in served]),
    )


def served_gains(
    ranker: Ranker, cases: Sequence[RankingCase], sources: Sequence[CandidateSource]
) -> FloatArray:
    """(len(cases),) NDCG@K of what the pipeline would serve, without what the person has met."""
    answers = answered(ranker, cases, sources)
    return np.array([_gain(found, case) for case, found in answers], np.float32)


def _gain(found: Ranked, case: RankingCase) -> float:
    served = found.items(found.order[:K])
    return ndcg(np.flatnonzero(np.isin(served, case.chosen)), len(case.chosen), K)
