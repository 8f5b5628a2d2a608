"""A trial outlives its process, and its people are always the same."""

from __future__ import annotations

from dataclasses import replace

from indexer.log.opening import open_event_log
from service.api.messages import TrialKind, TrialState
from service.trials.trial import Trial, in_canary

TRIAL = Trial(TrialKind.CANARY, "m2", 0.25, "1a2b", "m1", 10.0, since=12.0)


def test_a_trial_is_read_as_it_was_written() -> None:
    with open_event_log("sqlite://") as log:
        assert Trial.read(log) is None
        TRIAL.write(log)
        assert Trial.read(log) == TRIAL
        ended = TRIAL.ended(TrialState.RETURNED, "worse", 20.0)
        ended.write(log)
        assert Trial.read(log) == ended
    assert (TRIAL.is_running, ended.is_running) == (True, False)
    assert replace(ended, state=TrialState.RUNNING, why="", ended_at=None) == TRIAL


def test_the_share_of_the_people_is_met_and_a_greater_one_holds_the_smaller() -> None:
    people = [f"user-{n}" for n in range(20_000)]
    tenth = {user for user in people if in_canary(user, "m2", 0.1)}
    half = {user for user in people if in_canary(user, "m2", 0.5)}
    assert 0.09 < len(tenth) / len(people) < 0.11
    assert tenth < half
    assert all(in_canary(user, "m2", 1.0) for user in people)


def test_another_model_has_other_people_and_nobody_in_particular_is_never_among_them() -> None:
    people = [f"user-{n}" for n in range(2_000)]
    first = {user for user in people if in_canary(user, "m2", 0.5)}
    both = {user for user in first if in_canary(user, "m3", 0.5)}
    assert 0.45 < len(both) / len(first) < 0.55
    assert not in_canary("", "m2", 1.0)
