"""The two arms of a canary: what came of what each served, and what the tests say of it.

Whoever is not named is in neither: no hash can put them into one, and they are other people. Knows no
log and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service.api.messages import TrialArm, TrialTest
from service.online.feedback import Feedback
from service.online.rate import clustered_variance, share
from service.online.report import counted, figure
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.trials.sequential import EFFECT, THRESHOLD, error_ratio, rate_ratio
from service.trials.trial import Trial, in_canary

CANARY, CONTROL = "canary", "control"
LEAST_PEOPLE = 30
"""Of each arm: with fewer, a mean is not yet distributed as the test has it."""
LEAST_HITS = 20
"""Of both arms together."""


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """Impressions of one arm, as columns (P,)."""

    people: IntArray
    clicked: FloatArray
    converted: FloatArray

    @property
    def n_people(self) -> int:
        return len(np.unique(self.people))


@dataclass(slots=True)
class Calls:
    """What this process has answered for one arm."""

    answers: int = 0
    errors: int = 0
    """Answers that failed, or that lacked scores or sources."""


def arms_of(feedback: Feedback, trial: Trial) -> Mapping[str, Arm]:
    """Canary and control."""
    belongs = [bool(user) and in_canary(user, trial.version, trial.share) for user in feedback.user]
    is_control = [
        bool(user) and not member and model == trial.against
        for user, member, model in zip(feedback.user, belongs, feedback.model, strict=True)
    ]
    is_canary = [
        member and model == trial.version
        for member, model in zip(belongs, feedback.model, strict=True)
    ]
    counts = counted(feedback)
    return {
        CANARY: _arm(feedback, counts, is_canary),
        CONTROL: _arm(feedback, counts, is_control),
    }


def judged(arms: Mapping[str, Arm], calls: Mapping[str, Calls]) -> list[TrialTest]:
    """Whether the canary is worse, by each test: it is where a ratio has reached the threshold."""
    canary, control = arms[CANARY], arms[CONTROL]
    total = calls[CANARY].answers + calls[CONTROL].answers
    asked = calls[CANARY].answers / total if total else 0.0
    return [
        TrialTest("clicks", _worse(canary.clicked, control.clicked, arms), THRESHOLD),
        TrialTest("conversions", _worse(canary.converted, control.converted, arms), THRESHOLD),
        TrialTest(
            "errors", error_ratio(calls[CANARY].errors, calls[CONTROL].errors, asked), THRESHOLD
        ),
    ]


def told(name: str, version: str, arm: Arm, calls: Calls) -> TrialArm:
    """An arm in numbers."""
    return TrialArm(
        name=name,
        version=version,
        answers=calls.answers,
        errors=calls.errors,
        people=arm.n_people,
        impressions=len(arm.people),
        clicks=int(arm.clicked.sum()),
        conversions=int(arm.converted.sum()),
        ctr=figure(share(arm.clicked, arm.people)),
        conversion=figure(share(arm.converted, arm.people)),
    )


def _worse(canary: FloatArray, control: FloatArray, arms: Mapping[str, Arm]) -> float:
    """The ratio of the test, below 1 where the canary is not worse, or too little is known."""
    few = min(arm.n_people for arm in arms.values()) < LEAST_PEOPLE
    if few or canary.sum() + control.sum() < LEAST_HITS:
        return 0.0
    difference = float(canary.mean() - control.mean())
    if difference >= 0:
        return 0.0
    variance = clustered_variance(canary, arms[CANARY].people)
    variance += clustered_variance(control, arms[CONTROL].people)
    return rate_ratio(difference, variance, EFFECT * float(control.mean()))


def _arm(feedback: Feedback, counts: BoolArray, of_answers: Sequence[bool]) -> Arm:
    if not len(of_answers):
        return Arm(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.float32))
    places = np.flatnonzero(counts & np.array(of_answers, dtype=bool)[feedback.answer])
    return Arm(
        feedback.person[places],
        feedback.clicked[places].astype(np.float32),
        feedback.converted[places].astype(np.float32),
    )
