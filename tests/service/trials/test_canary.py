"""A canary on its lease: by a clock that is set here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from indexer.catalog.event import EventPolicy
from indexer.errors import StoreUnavailable
from indexer.log.event_log import EventLog, FeedbackBatch
from indexer.log.opening import open_event_log
from service.config import TrialSettings
from service.online.feedback import Feedback
from service.trials.arms import CANARY
from service.trials.canary import Canary
from tests.service.online.planted import answer, event, items
from tests.service.trials.test_arms import MEMBERS, OTHERS, TRIAL, serve

SETTINGS = TrialSettings(check_every_s=60, silence_s=600, silence_answers=5)


class World:
    """A log, a clock, and the canary that looks at both."""

    def __init__(self, log: EventLog) -> None:
        self.log, self.now, self.broken = log, 0.0, False
        self.canary = Canary(TRIAL, self.read, SETTINGS, lambda: self.now)

    def read(self, since: float, after_seq: int) -> Feedback:
        if self.broken:
            raise StoreUnavailable("log", "it is gone", "bring it back")
        return Feedback.read(self.log, EventPolicy(), since=since, after_seq=after_seq)

    def after(self, seconds: float) -> str:
        self.now += seconds
        return self.canary.look()

    def ask(self, n: int) -> None:
        for user in MEMBERS[:n]:
            self.canary.answered(user, is_faulty=False)


@pytest.fixture
def world() -> Iterator[World]:
    with open_event_log("sqlite://") as log:
        items(log)
        yield World(log)


def test_it_serves_its_people_and_nobody_else(world: World) -> None:
    assert world.canary.serves(MEMBERS[0])
    assert not world.canary.serves(OTHERS[0])
    assert not world.canary.serves("")


def test_the_lease_runs_out_unless_somebody_looks(world: World) -> None:
    for _ in range(5):
        assert world.after(179) == ""
        assert world.canary.serves(MEMBERS[0])
    world.broken = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            world.after(60)
        assert world.canary.serves(MEMBERS[0])
    world.now += 60
    assert not world.canary.serves(MEMBERS[0])
    assert not world.canary.is_leased


def test_it_goes_when_nothing_is_heard_while_answers_are_given(world: World) -> None:
    world.log.put_served_batch([answer("r", MEMBERS[0], [1], model="m2")])
    world.log.append_events([event(MEMBERS[0], 1, "click", "r")])
    world.ask(20)
    assert world.after(60) == ""
    world.ask(4)
    assert world.after(601) == ""  # four answers are too few to expect anything
    world.ask(1)
    assert "no event has named an answer for 661 s, while 5 were given" in world.after(60)


def test_what_is_heard_again_and_a_night_without_calls_are_no_silence(world: World) -> None:
    world.log.put_served_batch([answer("r", MEMBERS[0], range(10), model="m2")])
    for n in range(5):
        world.ask(9)
        world.log.append_events([event(MEMBERS[0], n, "click", "r")])
        assert world.after(601) == ""
    assert world.after(100_000) == ""


def test_what_is_heard_after_a_deletion_is_no_silence(world: World) -> None:
    for name, user in (("r", MEMBERS[0]), ("s", MEMBERS[1])):
        world.log.put_served_batch([answer(name, user, range(10), model="m2")])
    world.log.append_events([event(MEMBERS[0], n, "click", "r") for n in range(5)])
    assert world.after(60) == ""
    world.log.delete_user(MEMBERS[0])
    assert world.after(60) == ""
    for n in range(4):
        world.ask(9)
        world.log.append_events([event(MEMBERS[1], n, "click", "s")])
        assert world.after(601) == ""


def test_a_look_reads_the_events_since_it_is_compared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.log.put_served_batch([answer("r", MEMBERS[0], range(10), model="m2")])
    world.log.append_events([event(MEMBERS[0], n, "click", "r") for n in range(3)])
    world.canary.compare_with(replace(TRIAL, after_seq=2))
    read: list[int] = []
    reading = world.log.read_feedback

    def counted(*arguments: int) -> Iterator[FeedbackBatch]:
        for batch in reading(*arguments):
            read.extend(batch.seq.tolist())
            yield batch

    monkeypatch.setattr(world.log, "read_feedback", counted)
    world.after(60)
    assert read == [3]


def test_it_goes_when_it_is_worse_and_says_by_what(world: World) -> None:
    serve(world.log, OTHERS, "m1", clicks_of=2)
    serve(world.log, MEMBERS, "m2", clicks_of=0)
    why = world.after(60)
    assert why.startswith("worse by clicks: 0 clicks of 2,030 impressions, against 99 of 1,970")
    assert [arm.name for arm in world.canary.arms] == ["canary", "control"]
    for user in MEMBERS[:12]:
        assert world.canary.answered(user, is_faulty=True) == CANARY
    for user in OTHERS[:100]:
        world.canary.answered(user, is_faulty=False)
    for user in OTHERS:
        world.log.delete_events(user)
    assert "worse by errors: 12 errors in 12 answers" in world.after(60)


def test_another_model_to_compare_with_begins_it_anew(world: World) -> None:
    serve(world.log, OTHERS, "m1", clicks_of=2)
    serve(world.log, MEMBERS, "m2", clicks_of=0)
    world.canary.compare_with(replace(TRIAL, against="m3"))
    assert world.after(60) == ""
    assert [arm.impressions for arm in world.canary.arms][1] == 0
