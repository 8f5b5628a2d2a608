"""Served contexts: kept at once, written behind, bounded, and read back as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import orjson
import pytest

from indexer.log.event_log import EventLog, Served
from indexer.log.opening import open_event_log
from service.api.messages import ExplainRequest
from service.errors import InvalidInput, NoRoom
from service.serving.served import ServedContext, ServedContexts, ServedItem
from service.wishes.fit import Reason

CONTEXT = ServedContext(
    user_id="u",
    model_version="v",
    profiled=True,
    history=[3, 1],
    event_types=["view", "rating"],
    values=[None, 4.5],
    liked=[True, False],
    taste="slow",
    rule="price < 3",
    n_events_known=2,
    scale_shift=[0.0, 0.25],
    scale_spread=[1.0, 0.5],
    results=[ServedItem(7, 1.5, ["popular"], False), ServedItem(2, 1.25, ["sequence"], True)],
    created_at=1_700_000_000.0,
    runners_up=[5],
    runners_lean=[0.0],
    runners_boost=[0.25],
    times=[10.0, 20.0],
    disliked=[False, False],
    domains=["films"],
    encoders="1a2b3c4d",
    scenario="home",
)


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as opened:
        yield opened


def contexts(log: EventLog, *, max_served: int = 10, keep_days: float = 1e6) -> ServedContexts:
    return ServedContexts(log, keep_days=keep_days, max_served=max_served)


def test_a_context_is_read_back_as_it_was() -> None:
    assert ServedContext.from_bytes(CONTEXT.to_bytes()) == CONTEXT


def test_what_words_and_rules_added_counts_together() -> None:
    first, second = CONTEXT.results
    ruled = replace(CONTEXT, results=[replace(first, lean=0.5, boost=1.0), second])
    assert ruled.added == {7: 1.5, 2: 0.0, 5: 0.25}


def test_what_a_wish_added_is_told_of_results_and_runners_up() -> None:
    first, second = CONTEXT.results
    wished = replace(CONTEXT, results=[replace(first, lean=0.5), second], runners_lean=[2.0])
    assert wished.leans == {7: 0.5, 2: 0.0, 5: 2.0}
    assert replace(CONTEXT, runners_lean=[]).leans == {7: 0.0, 2: 0.0}


def test_what_a_result_has_of_what_was_asked_for_is_kept() -> None:
    asked = replace(
        CONTEXT.results[0],
        reasons=(Reason("a western", "Western"),),
        taste_reasons=(Reason("slow"),),
    )
    context = replace(CONTEXT, results=(asked, *CONTEXT.results[1:]))
    again = ServedContext.from_bytes(context.to_bytes())
    assert again.results[0] == asked


def test_a_context_of_before_scenarios_were_kept_is_read() -> None:
    row = orjson.loads(CONTEXT.to_bytes())
    del row["scenario"]
    assert ServedContext.from_bytes(orjson.dumps(row)) == replace(CONTEXT, scenario="")


def test_an_answer_is_there_at_once_and_after_it_was_written(log: EventLog) -> None:
    kept = contexts(log)
    key = kept.put(CONTEXT)
    assert kept.get(key) == CONTEXT
    kept.close()
    again = contexts(log)
    assert again.get(key) == CONTEXT
    assert again.get("never served") is None
    again.close()


class FullLog:
    """Takes nothing until there is room."""

    def __init__(self, log: EventLog) -> None:
        self._log, self.full = log, True

    def put_served_batch(self, batch: Sequence[Served]) -> None:
        if self.full:
            raise NoRoom("event log", "full", "make room")
        self._log.put_served_batch(batch)

    def get_served(self, recommendation_id: str) -> bytes | None:
        return self._log.get_served(recommendation_id)

    def prune_served(self, before: float, keep: int) -> int:
        return self._log.prune_served(before, keep)


def test_what_cannot_be_written_waits_and_can_be_explained_meanwhile(log: EventLog) -> None:
    full = FullLog(log)
    kept = ServedContexts(full, keep_days=1e6, max_served=10)
    one = kept.put(CONTEXT)
    with pytest.raises(NoRoom):
        kept.flush()
    assert kept.get(one) == CONTEXT
    full.full = False
    kept.close()
    assert log.get_served(one) is not None


def test_a_log_that_is_full_to_the_end_does_not_keep_it_from_closing(log: EventLog) -> None:
    kept = ServedContexts(FullLog(log), keep_days=1e6, max_served=10)
    kept.put(CONTEXT)
    kept.close()


def test_none_are_kept_where_none_may_be(log: EventLog) -> None:
    kept = contexts(log, max_served=0)
    assert kept.get(kept.put(CONTEXT)) is None
    kept.close()


def test_the_oldest_go_first(log: EventLog) -> None:
    kept = contexts(log, max_served=2)
    keys = [kept.put(replace(CONTEXT, created_at=1e9 + age)) for age in range(4)]
    kept.flush()
    kept.close()
    again = contexts(log, max_served=2)
    assert [again.get(key) is not None for key in keys] == [False, False, True, True]
    again.close()


def test_a_result_is_found_by_its_item_and_another_item_is_refused() -> None:
    request = ExplainRequest("i2", recommendation_id="r")
    assert CONTEXT.result(2, request).explored
    with pytest.raises(InvalidInput, match="is not among the results of answer r"):
        CONTEXT.result(9, request)
