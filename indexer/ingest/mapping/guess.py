"""Guess: which columns are which of our fields, from what they are called and what is in them.

Each pair of column and field has a score: how well the name fits, times how well the values do. The
best pair is taken first. Owns the scores, and what is said of the guess. Knows no formats: it sees
the first rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexer.errors import CatalogError
from indexer.ingest.mapping.column import Column, columns_of
from indexer.ingest.mapping.fit import fit
from indexer.ingest.mapping.mapping import REQUIRED, ColumnMap, Kind, column_key, fields_of
from indexer.ingest.mapping.presets import recognized
from indexer.ingest.mapping.words import (
    field_words,
    is_of_numbers,
    is_unlike,
    name_score,
    of_purchases,
)
from indexer.ingest.mapping.writing import date_order, decimal_of, separators_of
from indexer.ingest.sources.source import Row

LEAST = 0.4
"""Score from which a column is taken for a field."""
FURTHER = 0.55
"""Score from which a further column is taken for a field that may have several."""
_SEVERAL = ("categories", "image", "description", "available")
MAX_FURTHER = 8
INSIDE = 0.8
"""How much less a column says that lies within another."""
SURE = 0.9
"""How well the values alone must fit where no name tells."""
SAMPLE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Guess:
    """A map, and what speaks for it."""

    mapping: ColumnMap
    columns: Mapping[str, Column]
    """What was looked at, by name."""
    preset: str = ""
    """What the source was recognized as; empty where the map is a guess."""
    remarks: Sequence[str] = field(default_factory=tuple)
    """What might be otherwise, and where to say so."""

    def lines(self) -> list[tuple[str, str, str]]:
        """What it becomes, the column, and three of its values."""
        mapping = self.mapping
        found = [(name, c, self._examples(c)) for name, cs in mapping.fields.items() for c in cs]
        found += [(name, "(always)", value) for name, value in mapping.constants.items()]
        found += [
            (self._use(f"attribute {name}", column), column, self._examples(column))
            for column, name in mapping.attributes.items()
            if self._column(column)
        ]
        found += [
            ("attribute", f"{name}, {value}", self._examples(value))
            for name, value in mapping.pairs
            if self._column(value)
        ]
        use = "attribute" if mapping.others else "left out"
        found += [(self._use(use, name), name, self._examples(name)) for name in self._others()]
        keys = {column_key(name) for name in mapping.left_out}
        left = [name for name in self.columns if column_key(name) in keys]
        return [*found, *(("left out", name, self._examples(name)) for name in left)]

    def _use(self, use: str, column: str) -> str:
        """With what its values are read as, where they are not what they look like."""
        return f"{use}, yes or no" if column in self.mapping.truths else use

    def _others(self) -> list[str]:
        """Columns that the map does not name, and that say something."""
        named = {column_key(name) for name in self.mapping.columns()}
        inside = {column_key(name.partition(".")[0]) for name in self.mapping.columns()}
        return [
            name
            for name, column in self.columns.items()
            if column.values and "." not in name and column_key(name) not in named | inside
        ]

    def _column(self, name: str) -> Column | None:
        key = column_key(name)
        return next((one for one in self.columns.values() if column_key(one.name) == key), None)

    def _examples(self, name: str) -> str:
        column = self._column(name)
        return "" if column is None else " · ".join(column.examples())


def guess(kind: Kind, rows: Sequence[Row], name: object, *, presets: bool = True) -> Guess:
    """Of a source that begins with these rows; CatalogError where no column can be its ids. Without
    `presets` nothing is recognized."""
    columns = columns_of(rows)
    by_name = {column.name: column for column in columns}
    preset = recognized(by_name) if presets else None
    if preset is not None and preset.mapping.kind != kind:
        command = {"items": "index", "events": "events", "users": "users import"}
        todo = f"use `palate {command[preset.mapping.kind]}`, or write a map for it"
        raise CatalogError(name, f"it holds {preset.title}, not {kind}", todo)
    if preset is not None:
        return _with_writing(preset.mapping.only(by_name), by_name, preset.title)
    return _with_writing(_guessed(kind, columns, name), by_name, "")


def _guessed(kind: Kind, columns: Sequence[Column], name: object) -> ColumnMap:
    scores = _scores(kind, columns)
    fields = _assigned(kind, scores)
    _fill_in(kind, fields, columns)
    fields = {one: fields[one] for one in fields_of(kind) if one in fields}
    missing = [one for one in REQUIRED[kind] if one not in fields]
    if missing:
        raise CatalogError(
            name,
            f"no column looks like {missing[0]} (there are {', '.join(c.name for c in columns)})",
            f'write a map with [fields] {missing[0]} = "COLUMN", see docs/shop.md',
        )
    mapping = ColumnMap(kind, fields, others=kind != "events")
    if kind == "items":
        key = next(column for column in columns if column.name == fields["item_id"][0])
        mapping = replace(mapping, join=key.distinct < 1.0 and key.distinct_runs > key.distinct)
        truths = {c.name for c in columns if _is_truth(c)} - mapping.columns()
        mapping = replace(mapping, truths=frozenset(truths))
    if kind == "events" and "event_type" not in fields:
        mapping = replace(mapping, constants={"event_type": _type_of(fields, columns)})
    return mapping


def _is_truth(column: Column) -> bool:
    """Whether it holds yes and no, and nothing else. In a column of types or counts 0 and 1 are no
    more than numbers."""
    is_number = column.letters < 1.0 and is_of_numbers(column.name)
    return (
        "." not in column.name and column.truths == 1.0 and column.n_distinct == 2 and not is_number
    )


def _scores(kind: Kind, columns: Sequence[Column]) -> list[tuple[float, str, Column]]:
    """Of every pair that may be, best first; columns that stand further to the left first among
    equals."""
    found = []
    for place, column in enumerate(columns):
        for name in field_words()[kind]:
            if name not in fields_of(kind) or not column.values:
                continue
            said = name_score(column.name, kind, name) * (INSIDE if "." in column.name else 1.0)
            fits = fit(kind, name, column) if said else 0.0
            if said * fits:
                found.append((said * (0.4 + 0.6 * fits), -place, name, column))
    found.sort(key=lambda one: (-one[0], -one[1]))
    return [(score, name, column) for score, _, name, column in found]


def _assigned(
    kind: Kind, scores: Sequence[tuple[float, str, Column]]
) -> dict[str, tuple[str, ...]]:
    fields: dict[str, list[str]] = {}
    taken: set[str] = set()
    for score, name, column in scores:
        if column.name in taken or any(_overlap(column.name, one) for one in taken):
            continue
        there = fields.setdefault(name, [])
        if not there and score >= LEAST:
            there.append(column.name)
        elif there and score >= FURTHER and _may_join(name, column.name, there):
            there.insert(
                0 if name == "price" and _is_special(column.name) else len(there), column.name
            )
        else:
            continue
        taken.add(column.name)
    return {name: tuple(columns) for name, columns in fields.items() if columns}


def _may_join(name: str, column: str, there: Sequence[str]) -> bool:
    """Whether a field may have one more column: a price one that holds for a while only, or the one
    that holds else."""
    if name == "price":
        return len(there) == 1 and _is_special(column) != _is_special(there[0])
    return name in _SEVERAL and len(there) < MAX_FURTHER


def _is_special(column: str) -> bool:
    return any(word in column.casefold() for word in ("sale", "special", "discount", "offer"))


def _overlap(one: str, other: str) -> bool:
    return one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _fill_in(kind: Kind, fields: dict[str, tuple[str, ...]], columns: Sequence[Column]) -> None:
    """What must be there and no name tells, by the values alone, from the left."""
    used = {name for names in fields.values() for name in names}
    for name in REQUIRED[kind]:
        if name in fields:
            continue
        free = [
            c
            for c in columns
            if c.name not in used and c.values and not is_unlike(c.name, kind, name)
        ]
        best = max(free, key=lambda column: fit(kind, name, column), default=None)
        if best is not None and fit(kind, name, best) >= SURE:
            fields[name] = (best.name,)
            used.add(best.name)
    if kind == "items" and "title" not in fields:
        free = [
            c
            for c in columns
            if c.name not in used and fit(kind, "title", c) > 0.8 and c.distinct > 0.9
        ]
        within = [c for c in free if name_score(c.name.rpartition(".")[0], kind, "title") >= SURE]
        if free:
            fields["title"] = ((within or free)[0].name,)
    if kind == "items" and "title" in fields and "item_id" not in fields:
        title = next(c for c in columns if c.name == fields["title"][0])
        if title.distinct > 0.99 and title.filled > 0.99:
            fields["item_id"] = fields["title"]
    if kind == "events" and "timestamp" not in fields:
        free = [c for c in columns if c.name not in used and c.times > 0.95 and c.n_distinct > 20]
        if free:
            fields["timestamp"] = (free[0].name,)


def _type_of(fields: Mapping[str, tuple[str, ...]], columns: Sequence[Column]) -> str:
    """Of events whose source does not say: what other columns suggest."""
    if name_score((fields.get("value") or ("",))[0], "events", "value") >= 0.9:
        return "rating"
    names = " ".join(column.name.casefold() for column in columns)
    return "purchase" if any(word in names for word in of_purchases()) else "view"


def _with_writing(mapping: ColumnMap, columns: Mapping[str, Column], preset: str) -> Guess:
    """How the values of its columns are written."""
    remarks = []
    prices = [
        columns[c] for f in ("price", "value") for c in mapping.fields.get(f, ()) if c in columns
    ]
    times = [columns[c] for f in _TIMES for c in mapping.fields.get(f, ()) if c in columns]
    order, remark = date_order([text for column in times for text in column.texts])
    if mapping.dates:
        order = mapping.dates
    elif remark:
        remarks.append(f"{times[0].name}: {remark}")
    separators = dict(mapping.separators)
    for name in mapping.fields.get("categories", ()):
        if name in columns and name not in separators and (found := separators_of(columns[name])):
            separators[name] = found
    if mapping.kind == "events" and "timestamp" not in mapping.fields:
        remarks.append("no column is a time: all events count as of when the file was last changed")
    if mapping.constants.get("event_type") and not preset:
        remarks.append(
            f"no column says what was done: all events are taken as {mapping.constants['event_type']!r}"
        )
    if not preset and "item_id" in mapping.fields:
        key = mapping.fields["item_id"][0]
        if key in columns and mapping.kind == "items":
            remarks.append(f"items are known by {key!r}: events must name them by the same")
    if mapping.fields.get("item_id") == mapping.fields.get("title") and mapping.kind == "items":
        remarks.append("no column is an id of its own: items are known by their titles")
    mapping = replace(
        mapping,
        decimal=mapping.decimal or decimal_of([text for column in prices for text in column.texts]),
        dates=order,
        separators=separators,
    )
    return Guess(mapping, columns, preset, tuple(remarks))


_TIMES = ("created_at", "timestamp")
