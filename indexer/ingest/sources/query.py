"""Rows of a query to any database that SQLAlchemy has a driver for.

Nothing is written: the transaction is given up at the end. Knows nothing of what the fields mean.
"""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from indexer.errors import CatalogError
from indexer.ingest.sources.source import Row, Rows

BATCH = 1_000
_TABLE = re.compile(r'[\w."`\[\]]+')
_EXTRAS = {"postgresql": "postgres"}


def without_password(url: str) -> str:
    """The URL as messages may have it."""
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url.partition("@")[2] or url


def is_database(url: str) -> bool:
    """Whether SQLAlchemy knows what such a URL is of, be its driver installed or not."""
    try:
        sa.make_url(url).get_dialect()
    except (ArgumentError, NoSuchModuleError):
        return False
    except ImportError:
        return True
    return True


def query_rows(url: str, query: str) -> Rows:
    """The rows of a query; of a table that is named alone, all of them."""
    statement = f"SELECT * FROM {query}" if _TABLE.fullmatch(query.strip()) else query
    name = without_password(url)
    _check_file(url)
    try:
        engine = sa.create_engine(url)
    except ImportError as error:
        extra = _EXTRAS.get(sa.make_url(url).get_backend_name())
        todo = f"`pip install 'palate[{extra}]'`" if extra else "install the driver"
        raise CatalogError(name, f"its driver is not installed ({error})", todo) from None
    try:
        with engine.connect().execution_options(stream_results=True, max_row_buffer=BATCH) as link:
            found = link.exec_driver_sql(statement)
            for number, row in enumerate(found.mappings(), start=1):
                yield Row(number, dict(row))
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error)
        raise CatalogError(name, f"the query failed ({why})", "check URL and query") from None
    finally:
        engine.dispose()


def _check_file(url: str) -> None:
    """SQLite would make the file that it is told to read."""
    parsed = sa.make_url(url)
    file = parsed.database
    if parsed.get_backend_name() == "sqlite" and file and not Path(file).is_file():
        raise CatalogError(file, "there is no such file", "check the path")
