"""`palate events`: files into the log here, or in batches to a server."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from indexer.log.opening import open_event_log
from service.api.messages import EventReport
from service.cli.commands import recording
from tests.service.cli.conftest import Run
from tests.service.standin import StandIn


def _file(rows: Iterable[dict[str, Any]]) -> Path:
    path = Path("events.jsonl")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _event(number: int, **fields: Any) -> dict[str, Any]:
    row = {"user_id": "u", "item_id": f"i{number}", "event_type": "view", "timestamp": number}
    return row | fields


def test_events_are_recorded_here_without_a_catalogue(run: Run) -> None:
    path = _file(_event(number) for number in range(3))
    counts = run("events", path, "--json").json["files"][0]["counts"]
    assert counts == {
        "recorded": 3,
        "duplicates": 0,
        "unknown_items": 3,
        "unattributed": 0,
        "withheld": 0,
    }
    with open_event_log(f"sqlite:///{Path('palate-data/log.db').absolute()}") as log:
        assert log.count_events() == 3


def test_events_go_to_a_server_in_batches_and_their_counts_are_summed(
    run: Run, answered: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "REMOTE_BATCH", 2)
    answered.event_report = EventReport(recorded=1, duplicates=1, unknown_items=1, unattributed=1)
    path = _file(_event(number) for number in range(5))
    report = run("events", path, "--server", "here:1", "--json").json["files"][0]
    assert report["counts"] == {
        "recorded": 3,
        "duplicates": 3,
        "unknown_items": 3,
        "unattributed": 3,
        "withheld": 0,
    }
    sent = [[event.item_id for event in events] for _, events in answered.asked]
    assert sent == [["i0", "i1"], ["i2", "i3"], ["i4"]]


def test_a_bad_row_is_told_by_its_line_and_is_not_sent(run: Run, answered: StandIn) -> None:
    answered.event_report = EventReport(recorded=2, duplicates=0, unknown_items=0)
    path = _file([_event(0), _event(1, user_id=""), _event(2)])
    ran = run("events", path, "--server", "here:1", "--json")
    (report,) = ran.json["files"]
    assert (ran.code, [row["line"] for row in report["failed"]]) == (1, [2])
    ((_, sent),) = answered.asked
    assert [event.item_id for event in sent] == ["i0", "i2"]


def test_ratings_of_another_system_come_in_by_a_guess(run: Run) -> None:
    Path("ratings.csv").write_text("userId,movieId,rating,timestamp\n1,7,4.5,964982703\n1,8,x,\n")
    ran = run("events", "ratings.csv", "--map", "auto")
    assert ran.code == 0
    assert "recognized as ratings of MovieLens" in ran.out
    assert "timestamp is missing; taken as of when its source was last changed" in ran.out
    again = run("events", "ratings.csv", "--map", "ratings.map.toml", "--json").json["files"][0]
    assert again["counts"] == {
        "recorded": 0,
        "duplicates": 2,
        "unknown_items": 0,
        "unattributed": 0,
        "withheld": 0,
    }


def test_rows_of_a_database_come_in(run: Run) -> None:
    with sqlite3.connect("shop.db") as link:
        link.execute("create table seen (user_id, item_id, event_type, timestamp)")
        link.execute("insert into seen values ('u', 'i', 'view', 5)")
    link.close()
    ran = run("events", "sqlite:///shop.db", "--query", "seen", "--json")
    assert ran.json["files"][0]["counts"]["recorded"] == 1
