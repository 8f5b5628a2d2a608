"""The database under the log: connections, transactions, durability, and the few places where SQL
dialects differ.

Every write is one transaction, synced to disk when `writing()` ends; one writer at a time, so
sequence numbers become visible in order. Readers take no lock. Knows nothing of what is stored.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, CursorResult, Engine, Table, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from indexer.catalog.item import Item
from indexer.errors import Damaged, NoRoom, StoreError, StoreUnavailable
from indexer.log.sql import schema

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
EMPTYING_MS = 1_000
"""What emptying the write-ahead log waits for readers."""
CHUNK = 500
"""Values per IN list: well below any database's limit on bound parameters."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # what is committed is on the disk, also after a power cut
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA secure_delete=ON",  # what a user had deleted is overwritten, not just unlinked
    "PRAGMA journal_size_limit=67108864",
)
_POSTGRES_LOCK = 7_202_451  # any number that no other application on the same database uses


class Database:
    """Transactions on one database, which has the log's tables."""

    def __init__(self, engine: Engine, name: str) -> None:
        """`name` is what messages call it. The tables are made, or migrated."""
        self._engine = engine
        self.name = name
        self._dialect = engine.dialect.name
        self._writer = threading.Lock()
        self.deleted: set[bytes] = set()
        """Ids that may be left in the file where no row is; changed while writing."""
        self.n_writes = 0
        """Transactions that this process has committed."""
        in_memory = isinstance(engine.pool, StaticPool)
        # In memory all threads share one connection, which serves one of them at a time.
        self._turn: AbstractContextManager[Any] = threading.RLock() if in_memory else nullcontext()
        with self.writing() as connection:
            schema.bring_up_to_date(connection, name, schema.MIGRATIONS)

    @classmethod
    def open(cls, url: str) -> Database:
        """At an SQLAlchemy URL of SQLite or PostgreSQL; errors as of `open_event_log`."""
        try:
            parsed = sa.make_url(url)
            engine = _engine(parsed)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreUnavailable(
                f"event log {url.partition(':')[0]}://…",
                str(error),
                "use sqlite:////path/log.db, or postgresql://… with palate[postgres] installed",
            ) from error
        try:
            return cls(engine, f"event log {parsed.render_as_string(hide_password=True)}")
        except BaseException:
            engine.dispose()
            raise

    @property
    def shared(self) -> bool:
        """Whether it is a server, which any process may use, and not a file."""
        return self._dialect == "postgresql"

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from, for one quick question."""
        with self._turn, self._translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def reading_at_once(self) -> Iterator[Connection]:
        """A connection whose every question is about the same moment, however long it is read from.
        Writers go on beside it."""
        with self.reading() as connection:
            if self.shared:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                if not self.shared:
                    # We say BEGIN ourselves, and the moment is that of the first question.
                    connection.exec_driver_sql("BEGIN DEFERRED")
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed and synced when the block ends, undone when it raises."""
        with self._turn, self._writer, self._translated(), self._engine.connect() as connection:
            writer = connection.execution_options(palate_writes=True)
            with writer.begin():
                if self._dialect == "postgresql":
                    writer.execute(select(sa.func.pg_advisory_xact_lock(_POSTGRES_LOCK)))
                yield writer
            self.n_writes += 1

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows ON CONFLICT, of the database's own dialect."""
        return postgresql.insert(table) if self._dialect == "postgresql" else sqlite.insert(table)

    def upsert(
        self,
        connection: Connection,
        table: Table,
        key: Mapping[str, Any],
        values: Mapping[str, Any],
    ) -> None:
        """Insert a row, or replace the values of the one that has this key."""
        statement = self.insert(table).values(**key, **values)
        connection.execute(
            statement.on_conflict_do_update(index_elements=list(key), set_=dict(values))
        )

    @property
    def file(self) -> Path | None:
        """Where it is a file; None on a server, and in memory."""
        path = self._engine.url.database
        return None if self.shared or path in (None, "", ":memory:") else Path(path)

    def empty_wal(self, patience_ms: int = EMPTYING_MS) -> bool:
        """Put what the write-ahead log holds into the file, and leave it empty; false where somebody
        has read from it for so long that this has to be tried again."""
        if self.file is None:
            return True
        with self._translated(), self._engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={patience_ms}")
            try:
                busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return not busy

    def write_anew(self) -> None:
        """Write the whole file again, without what is in no row. Writers wait for as long as that
        takes, readers do not; NoRoom where there is none for a second one."""
        with self._writer, self._translated(), self._engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The driver's errors as ours: those that time may heal, and those that it will not. They
        come from the driver itself where its rows are read (`raw_rows`)."""
        driver: Any = self._engine.dialect.loaded_dbapi
        try:
            yield
        except (DBAPIError, sa.exc.TimeoutError, driver.Error) as error:
            raise self._ours(getattr(error, "orig", None) or error, driver) from error

    def _ours(self, cause: BaseException, driver: Any) -> StoreError:
        why = " ".join(str(cause).split())
        if _is_full(cause):
            return NoRoom(self.name, why, "make room on its disk; nothing was written")
        if _is_damage(cause):
            return damaged(self.name, why)
        if isinstance(cause, driver.OperationalError | sa.exc.TimeoutError):
            todo = "check that it exists, is writable, and has room on its disk, then try again"
            return StoreUnavailable(self.name, why, todo)
        todo = "if the file is damaged or not Palate's, restore a backup or use another folder"
        return StoreError(f"{self.name}: {why}; {todo}", metadata={"store": self.name})


class SqlPart:
    """What the parts of the log have in common: the database that holds their tables."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def item(self, index: int, content: str) -> Item:
        """The item that a row holds; Damaged where it is none."""
        try:
            return Item.from_json(content)
        except (ValueError, TypeError, AttributeError) as error:
            raise damaged(self.database.name, f"item {index} cannot be read ({error})") from error


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Slices of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def raw_rows(result: CursorResult[Any]) -> list[tuple[Any, ...]]:
    """The driver's own tuples: SQLAlchemy's rows cost as much again as the query."""
    assert result.cursor is not None
    return list(result.cursor.fetchall())


def damaged(name: str, why: str) -> Damaged:
    """What reading a damaged log ends with."""
    todo = (
        "`palate log salvage FILE` reads what can be read into a new log, or restore a backup; "
        "`palate doctor` says more"
    )
    return Damaged(name, why, todo)


def _is_full(cause: BaseException) -> bool:
    """Of SQLite, or of a PostgreSQL server."""
    return _code(cause) in ("SQLITE_FULL", "53100")


def _is_damage(cause: BaseException) -> bool:
    """A broken page, a file that is no database, or a text that is none."""
    if str(cause).startswith("Could not decode to UTF-8"):
        return True
    return _code(cause).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "XX001", "XX002"))


def _code(cause: BaseException) -> str:
    """What the driver calls it: a name of SQLite's, or five characters of PostgreSQL's."""
    return getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""


def _engine(url: sa.URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        event.listen(engine, "connect", _sync_commits)
        return engine
    if url.database in (None, "", ":memory:"):
        engine = sa.create_engine(
            url, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        engine = sa.create_engine(url)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        # We say BEGIN ourselves: pysqlite's own comes too late to take the lock.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("palate_writes"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _sync_commits(connection: Any, _record: object) -> None:
    """Where a server acknowledges commits that are not on its disk yet, it does not for us."""
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()
