"""Mapping: which columns of a source are which fields of ours, and how their values are written.

Owns the form of a map file (TOML) and its checks. A mapping with nothing in it takes columns that
are named as our fields are. Knows no rows: `indexer.ingest.cleaning` applies it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from encoders.modality import media_types
from indexer.catalog.event import EVENT_FIELDS
from indexer.errors import CatalogError
from indexer.ingest.values.moment import DateOrder

Kind = Literal["items", "events", "users"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HIDDEN = "hidden"
"""A field of maps only: the opposite of `available`."""
ATTRIBUTES = "attributes"
DOMAIN = "domain"
"""Of items. Events may have it for the reader's convenience, and nothing is made of it."""

_FIELDS: Mapping[Kind, Sequence[str]] = {
    "items": [
        "item_id",
        "domain",
        "title",
        "description",
        "categories",
        "price",
        "created_at",
        "available",
        "hidden",
        "attributes",
    ],
    "events": [name for name in EVENT_FIELDS if name != DOMAIN],
    "users": ["user_id", "taste", "consent", "attributes"],
}
REQUIRED: Mapping[Kind, Sequence[str]] = {
    "items": ("item_id",),
    "events": ("user_id", "item_id"),
    "users": ("user_id",),
}
_READING = (
    "others",
    "leave_out",
    "truths",
    "absent",
    "decimal",
    "dates",
    "join",
    "parent",
    "named_by",
)
_TABLES = ("kind", "fields", "constants", "attributes", "separators", "pairs", "reading")


