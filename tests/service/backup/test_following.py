"""Following ships events as they come, backs up again when it is due, and begins anew where it was
killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.errors import StoreUnavailable
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.backup.backup import BackupReport
from service.backup.erased import Erased
from service.backup.following import POLL_S, follow
from service.backup.journal import journal_rows
from service.backup.point import Point
from service.backup.restore import restore
from service.backup.vault import Vault
from tests.service import world


class Steps:
    """Stands for the clock: what happens in each wait, one after the other; then it ends."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        self._steps = list(steps)
        self.now = 0.0

    def wait(self, seconds: float) -> bool:
        assert seconds == POLL_S <= 1.0
        self.now += seconds
        if self._steps:
            self._steps.pop(0)()
        return not self._steps

    def clock(self) -> float:
        return self.now


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def log(data: Path) -> Iterator[EventLog]:
    with open_event_log(world.settings(data).log_url) as opened:
        opened.put_items(world.items(4))
        yield opened


def _record(log: EventLog, name: str) -> None:
    log.append_events([Event("u", "i1", "view", None, 1.0, name)])


def _shipped(folder: Path) -> Sequence[str]:
    vault = Vault(folder)
    rows = journal_rows(vault.journal, vault.manifests()[-1])
    return [str(row["event_id"]) for row in rows]


def test_an_event_is_shipped_at_the_next_look(data: Path, log: EventLog, tmp_path: Path) -> None:
    seen: list[Sequence[str]] = []
    steps = Steps(
        lambda: _record(log, "a"),
        lambda: seen.append(_shipped(tmp_path / "b")),
        lambda: (_record(log, "b"), _record(log, "c")),
        lambda: seen.append(_shipped(tmp_path / "b")),
        lambda: _record(log, "at the end"),
    )
    follow(world.settings(data), tmp_path / "b", steps.wait, clock=steps.clock)
    assert seen == [["a"], ["a", "b", "c"]]
    report = restore(tmp_path / "b", tmp_path / "r", world.settings, at=Point())
    assert report.rows["events"] == 4  # also what came while it was asked to end


def test_another_backup_is_made_when_it_is_due_and_takes_over_from_the_journal(
    data: Path, log: EventLog, tmp_path: Path
) -> None:
    reports: list[BackupReport] = []
    steps = Steps(
        lambda: _record(log, "a"),
        lambda: log.put_items(world.items(6)),
        lambda: _record(log, "b"),
        lambda: None,
    )
    follow(
        world.settings(data),
        tmp_path / "b",
        steps.wait,
        every_s=2 * POLL_S,
        clock=steps.clock,
        on_backup=reports.append,
    )
    assert [(one.position, one.rows["items"]) for one in reports] == [(0, 4), (1, 6)]
    assert _shipped(tmp_path / "b") == ["b"]


def test_one_that_was_killed_begins_with_a_backup_and_loses_nothing(
    data: Path, log: EventLog, tmp_path: Path
) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    first = Steps(lambda: _record(log, "a"), killed, lambda: None)
    with pytest.raises(KeyboardInterrupt):
        follow(world.settings(data), tmp_path / "b", first.wait, clock=first.clock)
    _record(log, "while it was away")
    second = Steps(lambda: _record(log, "b"))
    follow(world.settings(data), tmp_path / "b", second.wait, clock=second.clock)
    report = restore(tmp_path / "b", tmp_path / "r", world.settings, at=Point())
    assert (report.rows["events"], report.position) == (3, 3)


def test_a_log_that_cannot_be_read_for_once_is_tried_again(
    data: Path, log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[str] = []

    def fail() -> None:
        def unavailable(self: object) -> int:
            raise StoreUnavailable("log", "busy", "try again")

        monkeypatch.setattr(type(log), "last_seq", unavailable)

    steps = Steps(lambda: _record(log, "a"), fail, monkeypatch.undo, lambda: None)
    follow(
        world.settings(data),
        tmp_path / "b",
        steps.wait,
        clock=steps.clock,
        on_trouble=troubles.append,
    )
    assert troubles == ["log: busy; try again"]
    assert _shipped(tmp_path / "b") == ["a"]


def test_the_list_of_the_deleted_is_read_only_where_it_has_changed(
    data: Path, log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    tombstones = type(log).tombstones
    monkeypatch.setattr(type(log), "tombstones", lambda log: (read.append(1), tombstones(log))[1])
    reads_after: list[int] = []
    nothing: list[Callable[[], object]] = [lambda: reads_after.append(len(read))] * 4
    _record(log, "a")
    steps = Steps(*nothing, lambda: log.delete_user("u"), *nothing)
    follow(world.settings(data), tmp_path / "b", steps.wait, clock=steps.clock)
    begun = reads_after[1]
    assert reads_after == [begun - 1, *[begun] * 3, *[begun + 1] * 4]
    assert len(Erased.read(tmp_path / "b").by_key) == 1
