"""A canary while it serves: who gets it, and when it has to go.

It serves on a lease that only a look renews at which all is well: whatever stops the looks, the
lease runs out, and what served before serves everybody. It has to go where a test finds it worse, and
where no feedback comes any more while lists go out: nobody could tell then. Knows no registry.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from service.api.messages import TrialArm, TrialTest
from service.config import TrialSettings
from service.online.feedback import Feedback
from service.trials.arms import CANARY, CONTROL, Calls, arms_of, judged, told
from service.trials.trial import Trial, in_canary

LEASE_LOOKS = 3
"""So many looks may fail in a row."""


class Canary:
    """For several threads."""

    def __init__(
        self,
        trial: Trial,
        read: Callable[[float, int], Feedback],
        settings: TrialSettings,
        clock: Callable[[], float],
    ) -> None:
        """`read` gives what came of the answers since a time by the events after a number; `clock`
        counts seconds."""
        self._trial, self._read, self._settings, self._clock = trial, read, settings, clock
        self._lock = threading.Lock()
        self._begin(trial)

    def _begin(self, trial: Trial) -> None:
        self._trial = trial
        self._calls = {CANARY: Calls(), CONTROL: Calls()}
        self._n_fed, self._fed_at, self._answers_when_fed = 0, self._clock(), 0
        self._lease_until = self._clock() + LEASE_LOOKS * self._settings.check_every_s
        self.arms: Sequence[TrialArm] = ()
        self.tests: Sequence[TrialTest] = ()

    def compare_with(self, trial: Trial) -> None:
        """Another model serves the others now: begin to compare anew."""
        with self._lock:
            self._begin(trial)

    @property
    def is_leased(self) -> bool:
        """Whether it may serve."""
        return self._clock() < self._lease_until

    def serves(self, user_id: str) -> bool:
        """Whether this person gets it now."""
        trial = self._trial
        return self.is_leased and in_canary(user_id, trial.version, trial.share)

    def answered(self, user_id: str, *, is_faulty: bool) -> str:
        """A person was answered, in whichever arm: returns its name, empty for who is in neither."""
        if not user_id:
            return ""
        trial = self._trial
        arm = CANARY if in_canary(user_id, trial.version, trial.share) else CONTROL
        with self._lock:
            self._calls[arm].answers += 1
            self._calls[arm].errors += is_faulty
        return arm

    def look(self) -> str:
        """Why it has to go; empty where it may stay, for another lease."""
        with self._lock:
            trial, calls = self._trial, self._calls
        feedback = self._read(trial.since, trial.after_seq)
        arms = arms_of(feedback, trial)
        tests = judged(arms, calls)
        versions = {CANARY: trial.version, CONTROL: trial.against}
        with self._lock:
            if trial is not self._trial:
                return ""  # compared with another meanwhile
            self.tests = tests
            self.arms = [told(name, versions[name], arms[name], calls[name]) for name in arms]
            why = _worse(tests, self.arms) or self._silence(feedback, calls)
            if not why:
                self._lease_until = self._clock() + LEASE_LOOKS * self._settings.check_every_s
        return why

    def _silence(self, feedback: Feedback, calls: Mapping[str, Calls]) -> str:
        """Whether events that name answers have stopped coming, while answers go out."""
        answers = sum(one.answers for one in calls.values())
        n_fed = feedback.attribution.attributed
        self._n_fed = min(self._n_fed, n_fed)  # some may have been deleted
        if n_fed > self._n_fed:
            self._n_fed, self._fed_at = n_fed, self._clock()
            self._answers_when_fed = answers
            return ""
        quiet_s, unfed = self._clock() - self._fed_at, answers - self._answers_when_fed
        if quiet_s < self._settings.silence_s or unfed < self._settings.silence_answers:
            return ""
        return (
            f"no event has named an answer for {quiet_s:,.0f} s, while {unfed:,} were given: "
            "nobody can tell whether it is worse"
        )


def _worse(tests: Sequence[TrialTest], arms: Sequence[TrialArm]) -> str:
    """What the first test says that finds it worse."""
    canary, control = (next(a for a in arms if a.name == name) for name in (CANARY, CONTROL))
    seen = {
        "clicks": f"{canary.clicks:,} clicks of {canary.impressions:,} impressions, against "
        f"{control.clicks:,} of {control.impressions:,}",
        "conversions": f"{canary.conversions:,} conversions of {canary.impressions:,} impressions, "
        f"against {control.conversions:,} of {control.impressions:,}",
        "errors": f"{canary.errors:,} errors in {canary.answers:,} answers, against "
        f"{control.errors:,} in {control.answers:,}",
    }
    for test in tests:
        if test.ratio >= test.threshold:
            return f"worse by {test.name}: {seen[test.name]} (likelihood ratio {test.ratio:.3g})"
    return ""
