"""The protocol of the event log and its contract belong together."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from indexer.log import event_log
from indexer.log.event_log import EventLog

CONTRACT = Path(__file__).parent / "contract"
PARTS = [
    event_log.ItemRecords,
    event_log.StoreMarks,
    event_log.ActiveStoreMarks,
    event_log.EventRecords,
    event_log.UserRecords,
    event_log.ServedRecords,
    event_log.ModelRecords,
    event_log.AspectRecords,
    event_log.SmallValues,
    event_log.Snapshots,
]


def own_methods(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_")]


def test_the_log_is_all_of_its_parts_and_each_method_is_in_one() -> None:
    assert set(PARTS) < set(EventLog.__mro__)
    names = [name for part in PARTS for name in own_methods(part)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("protocol", [*PARTS, EventLog])
def test_every_method_says_what_it_does(protocol: type) -> None:
    silent = [name for name in own_methods(protocol) if not inspect.getdoc(vars(protocol)[name])]
    assert silent == []


def test_the_contract_calls_every_method_of_every_part() -> None:
    called = {
        name
        for file in CONTRACT.glob("*.py")
        for name in re.findall(r"\blog\.(\w+)", file.read_text(encoding="utf-8"))
    }
    missing = [name for part in PARTS for name in own_methods(part) if name not in called]
    assert missing == []
