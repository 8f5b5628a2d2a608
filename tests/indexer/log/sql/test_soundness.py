"""Damage to the log's database: told, by checksums where the database does not tell it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.errors import Damaged
from indexer.log.sql.event_log import SqlEventLog
from indexer.log.sql.soundness import event_checksum
from tests.indexer.log.sql.before import as_version_4


def filled(url: str) -> None:
    with SqlEventLog.open(url) as log:
        log.put_items([Item(f"item-{n}", title=f"Title {n}") for n in range(300)])
        log.delete_items(["item-7"])
        log.append_events(
            [Event("u", f"item-{n}", "rating", 4, 1e9 + n, f"e{n}") for n in range(900)]
        )


def changed(file: Path, old: bytes, new: bytes) -> None:
    """The first place where a file says `old`."""
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new, 1))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    filled(f"sqlite:///{tmp_path}/log.db")
    return tmp_path / "log.db"


def damage(file: Path) -> list[str]:
    with SqlEventLog.open(f"sqlite:///{file}") as log:
        return log.damage()


def test_a_sound_log_has_none_and_all_of_it_was_looked_at(file: Path) -> None:
    seen: list[int] = []
    with SqlEventLog.open(f"sqlite:///{file}") as log:
        assert log.damage(seen.append) == []
    assert sum(seen) == 1_200


def test_one_flipped_bit_of_an_item_is_told(file: Path) -> None:
    changed(file, b"Title 123", b"Title 122")
    (told,) = damage(file)
    assert told == "1 items whose content is not what was put in: 'item-123'"


def test_one_flipped_bit_of_an_event_is_told(file: Path) -> None:
    """The value, which no index has."""
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE events SET value = 5 WHERE event_id = 'e17'")
    (told,) = damage(file)
    assert told == "1 events that are not as they were recorded: 'e17'"


@pytest.mark.parametrize(
    "field",
    [
        "seq",
        "user_id",
        "item_id",
        "event_type",
        "value",
        "timestamp",
        "recommendation_id",
        "position",
    ],
)
def test_the_checksum_is_of_every_field(field: str) -> None:
    row = {
        "seq": 1, "event_id": "e", "user_id": "u", "item_id": "i",
        "event_type": "view", "value": None, "timestamp": 1.5,
    }  # fmt: skip
    assert event_checksum(row) != event_checksum({**row, field: 2})
    assert event_checksum({**row, "value": 4}) == event_checksum({**row, "value": 4.0})


def test_events_of_before_checksums_are_not_verified(file: Path) -> None:
    with SqlEventLog.open(f"sqlite:///{file}") as log:
        with log.database.writing() as connection:
            connection.execute(sa.text("ALTER TABLE events DROP COLUMN checksum"))
            as_version_4(connection)
        log.meta_set("schema_version", "3")
    with SqlEventLog.open(f"sqlite:///{file}") as log:
        assert log.damage() == []
        log.append_events([Event("u", "item-1", "view", None, 1.0)])
        assert log.damage() == []
        assert log.meta_get("schema_version") == "7"


def test_a_broken_page_is_told_and_reading_over_it_is_an_error_that_says_what_to_do(
    file: Path,
) -> None:
    content = bytearray(file.read_bytes())
    place = content.index(b"Title 150") // 4096 * 4096
    content[place : place + 64] = bytes(64)
    file.write_bytes(content)
    assert damage(file)
    with SqlEventLog.open(f"sqlite:///{file}") as log:
        with pytest.raises(Damaged, match=r"log\.db is damaged: .*malformed; `palate log salvage"):
            list(log.iter_items())
        with pytest.raises(Damaged):  # read by the driver itself
            log.item_indices()


@pytest.mark.parametrize(
    ("damaged", "why"),
    [
        (lambda content: b"x" * 100 + content[100:], "not a database"),
        (lambda content: content[: len(content) // 2], "malformed"),
        (lambda content: content.replace(b"Title 123", b"Title \xff23"), "UTF-8"),
        (lambda content: content.replace(b'{"item_id":"item-123"', b'["item_id":"item-123"'), "item 123 cannot"),
    ],
)  # fmt: skip
def test_what_is_no_log_any_more_is_damaged(
    file: Path, damaged: Callable[[bytes], bytes], why: str
) -> None:
    file.write_bytes(damaged(file.read_bytes()))
    with pytest.raises(Damaged, match=why), SqlEventLog.open(f"sqlite:///{file}") as log:
        list(log.iter_items())
