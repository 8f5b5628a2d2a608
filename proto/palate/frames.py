"""Tables in and out: rows of pandas, Polars or anything that gives mappings, to rows that the client
takes, and answers to tables.

pandas and Polars are needed only where a table is asked for. Knows no calls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from palate.v1 import catalog_pb2, event_pb2

Row = dict[str, Any]

_ITEM = set(catalog_pb2.Item.DESCRIPTOR.fields_by_name)
_EVENT = set(event_pb2.Event.DESCRIPTOR.fields_by_name)
_LISTS = ("categories", "images")
_TEXTS = ("item_id", "user_id", "event_id", "event_type")


def item_rows(table: Any) -> Iterator[Row]:
    """A row for each item. Columns that an item does not have become attributes."""
    for row in rows(table):
        item = {name: _of(name, value) for name, value in row.items() if name in _ITEM}
        others = {name: _attribute(value) for name, value in row.items() if name not in _ITEM}
        if others:
            item["attributes"] = {**item.get("attributes", {}), **others}
        yield item


def event_rows(table: Any) -> Iterator[Row]:
    """A row for each event. Columns that an event does not have are refused by the client."""
    for row in rows(table):
        yield {name: _of(name, value) for name, value in row.items()}


def rows(table: Any) -> Iterator[Row]:
    """Mappings of what is there: a value that is missing (None, NaN, NaT) is left out."""
    for row in _mappings(table):
        yield {str(name): _plain(value) for name, value in row.items() if not _is_missing(value)}


def to_pandas(found: Sequence[Mapping[str, Any]]) -> Any:
    """A pandas DataFrame."""
    import pandas

    return pandas.DataFrame(list(found))


def to_polars(found: Sequence[Mapping[str, Any]]) -> Any:
    """A Polars DataFrame."""
    import polars

    return polars.DataFrame(list(found), infer_schema_length=None)


def batches(table: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows, so many at a time."""
    batch: list[Row] = []
    for row in table:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _mappings(table: Any) -> Iterable[Mapping[Any, Any]]:
    if hasattr(table, "iter_rows"):  # Polars
        found: Iterable[Mapping[Any, Any]] = table.iter_rows(named=True)
        return found
    if hasattr(table, "to_dict") and hasattr(table, "columns"):  # pandas
        records: Iterable[Mapping[Any, Any]] = table.to_dict("records")
        return records
    return table  # type: ignore[no-any-return]


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def _plain(value: Any) -> Any:
    """Of NumPy's scalars and arrays, what Python has."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "to_list"):  # a Polars Series within a row
        return value.to_list()
    return value


def _of(name: str, value: Any) -> Any:
    """A number may stand for an id, and one text for a list of it."""
    if name in _TEXTS and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if name in _LISTS and isinstance(value, str):
        return [value]
    if name == "attributes":
        return {key: _attribute(one) for key, one in value.items() if not _is_missing(one)}
    return value


def _attribute(value: Any) -> Any:
    """Text, a number, a flag or several texts; a time is text."""
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
