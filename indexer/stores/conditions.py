"""From the filter tree to Qdrant's conditions, and from an item to the payload they look at.

One translation for both engines: their classes are built alike, and `Dialect` holds the few that
are not. Knows nothing of how filters are written, nor of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.catalog.filter import (
    And,
    Filter,
    ItemIn,
    Not,
    NumberIn,
    Or,
    Present,
    TextIn,
    number_of,
)
from indexer.catalog.item import AttributeValue, Item
from indexer.errors import Damaged

KEYWORD_FIELDS = ("domain", "categories", "available")
FLOAT_FIELDS = ("price", "created_at")
"""Payload fields every store makes an index for. Attributes have none: their names are not known
beforehand."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Constructors of one engine."""

    group: Callable[..., Any]
    """must=, should=, must_not= lists of conditions."""
    field: Callable[..., Any]
    """key=, and match= or range=."""
    match_any: Callable[..., Any]
    """any= list of texts."""
    range: Callable[..., Any]
    """gt=, gte=, lt=, lte=."""
    is_empty: Callable[[str], Any]
    """Of a key: missing, null or an empty list."""
    has_id: Callable[[Sequence[int]], Any]
    """Of item indices."""


def to_group(filter: Filter, dialect: Dialect) -> Any:
    """The engine's filter for a tree."""
    if isinstance(filter, And):
        return dialect.group(must=[_condition(part, dialect) for part in filter.parts])
    if isinstance(filter, Or):
        return dialect.group(should=[_condition(part, dialect) for part in filter.parts])
    if isinstance(filter, Not):
        return dialect.group(must_not=[_condition(filter.part, dialect)])
    if isinstance(filter, Present):
        return dialect.group(must_not=[dialect.is_empty(_path(filter.field))])
    return dialect.group(must=[_condition(filter, dialect)])


def _condition(filter: Filter, dialect: Dialect) -> Any:
    if isinstance(filter, TextIn):
        return dialect.field(
            key=_path(filter.field), match=dialect.match_any(any=list(filter.texts))
        )
    if isinstance(filter, ItemIn):
        return dialect.has_id(filter.item_indices)
    if isinstance(filter, NumberIn):
        bounds = dialect.range(gt=filter.gt, gte=filter.gte, lt=filter.lt, lte=filter.lte)
        return dialect.field(key=_path(filter.field), range=bounds)
    return to_group(filter, dialect)


def _path(field: str) -> str:
    name, _, attribute = field.partition(".")
    return f'attributes."{attribute}"' if attribute else name


def to_payload(item: Item) -> dict[str, Any]:
    """What is stored with an item's vectors: the item whole, for giving back, and the fields that
    filters look at.

    Booleans are texts: Qdrant Edge 0.9 takes True for the integer 1 in a match condition, so none
    would ever match. What is empty is left out, which filters take for the same: Qdrant Edge
    converts an empty mapping as slowly as five texts.
    """
    payload: dict[str, Any] = {
        "item": item.to_json(),
        "domain": item.domain,
        "available": _filterable(item.available),
    }
    if item.categories:
        payload["categories"] = list(item.categories)
    if item.attributes:
        payload["attributes"] = {
            name: _filterable(value) for name, value in item.attributes.items()
        }
    if item.price is not None:
        payload["price"] = item.price
    if item.created_at is not None:
        payload["created_at"] = item.created_at
    return payload


def from_payload(payload: dict[str, Any]) -> Item:
    """The item of a point as the store has it."""
    try:
        return Item.from_json(payload["item"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        why = f"an item in the vector store cannot be read ({error})"
        raise Damaged("the vector store", why, "`palate rebuild` makes it anew") from error


def _filterable(value: AttributeValue) -> str | float | list[Any]:
    """A text that is a number is there as both: it equals the text and compares as the number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        number = number_of(value)
        return value if number is None else [value, number]
    if isinstance(value, tuple):
        return [*value, *(n for text in value if (n := number_of(text)) is not None)]
    return value
