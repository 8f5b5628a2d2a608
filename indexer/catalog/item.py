"""Item: one thing that can be recommended.

`Item.from_mapping` is the only validation there is, for files and for the wire. Which media an item
may have, and in which fields of a row, is in `encoders.modality`. Knows nothing of vectors, of what
is in a picture or a sound (each is a path, a URL or a data: URI) and of where items are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from encoders.modality import MediaModality, media_types
from indexer.catalog import fields
from indexer.catalog.rows import RowError
from indexer.errors import InvalidInput
from palate.limits import (
    MAX_ATTRIBUTE_CHARS,
    MAX_ATTRIBUTES,
    MAX_CATEGORIES,
    MAX_DATA_URI_CHARS,
    MAX_DESCRIPTION_CHARS,
    MAX_LIST_VALUES,
    MAX_PER_MODALITY,
    MAX_TITLE_CHARS,
)

__all__ = ["AttributeValue", "Item", "RowError"]

AttributeValue = str | float | bool | tuple[str, ...]

_DESCRIBING = ("item_id", "domain", "title", "description", "categories", "attributes")
_STATING = ("price", "created_at", "available")
MAX_MEDIA_CHARS = 4_096
"""Of a path or a URL; MAX_DATA_URI_CHARS is for what holds the picture itself."""
ENCODED_CHARS = 8_000
"""How much of an item's text the text encoder is given: about what it reads in 8 chunks of 256
tokens."""

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be recommended."""

    item_id: str
    domain: str = "default"
    title: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict, hash=False)
    price: float | None = None
    created_at: float | None = None
    """Unix seconds."""
    available: bool = True
    media: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Pictures, sounds and the like by modality, where it has any. Each is a path relative to the
    catalogue file, an http(s) URL, or a data: URI."""

    @classmethod
    def from_mapping(cls, row: Mapping[str, object], *, now: float | None = None) -> Item:
        """An item from a row of a file or a request; `InvalidInput` names the field that is not
        acceptable."""
        kinds = media_types().values()
        fields.reject_unknown(row, _fields_with(kinds), "; put it under attributes")
        get = row.get
        price = fields.number(get("price"), "price")
        if price is not None and price < 0:
            raise InvalidInput("price", get("price"), "it must not be negative")
        return cls(
            item_id=fields.identifier(row, "item_id"),
            domain=fields.label(get("domain"), "domain", default="default"),
            title=fields.text(get("title"), "title", MAX_TITLE_CHARS),
            description=fields.text(get("description"), "description", MAX_DESCRIPTION_CHARS),
            categories=_categories(get("categories")),
            attributes=_attributes(get("attributes")),
            price=price,
            created_at=fields.timestamp(get("created_at"), "created_at", now=now),
            available=fields.boolean(get("available"), "available", default=True),
            media=_media(row, kinds),
        )

    @classmethod
    def from_json(cls, content: str) -> Item:
        """The item that `to_json` wrote; trusted, so not validated again."""
        row: dict[str, Any] = json.loads(content)
        if "categories" in row:
            row["categories"] = tuple(row["categories"])
        if "attributes" in row:
            row["attributes"] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in row["attributes"].items()
            }
        media = {
            kind.name: (row.pop(kind.name), *row.pop(kind.list_field, ()))
            for kind in media_types().values()
            if kind.name in row
        }
        return cls(**row, media=media)

    def to_mapping(self) -> dict[str, Any]:
        """The row this item is, without the fields that have their default; `from_mapping` takes it
        back."""
        row: dict[str, Any] = {"item_id": self.item_id}
        if self.domain != "default":
            row["domain"] = self.domain
        if self.title:
            row["title"] = self.title
        if self.description:
            row["description"] = self.description
        if self.categories:
            row["categories"] = list(self.categories)
        if self.attributes:
            row["attributes"] = {
                k: list(v) if isinstance(v, tuple) else v for k, v in self.attributes.items()
            }
        for kind in media_types().values() if self.media else ():
            if kind.name in self.media:
                first, *further = self.media[kind.name]
                row[kind.name] = first
                if further:
                    row[kind.list_field] = further
        if self.price is not None:
            row["price"] = self.price
        if self.created_at is not None:
            row["created_at"] = self.created_at
        if not self.available:
            row["available"] = False
        return row

    def to_json(self) -> str:
        """Canonical JSON: equal items have equal texts."""
        return _CANONICAL.encode(self.to_mapping())

    def content_hash(self) -> str:
        """32 hex digits that change when anything about the item does."""
        return hashlib.blake2b(self.to_json().encode(), digest_size=16).hexdigest()

    def perceived(self, modality: str) -> tuple[str, ...]:
        """What it has for a modality, such as all its images: the first one first."""
        return self.media.get(modality, ())

    def with_perceived(self, modality: str, names: Sequence[str]) -> Item:
        """The same item with these and no others for a modality."""
        media = {name: there for name, there in self.media.items() if name != modality}
        if names:
            media[modality] = tuple(names)
        return replace(self, media=media)

    def text(self) -> str:
        """What the text encoder reads: title. categories. attributes. description; at most 8,000
        characters."""
        parts = [self.title, ", ".join(self.categories)]
        parts += [f"{name}: {_spoken(value)}" for name, value in self.attributes.items()]
        parts.append(self.description)
        return ". ".join(part.strip().rstrip(".") for part in parts if part.strip())[:ENCODED_CHARS]


def _categories(value: object) -> tuple[str, ...]:
    """A list, JSON text of a list, or `|`-separated text; repeated ones count once."""
    if fields.is_absent(value):
        return ()
    if isinstance(value, str):
        value = (
            fields.from_json_text(value, "categories")
            if value.lstrip().startswith("[")
            else value.split("|")
        )
    if not isinstance(value, list | tuple):
        raise InvalidInput("categories", value, "it must be a list of texts")
    if len(value) > MAX_CATEGORIES:
        raise InvalidInput(
            "categories",
            value,
            f"it has {len(value):,} entries, at most {MAX_CATEGORIES} are allowed",
        )
    labels = (fields.label(entry, "categories").strip() for entry in value)
    return tuple(dict.fromkeys(entry for entry in labels if entry))


def _fields_with(kinds: Iterable[type[MediaModality]]) -> tuple[str, ...]:
    """The fields that a row may have."""
    media = [name for kind in kinds for name in (kind.name, kind.list_field) if name]
    return (*_DESCRIBING, *media, *_STATING)


def _media(
    row: Mapping[str, object], kinds: Iterable[type[MediaModality]]
) -> dict[str, tuple[str, ...]]:
    """What a row has for each modality that it has any of."""
    media: dict[str, tuple[str, ...]] = {}
    for kind in kinds:
        if (kind.name in row or kind.list_field in row) and (names := _names(row, kind)):
            media[kind.name] = names
    return media


def _names(row: Mapping[str, object], kind: type[MediaModality]) -> tuple[str, ...]:
    """Of one modality. Where an item may have several: a text or a list in the first field, then a
    list, JSON text of one, or `|`-separated text in the other; repeated ones count once."""
    if not kind.list_field:
        name = _media_name(row.get(kind.name), kind.name)
        return (name,) if name else ()
    further = row.get(kind.list_field)
    if isinstance(further, str):
        is_json = further.lstrip().startswith("[")
        further = fields.from_json_text(further, kind.list_field) if is_json else further.split("|")
    listed = (*_listed(row.get(kind.name), kind.name), *_listed(further, kind.list_field))
    names = tuple(dict.fromkeys(name for name in listed if name))
    if len(names) > MAX_PER_MODALITY:
        why = f"these are {len(names):,}, at most {MAX_PER_MODALITY} are allowed"
        raise InvalidInput(kind.list_field, names, why)
    return names


def _listed(value: object, name: str) -> list[str]:
    entries = value if isinstance(value, list | tuple) else [value]
    return [_media_name(entry, name) for entry in entries]


def _media_name(value: object, name: str) -> str:
    """A path, a URL or a data: URI; empty where there is none."""
    inline = isinstance(value, str) and value[:5].lower() == "data:"
    return fields.label(value, name, MAX_DATA_URI_CHARS if inline else MAX_MEDIA_CHARS)


def _attributes(value: object) -> dict[str, AttributeValue]:
    """An object, JSON text of one, or (as Parquet maps arrive) a list of pairs; null values are
    left out."""
    if fields.is_absent(value):
        return {}
    if isinstance(value, str):
        value = fields.from_json_text(value, "attributes")
    if isinstance(value, list) and all(
        isinstance(pair, tuple) and len(pair) == 2 for pair in value
    ):
        value = dict(value)
    if not isinstance(value, Mapping):
        raise InvalidInput("attributes", value, "it must be an object of names and values")
    if len(value) > MAX_ATTRIBUTES:
        raise InvalidInput(
            "attributes",
            value,
            f"it has {len(value):,} names, at most {MAX_ATTRIBUTES} are allowed",
        )
    result: dict[str, AttributeValue] = {}
    for name, entry in value.items():
        clean = fields.label(name, "attributes")
        if not clean:
            raise InvalidInput("attributes", value, "a name must not be empty")
        if entry is not None:
            result[clean] = _attribute(entry, f"attributes.{clean}")
    return result


def _attribute(value: object, name: str) -> AttributeValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return fields.text(value, name, MAX_ATTRIBUTE_CHARS)
    if isinstance(value, list | tuple):
        if len(value) > MAX_LIST_VALUES:
            raise InvalidInput(
                name, value, f"it has {len(value):,} entries, at most {MAX_LIST_VALUES} are allowed"
            )
        return tuple(
            fields.text(entry, name, MAX_ATTRIBUTE_CHARS) for entry in value if entry is not None
        )
    if isinstance(value, Mapping):
        raise InvalidInput(
            name, value, "it must be a text, a number, true/false or a list of texts"
        )
    number = fields.number(value, name)
    assert number is not None
    return number


def _spoken(value: AttributeValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else value
