"""Queries to databases."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from indexer.errors import CatalogError
from indexer.ingest.sources.query import is_database, query_rows, without_password
from indexer.ingest.sources.source import Row


@pytest.fixture
def url(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "shop.db") as link:
        link.execute("create table products (id, name)")
        link.executemany("insert into products values (?, ?)", [(1, "a: 12:30"), (2, None)])
    link.close()
    return f"sqlite:///{tmp_path / 'shop.db'}"


def rows(url: str, query: str) -> list[dict[str, object]]:
    return [dict(row.values) for row in query_rows(url, query) if isinstance(row, Row)]


def test_a_query_and_a_table_give_rows(url: str) -> None:
    everything = [{"id": 1, "name": "a: 12:30"}, {"id": 2, "name": None}]
    assert rows(url, "products") == everything
    assert rows(url, "select * from products where name = 'a: 12:30'") == everything[:1]


def test_nothing_is_written(url: str) -> None:
    with pytest.raises(CatalogError):
        rows(url, "delete from products")
    assert len(rows(url, "products")) == 2


def test_what_the_database_says_is_told(url: str) -> None:
    with pytest.raises(CatalogError, match="no such table: gone"):
        rows(url, "gone")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="there is no such file"):
        rows(f"sqlite:///{tmp_path / 'gone.db'}", "products")
    assert not (tmp_path / "gone.db").exists()


def test_databases_are_told_from_other_addresses() -> None:
    known = ["sqlite:///a.db", "postgresql://h/d", "mysql+pymysql://h/d"]
    others = ["ftp://h/a.csv", "https://h/a.csv", "s3://b/a.csv"]
    assert [is_database(url) for url in known + others] == [True] * 3 + [False] * 3


def test_a_password_is_not_shown() -> None:
    assert without_password("postgresql://me:secret@h/d") == "postgresql://me:***@h/d"
