"""The log's tables, and the steps from one version of them to the next.

Owns every column there is. Versions only go forward: a fresh database is made at the newest
version, an older one is brought there by `MIGRATIONS`, a newer one is refused. Knows nothing of
items, events or SQL dialects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    false,
    inspect,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects import sqlite

from indexer.errors import DataVersionMismatch

metadata = MetaData()

# SQLite keeps a table in the order of its key, at no cost, only if the key is called INTEGER.
_KEY = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

items = Table(
    "items",
    metadata,
    # A row is never removed: its index is given once. A deleted item keeps its id and index, not
    # its content.
    Column("item_index", _KEY, primary_key=True, autoincrement=False),
    Column("item_id", String, nullable=False, unique=True),
    Column("domain", String, nullable=False),
    Column("content", String, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("pending", Boolean, nullable=False),  # the vector store has not followed yet
    # The vector store has it without some picture that could not be had when it was encoded.
    Column("lacking_pictures", Boolean, nullable=False, server_default=false()),
)
Index(
    "items_pending",
    items.c.item_index,
    sqlite_where=items.c.pending == true(),
    postgresql_where=items.c.pending,
)

events = Table(
    "events",
    metadata,
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("event_id", String, nullable=False, unique=True),
    Column("user_id", String, nullable=False),
    Column("item_id", String, nullable=False),  # need not be in the catalogue yet
    Column("event_type", String, nullable=False),
    Column("value", Float(53)),
    Column("timestamp", Float(53), nullable=False),
    # Of all the others, see `indexer.log.sql.soundness`; none in rows of before it was kept.
    Column("checksum", BigInteger),
    Column("recommendation_id", String),
    Column("position", BigInteger),
)
Index("events_of_user", events.c.user_id, events.c.timestamp, events.c.seq)
Index(
    "events_of_answers",
    events.c.seq,
    sqlite_where=events.c.recommendation_id.is_not(None),
    postgresql_where=events.c.recommendation_id.is_not(None),
)

users = Table(
    "users",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("attributes", String, nullable=False),
    Column("taste", String, nullable=False),
    Column("updated_at", Float(53), nullable=False),
    # See `indexer.catalog.personalization`; empty where it was never said.
    Column("consent", String, nullable=False, server_default=""),
    Column("consent_at", Float(53)),
)
RESTRICTED = users.c.consent.not_in(
    [literal("", literal_execute=True), literal("full", literal_execute=True)]
)
"""Nothing that is stored of these users may be used."""
Index("users_restricted", users.c.user_id, sqlite_where=RESTRICTED, postgresql_where=RESTRICTED)

models = Table(
    "models",
    metadata,
    Column("version", String, primary_key=True),
    Column("path", String, nullable=False),
    Column("metrics", String, nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("activated_at", Float(53)),
)

served = Table(
    "served",
    metadata,
    Column("recommendation_id", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("context", LargeBinary, nullable=False),
    Column("created_at", Float(53), nullable=False),
)
Index("served_by_age", served.c.created_at)
Index("served_to_user", served.c.user_id)

# What was served, kept short and for longer than `served`: what figures of online quality need.
impressions = Table(
    "impressions",
    metadata,
    Column("recommendation_id", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("content", String, nullable=False),  # JSON, see `service.online.impression`
    Column("created_at", Float(53), nullable=False),
)
Index("impressions_by_age", impressions.c.created_at, impressions.c.recommendation_id)
Index("impressions_on_user", impressions.c.user_id)

aspects = Table(
    "aspects",
    metadata,
    Column("content_hash", String, primary_key=True),  # of what the model read, not of the row
    Column("aspect", String, primary_key=True),
    Column("said", String, nullable=False),  # JSON list of texts
    Column("item_id", String, nullable=False),
    Column("domain", String, nullable=False),
    Column("model", String, nullable=False),
    Column("prompt_version", String, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("created_at", Float(53), nullable=False),
)
Index("aspects_of_item", aspects.c.item_id)

erased = Table(
    "erased",
    metadata,
    Column("person", String, primary_key=True),  # a keyed hash, see `indexer.log.tombstones`
    Column("erased_at", Float(53), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("merged_into", String, nullable=False, server_default=""),
)

Migration = Callable[[Connection], None]


def _add_lacking_pictures(connection: Connection) -> None:
    connection.execute(
        text("ALTER TABLE items ADD COLUMN lacking_pictures BOOLEAN NOT NULL DEFAULT FALSE")
    )


def _add_aspects(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE aspects ("
            "content_hash VARCHAR NOT NULL, aspect VARCHAR NOT NULL, said VARCHAR NOT NULL,"
            " item_id VARCHAR NOT NULL, domain VARCHAR NOT NULL, model VARCHAR NOT NULL,"
            " prompt_version VARCHAR NOT NULL, tokens BIGINT NOT NULL,"
            " created_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (content_hash, aspect))"
        )
    )
    connection.execute(text("CREATE INDEX aspects_of_item ON aspects (item_id)"))


def _add_checksums(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE events ADD COLUMN checksum BIGINT"))


def _add_erased(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE erased ("
            "person VARCHAR NOT NULL PRIMARY KEY, erased_at DOUBLE PRECISION NOT NULL,"
            " last_seq BIGINT NOT NULL, merged_into VARCHAR DEFAULT '' NOT NULL)"
        )
    )


def _add_impressions(connection: Connection) -> None:
    for statement in (
        "ALTER TABLE events ADD COLUMN recommendation_id VARCHAR",
        "ALTER TABLE events ADD COLUMN position BIGINT",
        "CREATE INDEX events_of_answers ON events (seq) WHERE recommendation_id IS NOT NULL",
        "CREATE TABLE impressions ("
        "recommendation_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, content VARCHAR NOT NULL,"
        " created_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (recommendation_id))",
        "CREATE INDEX impressions_by_age ON impressions (created_at, recommendation_id)",
        "CREATE INDEX impressions_on_user ON impressions (user_id)",
    ):
        connection.execute(text(statement))


def _add_consents(connection: Connection) -> None:
    for statement in (
        "ALTER TABLE users ADD COLUMN consent VARCHAR DEFAULT '' NOT NULL",
        "ALTER TABLE users ADD COLUMN consent_at DOUBLE PRECISION",
        "CREATE INDEX users_restricted ON users (user_id) WHERE consent NOT IN ('', 'full')",
    ):
        connection.execute(text(statement))


FIRST_VERSION = 1
MIGRATIONS: Sequence[Migration] = (
    _add_lacking_pictures,
    _add_aspects,
    _add_checksums,
    _add_impressions,
    _add_erased,
    _add_consents,
)
"""MIGRATIONS[i] brings a database of version FIRST_VERSION + i to the next one. Never edit one that
was released."""

VERSION_KEY = "schema_version"


def bring_up_to_date(
    connection: Connection, store: str, migrations: Sequence[Migration] = MIGRATIONS
) -> None:
    """Make the tables, or migrate them, inside the caller's transaction."""
    newest = FIRST_VERSION + len(migrations)
    if not inspect(connection).has_table(meta.name):
        metadata.create_all(connection)
        connection.execute(meta.insert().values(key=VERSION_KEY, value=str(newest)))
        return
    found = connection.execute(
        select(meta.c.value).where(meta.c.key == VERSION_KEY)
    ).scalar_one_or_none()
    if found is None or not found.isdecimal() or not FIRST_VERSION <= int(found) <= newest:
        raise DataVersionMismatch(store, found or "unknown", str(newest))
    for step in migrations[int(found) - FIRST_VERSION :]:
        step(connection)
    if int(found) < newest:
        connection.execute(update(meta).where(meta.c.key == VERSION_KEY).values(value=str(newest)))
