"""What can be read of a damaged log is read, and what is lost is told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.errors import Damaged, InvalidInput
from indexer.log.event_log import Served
from indexer.log.sql.event_log import SqlEventLog
from indexer.log.sql.salvage import Salvaged, salvage
from tests.indexer.log.contract.aspects import MOOD

N_ITEMS, N_EVENTS = 700, 3_000
PAGE = 4096


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with SqlEventLog.open(f"sqlite:///{tmp_path}/log.db") as log:
        log.put_items([Item(f"item-{n}", title=f"Title {n}") for n in range(N_ITEMS)])
        log.delete_items(["item-7"])
        log.append_events(
            [
                Event(f"u{n % 9}", f"item-{n}", "rating", 4.5, 1e9 + n, f"e{n}")
                for n in range(N_EVENTS)
            ]
        )
        log.put_user("u1", {"age": 3}, "slow films")
        log.add_model("m1", "models/m1", {"a": 1.0})
        log.set_active_model("m1")
        log.put_served_batch([Served("r1", "u1", b"\xff\x00", 1.0)])
        log.put_aspects([MOOD])
    return tmp_path / "log.db"


def zero_page_of(file: Path, text: bytes) -> None:
    content = bytearray(file.read_bytes())
    place = content.index(text) // PAGE * PAGE
    content[place : place + PAGE] = bytes(PAGE)
    file.write_bytes(content)


def salvaged(file: Path) -> tuple[SqlEventLog, dict[str, Salvaged]]:
    tables = salvage(file, file.with_name("new.db"))
    return SqlEventLog.open(f"sqlite:///{file.with_name('new.db')}"), {t.table: t for t in tables}


def test_of_a_sound_log_everything_is_read(file: Path) -> None:
    new, tables = salvaged(file)
    with new, SqlEventLog.open(f"sqlite:///{file}") as old:
        assert list(new.iter_items()) == list(old.iter_items())
        assert new.item_indices() == old.item_indices()
        assert new.user_events("u1") == old.user_events("u1")
        assert new.get_user("u1") == old.get_user("u1")
        assert new.get_served("r1") == b"\xff\x00"
        assert new.list_models() == old.list_models()
        assert list(new.iter_aspects()) == [MOOD]
        assert new.damage() == []
        assert new.append_events([Event("u", "i", "view", None, 1.0)]) == [True]
        assert new.last_seq() == N_EVENTS + 1
    assert all((table.damaged, table.gaps) == (0, []) for table in tables.values())
    assert tables["items"].read == N_ITEMS


def test_a_broken_page_costs_its_own_rows(file: Path) -> None:
    zero_page_of(file, b"Title 350")
    new, tables = salvaged(file)
    with new:
        lost = {f"item-{n}" for n in range(N_ITEMS)} - set(new.item_indices()) - {"item-7"}
        assert "item-350" in lost
        assert len(lost) < 60
        assert new.count_events() == N_EVENTS
        assert new.damage() == []
    (gap,) = tables["items"].gaps
    first, last = map(int, gap.split(".."))
    assert {f"item-{n}" for n in range(first, last + 1)} == lost
    assert tables["items"].read == N_ITEMS - len(lost)


def test_a_last_page_that_is_broken_is_an_open_gap(file: Path) -> None:
    zero_page_of(file, f"Title {N_ITEMS - 1}".encode())
    new, tables = salvaged(file)
    with new:
        assert 0 < N_ITEMS - tables["items"].read < 60
        assert tables["items"].gaps[-1].endswith("..")


def test_rows_that_are_not_what_was_written_are_left_out_and_counted(file: Path) -> None:
    content = file.read_bytes().replace(b"Title 351", b"Title 350", 1)
    file.write_bytes(content.replace(b"Title 352", b"Title \xff52", 1))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE events SET event_type = 'view' WHERE seq = 5")
    new, tables = salvaged(file)
    with new:
        assert {"item-351", "item-352"} & set(new.item_indices()) == set()
        assert new.damage() == []
    assert (tables["items"].damaged, tables["events"].damaged) == (2, 1)


def test_a_log_that_is_there_is_not_written_over(file: Path) -> None:
    with pytest.raises(InvalidInput, match="is there already"):
        salvage(file, file)


@pytest.mark.parametrize("content", [b"", b"no database at all" * 99])
def test_where_not_even_the_tables_are_known_nothing_is_read(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "log.db").write_bytes(content)
    with pytest.raises(Damaged, match="restore a backup"):
        salvage(tmp_path / "log.db", tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="unable to open"):
        salvage(tmp_path / "log.db", tmp_path / "new.db")