def fields_of(kind: Kind) -> tuple[str, ...]:
    """The fields that columns may be mapped to."""
    media = tuple(media_types()) if kind == "items" else ()
    return (*_FIELDS[kind], *media)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How the rows of a source become ours."""

    kind: Kind
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns by field, the one that counts first at the front. A column of nested objects is named
    by its path, with dots."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """What a field is where no column says it."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """What columns are called as attributes, by column; others keep their name."""
    left_out: frozenset[str] = frozenset()
    """Columns that nothing is made of."""
    truths: frozenset[str] = frozenset()
    """Columns of attributes that say yes or no, be it by 1 and 0."""
    others: bool = True
    """Columns that are named nowhere here become attributes; else they are left out."""
    pairs: tuple[tuple[str, str], ...] = ()
    """Two columns of which one holds the name of an attribute and one its value."""
    separators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What stands between several values in a cell, by column."""
    absent: frozenset[str] = frozenset()
    """Texts that say nothing, beside those that everywhere say nothing."""
    decimal: str = ""
    """"," or "." where the column of prices has it; empty where it is told number by number."""
    dates: DateOrder = ""
    """What 03/04/2025 is."""
    join: bool = False
    """Rows with the same id are parts of one item: its variants, its further pictures."""
    parent: str = ""
    """The column that names the item of which a row is a part; rows without it are items."""
    named_by: tuple[str, ...] = ()
    """Columns of items by which `parent` names them, besides the id."""

    @classmethod
    def own(cls, kind: Kind) -> ColumnMap:
        """Of files that have our names for columns."""
        fields: dict[str, tuple[str, ...]] = {name: (name,) for name in fields_of(kind)}
        for media in media_types().values() if kind == "items" else ():
            if media.list_field:
                fields[media.name] = (media.name, media.list_field)
        fields.pop(HIDDEN, None)
        left_out = frozenset({DOMAIN}) if kind == "events" else frozenset()
        return cls(kind, fields, left_out=left_out)

    @classmethod
    def read(cls, path: Path) -> ColumnMap:
        """Of a map file; CatalogError says what in it cannot be used."""
        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise CatalogError(
                path, f"the map cannot be read ({error.strerror})", "check the path"
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CatalogError(
                path, f"it is no map ({error})", "write TOML, as `--map auto` does"
            ) from None
        return cls.of(content, path)

    @classmethod
    def of(cls, content: Mapping[str, Any], path: object) -> ColumnMap:
        """Of the content of a map file at `path`."""
        check = _Checks(path)
        check.known("the map", content, _TABLES)
        kind = content.get("kind")
        if kind not in KINDS:
            raise CatalogError(path, f"kind is {kind!r} in the map", f"write {' or '.join(KINDS)}")
        fields, reading = check.table(content, "fields"), check.table(content, "reading")
        check.known("[fields]", fields, fields_of(kind))
        check.known("[constants]", check.table(content, "constants"), fields_of(kind))
        check.known("[reading]", reading, _READING)
        pairs = content.get("pairs", [])
        return cls(
            kind=kind,
            fields={name: check.texts(name, columns) for name, columns in fields.items()},
            constants={n: str(v) for n, v in check.table(content, "constants").items()},
            attributes={
                column: name for name, column in check.table(content, "attributes").items()
            },
            left_out=frozenset(check.texts("leave_out", reading.get("leave_out", []))),
            truths=frozenset(check.texts("truths", reading.get("truths", []))),
            others=check.one_of("others", reading.get("others", "attributes"), _OTHERS)
            == "attributes",
            pairs=tuple((check.text(p, "name"), check.text(p, "value")) for p in pairs),
            separators={
                column: check.texts(column, texts)
                for column, texts in check.table(content, "separators").items()
            },
            absent=frozenset(check.texts("absent", reading.get("absent", []))),
            decimal=check.one_of("decimal", reading.get("decimal", ""), ("", ",", ".")),
            dates=check.one_of("dates", reading.get("dates", ""), get_args(DateOrder)),  # type: ignore[arg-type]
            join=bool(reading.get("join", False)),
            parent=str(reading.get("parent", "")),
            named_by=check.texts("named_by", reading.get("named_by", [])),
        )

    def columns(self) -> set[str]:
        """Every column that is named here."""
        of_fields = {column for columns in self.fields.values() for column in columns}
        of_pairs = {column for pair in self.pairs for column in pair}
        rest = {*self.attributes, *self.left_out, *self.named_by, *filter(None, [self.parent])}
        return of_fields | of_pairs | rest

    def only(self, columns: Iterable[str]) -> ColumnMap:
        """Without the fields whose columns a source does not have."""
        there = {column_key(name) for name in columns}
        fields = {
            name: tuple(
                c
                for c in listed
                if column_key(c) in there or column_key(c.partition(".")[0]) in there
            )
            for name, listed in self.fields.items()
        }
        return replace(self, fields={name: listed for name, listed in fields.items() if listed})

    def to_toml(self, heading: Sequence[str] = ()) -> str:
        """The text of a map file that `read` reads back; `heading` stands above it as comments."""
        reading: dict[str, Any] = {
            "others": "attributes" if self.others else "leave out",
            "leave_out": sorted(self.left_out),
            "truths": sorted(self.truths),
            "absent": sorted(self.absent),
            "decimal": self.decimal,
            "dates": self.dates,
            "join": self.join,
            "parent": self.parent,
            "named_by": list(self.named_by),
        }
        tables: dict[str, Mapping[str, Any]] = {
            "fields": {n: c[0] if len(c) == 1 else list(c) for n, c in self.fields.items()},
            "constants": self.constants,
            "attributes": {name: column for column, name in self.attributes.items()},
            "separators": {column: list(texts) for column, texts in self.separators.items()},
            "reading": {name: value for name, value in reading.items() if value},
        }
        lines = [*(f"# {line}".rstrip() for line in heading), f"kind = {_toml(self.kind)}"]
        for name, table in tables.items():
            if table:
                lines += ["", f"[{name}]"]
                lines += [f"{_toml_key(key)} = {_toml(value)}" for key, value in table.items()]
        for of_name, of_value in self.pairs:
            lines += ["", "[[pairs]]", f"name = {_toml(of_name)}", f"value = {_toml(of_value)}"]
        return "\n".join(lines) + "\n"


_OTHERS = ("attributes", "leave out")


def column_key(name: str) -> str:
    """A column's name as it is compared: case, spaces and underscores do not matter.

    >>> column_key("Image Src") == column_key("image_src")
    True
    """
    return "".join(name.split()).replace("_", "").replace("-", "").casefold()


class _Checks:
    """Of one map file: each returns what is right, or raises what is to be said."""

    def __init__(self, path: object) -> None:
        self._path = path

    def known(self, where: str, table: Mapping[str, Any], names: Sequence[str]) -> None:
        for name in table:
            if name not in names:
                raise self._error(f"{where} has {name!r}", f"known are {', '.join(names)}")

    def table(self, content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = content.get(name, {})
        if not isinstance(table, Mapping):
            raise self._error(f"{name!r} is no table", f"write [{name}] above its lines")
        return table

    def texts(self, name: str, value: object) -> tuple[str, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise self._error(f"{name!r} is {value!r}", "give a text or a list of texts")
        return tuple(texts)

    def text(self, pair: object, name: str) -> str:
        if not isinstance(pair, Mapping) or not isinstance(pair.get(name), str):
            raise self._error(f"a pair has no {name!r}", "give each [[pairs]] a name and a value")
        return str(pair[name])

    def one_of(self, name: str, value: object, allowed: Sequence[str]) -> str:
        if value not in allowed:
            known = " or ".join(repr(one) for one in allowed if one)
            raise self._error(f"{name} is {value!r}", f"write {known}")
        return str(value)

    def _error(self, why: str, todo: str) -> CatalogError:
        return CatalogError(self._path, f"{why} in the map", todo)


def _toml_key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").isalnum() else _toml(key)


def _toml(value: object) -> str:
    """Texts, lists of them and truth values; a text of JSON is one of TOML, but for this character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
