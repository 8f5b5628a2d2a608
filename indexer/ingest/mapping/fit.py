"""Fit: how well the values of a column are those of a field, whatever it is called.

From 0, they cannot be, to 1. Knows no names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from indexer.ingest.mapping.column import Column
from indexer.ingest.mapping.mapping import HIDDEN, Kind

SLUGS_LOSE = 0.2
"""A column of titles as addresses have them, such as "mushroom_stew", beside one as people read them."""
_LACKING = 16
"""Power of the share of rows with an id: rows without one are lost, so it must be near 1."""


def fit(kind: Kind, field: str, column: Column) -> float:
    """Of a field that may be anything it is 1."""
    found = _FITS[kind].get(field)
    return 1.0 if found is None else found(column)


def _key(column: Column) -> float:
    """Every row has one, and its own."""
    if column.ids < 0.9 or column.filled < 0.5:
        return 0.0
    unique = max(column.distinct, column.distinct_runs if column.distinct > 0.2 else 0.0)
    return unique * column.filled**_LACKING * column.ids


def _reference(column: Column) -> float:
    """Every row has one, and some have the same."""
    return column.filled * (column.ids if column.n_distinct > 1 else 0.1)


def _title(column: Column) -> float:
    if column.addresses > 0.2 or column.objects > 0.2 or not 1 <= column.mean_chars <= 300:
        return 0.0
    usable = column.letters * (1 - column.markup) * column.filled * (1 - SLUGS_LOSE * column.slugs)
    return usable * (0.5 + 0.5 * min(1.0, 3 * column.distinct))


def _description(column: Column) -> float:
    if column.addresses > 0.5 or column.objects > 0.2 or column.letters < 0.5:
        return 0.0
    return min(1.0, column.mean_chars / 40)


def _categories(column: Column) -> float:
    if column.addresses > 0.2 or column.letters < 0.5 or column.truths > 0.9:
        return 0.0
    if column.mean_chars > 400 or column.markup > 0.2:
        return 0.2
    return 1.0 if column.lists > 0.3 or column.distinct < 0.9 or len(column.values) < 20 else 0.7


def _price(column: Column) -> float:
    if column.numbers <= 0.3 or column.objects:
        return 0.0
    is_unlikely = column.zeros > 0.5 or column.negatives > 0
    return column.numbers * (0.3 if is_unlikely else 1.0)


def _time(column: Column) -> float:
    return column.times if column.times > 0.6 else 0.0


def _available(column: Column) -> float:
    if column.truths > 0.8:
        return 1.0
    return 0.7 if column.stocks > 0.8 else 0.0


def _image(column: Column) -> float:
    share = max(column.addresses, column.pictures)
    return share if share > 0.3 else 0.0


def _type(column: Column) -> float:
    return column.words if column.n_distinct <= 50 and column.letters > 0.5 else 0.0


def _value(column: Column) -> float:
    return column.numbers if column.numbers > 0.7 else 0.0


_FITS: Mapping[Kind, Mapping[str, Callable[[Column], float]]] = {
    "items": {
        "item_id": _key,
        "title": _title,
        "description": _description,
        "categories": _categories,
        "price": _price,
        "created_at": _time,
        "available": _available,
        HIDDEN: lambda column: column.truths,
        "image": _image,
        "audio": lambda column: column.addresses,
    },
    "events": {
        "user_id": _reference,
        "item_id": _reference,
        "event_type": _type,
        "value": _value,
        "timestamp": _time,
        "event_id": _key,
    },
    "users": {"user_id": _key, "taste": lambda column: column.letters},
}
