"""The verdict: whether a model that was trained may serve.

It may, unless something else is better beyond chance on the events that were withheld for the check
and what would serve in its place is no worse than it. Knows figures only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from service.ranker.data.arrays import FloatArray
from service.ranker.training.baseline_gains import BASELINES
from service.ranker.training.check import INCUMBENT, UNTRAINED, Checked
from service.ranker.training.interval import standard_error
from service.ranker.training.validation import PALATE, K

CHANCE = 0.05
"""How often a model that is no worse than any of its rivals is thought to be."""
FEWEST = 30
"""Cases below which nothing is told from chance."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another system beside the new model, on the cases that both were asked."""

    name: str
    value: float
    """Mean NDCG@10 of the rival."""
    ours: float
    """The same of the new model."""
    low: float
    """Bounds of the interval of the difference, rival less model; its confidence allows for the number
    of rivals."""
    high: float
    n_cases: int

    @property
    def is_better(self) -> bool:
        """Beyond chance."""
        return self.n_cases >= FEWEST and self.low > 0

    def __str__(self) -> str:
        return (
            f"{self.name} {self.value:.4f} against {self.ours:.4f} "
            f"(difference {self.low:+.4f} to {self.high:+.4f}, {self.n_cases:,} people)"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the model serves, and what there is to say of it."""

    serves: bool
    why: str


def verdict_on(checked: Checked, *, lead_of_active: float | None = None) -> Verdict:
    """`lead_of_active` is by how much the active model was ahead of the best baseline at its own
    check (NDCG@10); None where no model is active. It is looked at where the active model has seen
    the events of this check."""
    rivals = {name: _rival(checked, name) for name in (*BASELINES, UNTRAINED, INCUMBENT)}
    better = [one for name in BASELINES if (one := rivals[name]) and one.is_better]
    instead = rivals[UNTRAINED if lead_of_active is None else INCUMBENT]
    if instead is not None and instead.is_better:
        return Verdict(False, f"what serves now did better: {instead}")
    if not better:
        return Verdict(True, "")
    told = f"did worse than {_listed(better)}"
    if _is_no_worse(instead, better, lead_of_active):
        return Verdict(False, f"it {told}")
    if instead is None:
        return Verdict(True, f"it {told}; the model that served until now was further behind")
    return Verdict(True, f"it {told}, but what would serve instead is worse: {instead}")


def lead_on(metrics: Mapping[str, float]) -> float:
    """By how much a model was ahead of the best baseline, NDCG@10 of all held-out events, by the
    figures on its card; 0 where it has none."""
    figures = [metrics.get(f"{name}/all/ndcg@{K}", 0.0) for name in BASELINES]
    return metrics.get(f"{PALATE}/all/ndcg@{K}", 0.0) - max(figures)


def _rival(checked: Checked, name: str) -> Rival | None:
    """None where it was asked nothing."""
    theirs = checked.gains.get(name)
    if theirs is None or np.isnan(theirs).all():
        return None
    asked = ~np.isnan(theirs)
    ours = checked.gains[PALATE][asked]
    difference: FloatArray = theirs[asked] - ours
    mean = float(difference.mean())
    half = _margin(len(difference)) * standard_error(difference)
    return Rival(
        name,
        float(theirs[asked].mean()),
        float(ours.mean()),
        mean - half,
        mean + half,
        len(difference),
    )


def _margin(n_cases: int) -> float:
    """Standard errors on either side: Student's t, one-sided CHANCE shared by all rivals
    (Bonferroni)."""
    n_rivals = len(BASELINES) + 1
    return float(stats.t.ppf(1 - CHANCE / n_rivals, max(n_cases - 1, 1)))


def _is_no_worse(
    instead: Rival | None, better: Sequence[Rival], lead_of_active: float | None
) -> bool:
    """Whether what would serve in the model's place is at least as good."""
    if instead is not None:
        return instead.value >= instead.ours
    behind = max(one.value - one.ours for one in better)
    return lead_of_active is not None and lead_of_active > -behind


def _listed(rivals: Sequence[Rival]) -> str:
    return ", ".join(map(str, sorted(rivals, key=lambda one: -one.value)))
