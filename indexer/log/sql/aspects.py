"""What language models said of items, in SQL: short texts by a hash and a name. Knows nothing of
models, nor of how the hash is made."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from indexer.log.event_log import AspectRecord
from indexer.log.sql.database import SqlPart, chunks, raw_rows
from indexer.log.sql.schema import aspects

_HASHES: sa.BindParameter[Any] = bindparam("hashes", expanding=True)
_IN_ORDER = select(aspects).order_by(aspects.c.content_hash, aspects.c.aspect)
_BY_HASH = _IN_ORDER.where(aspects.c.content_hash.in_(_HASHES))
_PAGE = _IN_ORDER.where(
    sa.tuple_(aspects.c.content_hash, aspects.c.aspect)
    > sa.tuple_(bindparam("hash", type_=sa.String), bindparam("aspect", type_=sa.String))
).limit(bindparam("size"))
_PAGE_OF_ITEM = _PAGE.where(aspects.c.item_id == bindparam("item_id"))
_KEY = ("content_hash", "aspect")


class SqlAspects(SqlPart):
    """`AspectRecords` in SQL."""

    def put_aspects(self, batch: Sequence[AspectRecord]) -> None:
        if not batch:
            return
        insert = self.database.insert(aspects)
        others = {c.name: insert.excluded[c.name] for c in aspects.c if c.name not in _KEY}
        upsert = insert.on_conflict_do_update(index_elements=_KEY, set_=others)
        latest = {(record.content_hash, record.aspect): record for record in batch}
        with self.database.writing() as connection:
            connection.execute(upsert, [_row(record) for record in latest.values()])

    def get_aspects(self, content_hashes: Iterable[str]) -> dict[str, list[AspectRecord]]:
        found: dict[str, list[AspectRecord]] = {}
        for part in chunks(list(dict.fromkeys(content_hashes))):
            with self.database.reading() as connection:
                rows = raw_rows(connection.execute(_BY_HASH, {"hashes": part}))
            for record in map(_record, rows):
                found.setdefault(record.content_hash, []).append(record)
        return found

    def iter_aspects(self, item_id: str | None = None, batch: int = 1000) -> Iterator[AspectRecord]:
        page = _PAGE if item_id is None else _PAGE_OF_ITEM
        values: dict[str, Any] = {"hash": "", "aspect": "", "size": batch}
        if item_id is not None:
            values["item_id"] = item_id
        while True:
            with self.database.reading() as connection:
                rows = raw_rows(connection.execute(page, values))
            if not rows:
                return
            yield from map(_record, rows)
            values |= dict(zip(("hash", "aspect"), rows[-1], strict=False))

    def delete_aspects(
        self,
        content_hashes: Collection[str] | None = None,
        *,
        domain: str | None = None,
        aspect: str | None = None,
        model: str | None = None,
    ) -> int:
        given = {"domain": domain, "aspect": aspect, "model": model}
        delete = aspects.delete().where(
            *(aspects.c[name] == value for name, value in given.items() if value is not None)
        )
        with self.database.writing() as connection:
            if content_hashes is None:
                return connection.execute(delete).rowcount
            return sum(
                connection.execute(delete.where(aspects.c.content_hash.in_(part))).rowcount
                for part in chunks(sorted(content_hashes))
            )


def _row(record: AspectRecord) -> dict[str, Any]:
    row = asdict(record)
    return row | {"said": json.dumps(row.pop("values"), ensure_ascii=False)}


def _record(row: tuple[Any, ...]) -> AspectRecord:
    """Of the table's columns, which stand in the order of the fields."""
    content_hash, aspect, said, *others = row
    return AspectRecord(content_hash, aspect, tuple(json.loads(said)), *others)
