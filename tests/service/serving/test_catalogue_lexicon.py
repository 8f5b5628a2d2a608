"""The lexicon in step with the catalogue, also while it is read."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

import pytest

from encoders.fake import FakeTextEncoder
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.aspects.reading import Aspects
from service.serving import catalogue_lexicon
from service.serving.catalogue_lexicon import CatalogueLexicon
from service.wishes.lexicon.lexicon import Segment
from service.wishes.lexicon.values import Value

BEFORE = [(0, Item("a", categories=("Opera",))), (1, Item("b", categories=("Ballet",)))]
CHANGED = (1, Item("b", categories=("Opera",)))


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as log:
        yield log


def lexicon_of(log: EventLog, rows: Iterable[tuple[int, Item]] = BEFORE) -> CatalogueLexicon:
    return CatalogueLexicon(lambda: rows, Aspects(log), FakeTextEncoder())


def operas(lexicon: CatalogueLexicon, n_items: int = 2) -> list[bool]:
    has: list[bool] = lexicon.now(n_items)[0].mask(Value("categories", "Opera")).tolist()
    return has


def test_what_changes_stands_for_what_was_read(log: EventLog) -> None:
    lexicon = lexicon_of(log)
    assert operas(lexicon) == [True, False]
    lexicon.note([CHANGED])
    assert operas(lexicon) == [True, True]
    lexicon.note([(2, Item("c", categories=("Opera",)))])
    assert operas(lexicon, 3) == [True, True, True]


def test_it_is_made_once_until_something_changes(log: EventLog) -> None:
    lexicon = lexicon_of(log)
    lexicon.prepare()
    first = lexicon.now(2)[0]
    assert lexicon.now(2)[0] is first
    lexicon.note([CHANGED])
    assert lexicon.now(2)[0] is not first


def test_what_changes_before_it_is_read_is_read_as_it_is(log: EventLog) -> None:
    rows = list(BEFORE)
    lexicon = lexicon_of(log, rows)
    lexicon.note([CHANGED])
    rows[1] = CHANGED
    assert operas(lexicon) == [True, True]


def test_what_changes_while_it_is_read_is_not_lost_and_nobody_waits_for_it(log: EventLog) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[tuple[int, Item]]:
        yield from BEFORE
        begun.set()
        assert go_on.wait(20)

    lexicon = lexicon_of(log, slowly())
    reading = threading.Thread(target=lexicon.prepare)
    reading.start()
    assert begun.wait(20)
    lexicon.note([CHANGED])  # would hang here if it waited
    go_on.set()
    reading.join()
    assert operas(lexicon) == [True, True]


def test_an_item_that_changes_again_while_its_change_is_read_is_what_it_was_last(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    lexicon = lexicon_of(log)
    lexicon.prepare()
    lexicon.note([CHANGED])
    reading = CatalogueLexicon._segment

    def changing(self: CatalogueLexicon, rows: Sequence[tuple[int, Item]]) -> Segment:
        monkeypatch.undo()
        self.note([BEFORE[1]])
        return reading(self, rows)

    monkeypatch.setattr(CatalogueLexicon, "_segment", changing)
    assert operas(lexicon) == [True, True]  # as it was when this was asked
    assert operas(lexicon) == [True, False]


def test_after_many_changes_all_is_read_anew(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_lexicon, "MOST_CHANGED", 1)
    rows = list(BEFORE)
    lexicon = lexicon_of(log, rows)
    lexicon.prepare()
    rows += [(2, Item("c", categories=("Opera",))), (3, Item("d"))]
    lexicon.note(rows[2:])
    assert operas(lexicon, 4) == [True, False, True, False]
    assert len(lexicon.now(4)[0].segments) == 1
