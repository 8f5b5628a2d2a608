"""The arms: who is in them, and when the tests find the canary worse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.catalog.event import EventPolicy
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.online.feedback import Feedback
from service.trials.arms import CANARY, CONTROL, Calls, arms_of, judged, told
from service.trials.sequential import THRESHOLD
from service.trials.trial import Trial, TrialKind, in_canary
from tests.service.online.planted import answer, event, items

TRIAL = Trial(TrialKind.CANARY, "m2", 0.5, "1a2b", "m1", 0.0, since=0.0)
PEOPLE = [f"u{n}" for n in range(400)]
MEMBERS = [user for user in PEOPLE if in_canary(user, "m2", 0.5)]
OTHERS = [user for user in PEOPLE if user not in MEMBERS]
NO_CALLS = {CANARY: Calls(), CONTROL: Calls()}


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as log:
        items(log)
        yield log


def serve(log: EventLog, users: list[str], model: str, clicks_of: int, kind: str = "click") -> None:
    """Ten items each; everybody whose number among them `clicks_of` divides clicks the first."""
    log.put_served_batch(
        [answer(f"{user}-{model}", user, range(10), model=model) for user in users]
    )
    clicking = users[::clicks_of] if clicks_of else []
    log.append_events([event(user, 0, kind, f"{user}-{model}") for user in clicking])


def ratios(log: EventLog, calls: dict[str, Calls] | None = None) -> dict[str, float]:
    arms = arms_of(Feedback.read(log, EventPolicy()), TRIAL)
    return {test.name: test.ratio for test in judged(arms, calls or NO_CALLS)}


def test_people_are_in_the_arm_of_their_hash_and_served_by_its_model(log: EventLog) -> None:
    member, other = MEMBERS[0], OTHERS[0]
    log.put_served_batch(
        [
            answer("a", member, [1, 2], model="m2"),
            answer("b", member, [1], model="m1"),  # the canary had failed
            answer("c", other, [1, 2, 3], model="m1"),
            answer("d", other, [1], model="m0"),  # of before
            answer("e", "", [1], model="m1"),  # nobody in particular
        ]
    )
    arms = arms_of(Feedback.read(log, EventPolicy()), TRIAL)
    assert {name: (arm.n_people, len(arm.people)) for name, arm in arms.items()} == {
        CANARY: (1, 2),
        CONTROL: (1, 3),
    }


def test_a_canary_without_clicks_is_found_and_one_as_good_is_not(log: EventLog) -> None:
    serve(log, OTHERS, "m1", clicks_of=2)
    serve(log, MEMBERS, "m2", clicks_of=2)
    assert ratios(log)["clicks"] < 1.0
    log.delete_events(MEMBERS[0])
    for user in MEMBERS:
        log.delete_events(user)
    found = ratios(log)
    assert found["clicks"] > THRESHOLD
    assert found["conversions"] == 0.0


def test_conversions_are_looked_at_beside_clicks(log: EventLog) -> None:
    serve(log, OTHERS, "m1", clicks_of=2, kind="purchase")
    serve(log, MEMBERS, "m2", clicks_of=2, kind="click")
    found = ratios(log)
    assert found["clicks"] < 1.0
    assert found["conversions"] > THRESHOLD


def test_a_better_canary_is_not_called_worse_and_few_people_say_nothing(log: EventLog) -> None:
    serve(log, OTHERS, "m1", clicks_of=0)
    serve(log, MEMBERS, "m2", clicks_of=1)
    assert ratios(log)["clicks"] == 0.0
    with open_event_log("sqlite://") as few:
        items(few)
        serve(few, OTHERS[:29], "m1", clicks_of=1)
        serve(few, MEMBERS, "m2", clicks_of=0)
        assert ratios(few)["clicks"] == 0.0


def test_errors_of_the_canary_are_found(log: EventLog) -> None:
    calls = {CANARY: Calls(answers=100, errors=9), CONTROL: Calls(answers=900, errors=1)}
    assert ratios(log, calls)["errors"] > THRESHOLD
    calls = {CANARY: Calls(answers=100, errors=9), CONTROL: Calls(answers=900, errors=81)}
    assert ratios(log, calls)["errors"] < 1.0


def test_an_arm_is_told_in_numbers(log: EventLog) -> None:
    serve(log, OTHERS[:10], "m1", clicks_of=2)
    arm = arms_of(Feedback.read(log, EventPolicy()), TRIAL)[CONTROL]
    shown = told(CONTROL, "m1", arm, Calls(answers=12, errors=1))
    assert (shown.people, shown.impressions, shown.clicks, shown.answers) == (10, 100, 5, 12)
    assert shown.ctr is not None
    assert shown.ctr.low < 0.05 < shown.ctr.high
