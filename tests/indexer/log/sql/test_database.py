"""The database under the log: durable, shared by threads and processes, clear about what stands in
its way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.errors import NoRoom, StoreError, StoreUnavailable
from indexer.log.sql.event_log import SqlEventLog
from indexer.log.sql.schema import meta
from tests.postgres import PostgresServer, kill

WRITER = """
import sys
from indexer.catalog.item import Item
from indexer.log.sql.event_log import SqlEventLog
from indexer.catalog.event import Event

log = SqlEventLog.open(sys.argv[1])
n = 0
while True:
    log.put_items([Item(f"item-{n}")])
    log.append_events([Event("u", f"item-{n}", "view", None, float(n))])
    print(n, flush=True)
    n += 1
"""


def test_what_was_acknowledged_survives_kill_9(lasting_url: str) -> None:
    root = Path(__file__).resolve().parents[4]
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, lasting_url], stdout=subprocess.PIPE, cwd=root
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(25)]
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout.read().splitlines()]
    with SqlEventLog.open(lasting_url) as log:
        assert [s.event.timestamp for s in log.user_events("u")][: len(acknowledged)] == [
            float(n) for n in acknowledged
        ]
        indices = log.item_indices()
        assert [indices[f"item-{n}"] for n in acknowledged] == acknowledged
        assert log.append_events([Event("u", "next", "view", None, 0.0)]) == [True]


def test_commits_are_synced_to_the_disk(file_url: str) -> None:
    with SqlEventLog.open(file_url) as log, log.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_commits_are_synced_to_the_disk_of_a_server_whatever_it_does_for_others(
    postgres: PostgresServer,
) -> None:
    for theirs, ours in [("off", "on"), ("remote_apply", "remote_apply")]:
        with (
            postgres.database(f"synchronous_commit = {theirs}") as url,
            SqlEventLog.open(url) as log,
            log.database.writing() as connection,
        ):
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == ours


@pytest.mark.parametrize("victim", ["a process of the server", "the server"])
def test_kill_9_of_postgresql_loses_nothing_acknowledged_and_the_log_goes_on(
    own_postgres: PostgresServer, victim: str
) -> None:
    with (
        own_postgres.database() as url,
        SqlEventLog.open(url) as log,
        ThreadPoolExecutor(1) as pool,
    ):

        def written(first: int, until: Callable[[list[str]], bool]) -> list[str]:
            """What was acknowledged, one event after the other, whether or not some are refused."""
            acknowledged: list[str] = []
            for n in count(first):
                if until(acknowledged):
                    break
                with suppress(StoreUnavailable):
                    log.append_events([Event("u", f"i{n}", "view", None, float(n))])
                    acknowledged.append(f"i{n}")
            return acknowledged

        acknowledged = written(0, lambda so_far: len(so_far) == 20)
        if victim == "the server":
            killing = pool.submit(own_postgres.kill)
        else:
            killing = pool.submit(kill, own_postgres.backends(url)[0])
        acknowledged += written(1_000, lambda _: killing.done())
        if victim == "the server":
            with pytest.raises(StoreUnavailable, match="try again"):
                log.append_events([Event("u", "late", "view", None, 0.0)])
            own_postgres.start()
        acknowledged += written(1_000_000, lambda so_far: len(so_far) == 20)
        kept = {stored.event.item_id for stored in log.user_events("u")}
        assert set(acknowledged) - kept == set()


def test_everything_is_there_after_opening_again(lasting_url: str) -> None:
    with SqlEventLog.open(lasting_url) as log:
        log.put_items([Item("a")])
        log.append_events([Event("u", "a", "view", None, 1.0)])
        log.meta_set("key", "old")
        log.meta_set("key", "value")
    with SqlEventLog.open(lasting_url) as log:
        assert log.get_items(["a"]) == {"a": (0, Item("a"))}
        assert (log.count_events(), log.last_seq()) == (1, 1)
        assert (log.meta_get("key"), log.meta_get("none")) == ("value", None)


def test_a_failed_write_leaves_nothing_behind(log_url: str) -> None:
    twice = [{"key": "k", "value": "v"}, {"key": "k", "value": "w"}]
    with SqlEventLog.open(log_url) as log:
        with pytest.raises(StoreError, match=r"UNIQUE|unique"), log.database.writing() as writer:
            writer.execute(meta.insert(), twice)
        assert log.meta_get("k") is None
        log.meta_set("k", "w")
        assert log.meta_get("k") == "w"


def test_two_logs_at_one_place_take_turns(lasting_url: str) -> None:
    with SqlEventLog.open(lasting_url) as one, SqlEventLog.open(lasting_url) as two:

        def write(log: SqlEventLog, name: str) -> None:
            for n in range(20):
                log.append_events([Event(name, "i", "view", None, float(n))])

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, [one, two], ["one", "two"]))
        assert one.count_events() == two.count_events() == 40
        assert one.last_seq() == 40


def test_a_log_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"unable to open database file.*try again"):
        SqlEventLog.open(f"sqlite:///{tmp_path}/missing/log.db")
    (tmp_path / "log.db").write_bytes(
        b"this is not a database, but it is long enough to be taken for one" * 20
    )
    with pytest.raises(StoreError, match=r"not a database.*restore a backup"):
        SqlEventLog.open(f"sqlite:///{tmp_path}/log.db")


def test_a_full_disk_is_an_error_of_its_own_and_what_is_there_is_read(file_url: str) -> None:
    with SqlEventLog.open(file_url) as log:
        log.put_items([Item("a")])
        with log.database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(NoRoom, match=r"disk is full; make room"):
            log.put_items([Item("b", description="x" * 100_000)])
        assert list(log.item_indices()) == ["a"]
