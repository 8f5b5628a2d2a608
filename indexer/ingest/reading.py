"""Reading: the rows of a source as items, events or profiles, whatever state they are in.

Only a row without an id is lost. What else is wrong with a row is told, all of it at once, and the
row comes in with the rest. What comes out has passed the same checks as what comes over the wire.
Knows nothing of where it goes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from indexer.catalog import fields
from indexer.catalog.event import RATING, Event
from indexer.catalog.item import Item
from indexer.catalog.profile import Profile
from indexer.catalog.rows import RowError
from indexer.errors import InvalidInput
from indexer.ingest.cleaning.cleaner import Cleaner
from indexer.ingest.cleaning.fields import identifier
from indexer.ingest.joining import Joined, Joiner, Part
from indexer.ingest.mapping.mapping import ATTRIBUTES, REQUIRED, ColumnMap, Kind
from indexer.ingest.problems import Problem, Problems
from indexer.ingest.sources.opening import file_source
from indexer.ingest.sources.source import Row, Source
from indexer.ingest.values.text import is_absent
from palate.limits import MAX_ID_CHARS

T = TypeVar("T")
VIEW = "view"
"""The type of events whose source says nothing of it and has no values."""


class Reading(ABC, Generic[T]):
    """Goes through a source once."""

    kind: ClassVar[Kind]

    def __init__(
        self, source: Source, mapping: ColumnMap | None = None, problems: Problems | None = None
    ) -> None:
        self.source = source
        self.mapping = mapping or ColumnMap.own(self.kind)
        self.problems = problems or Problems(source.unit)
        self.rows = 0
        """Read so far."""
        self.joined = 0
        """Rows that went into what an earlier row began."""
        self._cleaner = Cleaner(self.mapping)

    def __iter__(self) -> Iterator[tuple[int, T]]:
        """Each with the line that it begins on; CatalogError where the source cannot be read, or not
        any further."""
        for row in self.source.open():
            self.rows += 1
            if isinstance(row, RowError):
                self.problems.lose_row(row)
                continue
            cleaned, told = self._cleaner.clean(row.values)
            if row.notes:
                told = [*(Problem("", note) for note in row.notes), *told]
            yield from self._with_id(row, cleaned, told)

    def _with_id(
        self, row: Row, cleaned: dict[str, Any], told: list[Problem]
    ) -> Iterator[tuple[int, T]]:
        for name in REQUIRED[self.kind]:
            if name not in cleaned:
                missing = Problem(name, "is missing")
                self.problems.lose(row.line, None, missing)
                return
        if told:
            self.problems.warn(row.line, cleaned[REQUIRED[self.kind][-1]], told)
        yield from self._come_in(row, cleaned)

    @abstractmethod
    def _come_in(self, row: Row, cleaned: dict[str, Any]) -> Iterator[tuple[int, T]]:
        """What a row with an id gives."""

    def _complete(self, line: int, cleaned: dict[str, Any]) -> None:
        """Fill in what must be there and is not."""

    @abstractmethod
    def _make(self, cleaned: dict[str, Any]) -> T:
        """InvalidInput names a field that is not acceptable."""

    def _built(self, line: int, cleaned: dict[str, Any]) -> Iterator[tuple[int, T]]:
        """With what is acceptable of it; what is not is told."""
        required = REQUIRED[self.kind]
        while True:
            self._complete(line, cleaned)
            try:
                made = self._make(cleaned)
            except InvalidInput as error:
                row_id = str(cleaned[required[-1]])[:MAX_ID_CHARS]
                name, _, attribute = error.field.partition(".")
                if name in required:
                    problem = Problem(error.field, error.why, error.value)
                    self.problems.lose_row(RowError(line, row_id, str(error)), problem)
                    return
                problem = Problem(
                    error.field, f"cannot be taken: {error.why}; left out", error.value
                )
                self.problems.warn(line, row_id, [problem])
                (cleaned[name].pop if attribute else cleaned.pop)(attribute or name)
            else:
                yield line, made
                return


class ItemReading(Reading[Item]):
    """Items. Of two rows with the same id the first is used, where the map does not say that they
    are parts of one; memory grows by some 100 bytes an item only."""

    kind = "items"

    def __init__(
        self, source: Source, mapping: ColumnMap | None = None, problems: Problems | None = None
    ) -> None:
        super().__init__(source, mapping, problems)
        self._seen: set[int] = set()  # 64-bit hashes of the ids, not the ids
        joins = self.mapping.join or self.mapping.parent
        self._joiner = Joiner() if joins else None

    def __iter__(self) -> Iterator[tuple[int, Item]]:
        yield from super().__iter__()
        if self._joiner is not None:
            for joined in self._joiner.rest():
                yield from self._let_in(joined)

    def _come_in(self, row: Row, cleaned: dict[str, Any]) -> Iterator[tuple[int, Item]]:
        if self._joiner is None:
            yield from self._let_in(Joined(row.line, cleaned))
            return
        names = [cleaned["item_id"], *map(self._name_in(row), self.mapping.named_by)]
        parent = self._name_in(row)(self.mapping.parent)
        part = Part(row.line, cleaned, parent, [name for name in names if name])
        for joined in self._joiner.add(part):
            yield from self._let_in(joined)

    def _let_in(self, joined: Joined) -> Iterator[tuple[int, Item]]:
        self.joined += joined.n_joined
        item_id = joined.row["item_id"]
        key = hash(item_id)
        if key in self._seen:
            again = Problem("item_id", "appears again; the first row is used", item_id)
            self.problems.warn(joined.line, item_id, [again])
            self.joined += 1
            return
        self._seen.add(key)
        if joined.is_orphan:
            orphan = Problem(
                "item_id", "is a part of an item that is not near; taken as one", item_id
            )
            self.problems.warn(joined.line, item_id, [orphan])
        yield from self._built(joined.line, joined.row)

    def _make(self, cleaned: dict[str, Any]) -> Item:
        return Item.from_mapping(cleaned)

    @staticmethod
    def _name_in(row: Row) -> Any:
        def name(column: str) -> str:
            value = row.values.get(column) if column else None
            return "" if is_absent(value) else identifier(value).removeprefix("id:")

        return name


class EventReading(Reading[Event]):
    """Events. One without a time happened when its source was last changed at the latest, and is
    taken as of then; one without a type is a rating where it has a value, and else a view."""

    kind = "events"

    def _come_in(self, row: Row, cleaned: dict[str, Any]) -> Iterator[tuple[int, Event]]:
        yield from self._built(row.line, cleaned)

    def _complete(self, line: int, cleaned: dict[str, Any]) -> None:
        missing = []
        if "event_type" not in cleaned:
            cleaned["event_type"] = RATING if "value" in cleaned else VIEW
            what = f"is missing; taken as {cleaned['event_type']}"
            missing.append(Problem("event_type", what))
        if "timestamp" not in cleaned:
            cleaned["timestamp"] = self.source.changed_at
            what = "is missing; taken as of when its source was last changed"
            missing.append(Problem("timestamp", what))
        if missing:
            self.problems.warn(line, cleaned["item_id"], missing)

    def _make(self, cleaned: dict[str, Any]) -> Event:
        return Event.from_mapping(cleaned)


class ProfileReading(Reading[Profile]):
    """What is known of people."""

    kind = "users"

    def _come_in(self, row: Row, cleaned: dict[str, Any]) -> Iterator[tuple[int, Profile]]:
        yield from self._built(row.line, cleaned)

    def _make(self, cleaned: dict[str, Any]) -> Profile:
        attributes = {
            name: ", ".join(value) if isinstance(value, list) else _told(value)
            for name, value in cleaned.get(ATTRIBUTES, {}).items()
        }
        return Profile(
            fields.identifier(cleaned, "user_id"),
            attributes,
            cleaned.get("taste", ""),
            cleaned.get("consent"),
        )


def read_items(path: Path) -> Iterator[Item]:
    """The items of one file with our own columns; what is wrong with its rows is not told."""
    return (item for _, item in ItemReading(file_source(path)))


def read_events(path: Path) -> Iterator[Event]:
    """The events of one file with our own columns; what is wrong with its rows is not told."""
    return (event for _, event in EventReading(file_source(path)))


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
