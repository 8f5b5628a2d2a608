"""Column: what the first values of one column are like.

Shares of values that read as numbers, times, addresses and so on; no verdict on what the column is.
Knows no fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from indexer.ingest.sources.source import Row
from indexer.ingest.values.listed import ADDRESSES, parsed
from indexer.ingest.values.moment import moment
from indexer.ingest.values.number import number
from indexer.ingest.values.text import has_markup, is_absent
from indexer.ingest.values.truth import truth

SHOWN = 3
SHOWN_CHARS = 40
MAX_ID_CHARS = 64
MAX_DEPTH = 4
_URL = re.compile(r"(?:https?:)?//\S+$", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|tiff?|avif|svg)\b", re.IGNORECASE)
_WORD = re.compile(r"[\w.:-]+(?: [\w.:-]+){0,2}")
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)+")
_DIGITS = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+]?\d+)?")
_COMPACT_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_FRACTION = re.compile(r"[+-]?\d+[.,]\d{1,2}")
_SECONDS = (1e8, 5e9)
_YEARS = (1800, 2200)


@dataclass
class Column:
    """The values that a column has in the first rows."""

    name: str
    n_rows: int = 0
    """Rows that were looked at, with a value or not."""
    values: list[object] = field(default_factory=list)
    """Those that say something, in order."""

    @cached_property
    def texts(self) -> list[str]:
        """The values as they read."""
        return [value if isinstance(value, str) else str(value) for value in self.values]

    @property
    def filled(self) -> float:
        """Share of the rows with a value."""
        return len(self.values) / max(1, self.n_rows)

    @cached_property
    def distinct(self) -> float:
        """Different values to values."""
        return len(set(self.texts)) / max(1, len(self.values))

    @cached_property
    def distinct_runs(self) -> float:
        """The same, with values that repeat right below counted once."""
        runs = [t for place, t in enumerate(self.texts) if not place or t != self.texts[place - 1]]
        return len(set(runs)) / max(1, len(runs))

    @cached_property
    def n_distinct(self) -> int:
        return len(set(self.texts))

    @cached_property
    def numbers(self) -> float:
        return self._share(lambda value: number(value) is not None)

    @cached_property
    def zeros(self) -> float:
        return self._share(lambda value: number(value) == 0.0)

    @cached_property
    def negatives(self) -> float:
        return self._share(lambda value: (number(value) or 0.0) < 0)

    @cached_property
    def times(self) -> float:
        """Of text that is a date, and of numbers that are likely to be one."""
        return self._share(_is_time)

    @cached_property
    def truths(self) -> float:
        """Of words for yes and no, and of 0 and 1."""
        return self._share(_is_truth)

    @cached_property
    def stocks(self) -> float:
        """The same, and of any number."""
        return self._share(lambda value: truth(value) is not None)

    @cached_property
    def addresses(self) -> float:
        return self._share(_is_address)

    @cached_property
    def pictures(self) -> float:
        """Of names that end as those of pictures do, and of pictures themselves."""
        return self._share(
            lambda v: (
                (isinstance(v, Mapping) and "bytes" in v) or _PICTURE.search(str(v)) is not None
            )
        )

    @cached_property
    def markup(self) -> float:
        return self._share(lambda value: isinstance(value, str) and has_markup(value))

    @cached_property
    def lists(self) -> float:
        return self._share(
            lambda v: (
                isinstance(v, list | tuple)
                or (isinstance(v, str) and ("|" in v or isinstance(parsed(v), list | tuple)))
            )
        )

    @cached_property
    def objects(self) -> float:
        return self._share(
            lambda v: (
                isinstance(v, Mapping)
                or (isinstance(v, list) and any(isinstance(e, Mapping) for e in v))
            )
        )

    @cached_property
    def letters(self) -> float:
        """Of values with a letter."""
        return self._share(lambda value: any(map(str.isalpha, str(value))))

    @cached_property
    def ids(self) -> float:
        """Of values short and without spaces, that are no fractions and no addresses."""
        return self._share(_is_id)

    @cached_property
    def slugs(self) -> float:
        """Of values whose words are joined, in lower case."""
        return self._share(lambda value: _SLUG.fullmatch(str(value)) is not None)

    @cached_property
    def words(self) -> float:
        """Of values of one to three words."""
        return self._share(lambda value: _WORD.fullmatch(str(value).strip()) is not None)

    @cached_property
    def mean_chars(self) -> float:
        return sum(map(len, self.texts)) / max(1, len(self.texts))

    def examples(self) -> list[str]:
        """Three different values, cut short."""
        found = dict.fromkeys(" ".join(text.split()) for text in self.texts)
        return [
            text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"
            for text in list(found)[:SHOWN]
        ]

    def _share(self, holds: Callable[[object], bool]) -> float:
        return sum(map(holds, self.values)) / max(1, len(self.values))


def columns_of(rows: Sequence[Row]) -> list[Column]:
    """The columns of the first rows, in the order in which they come; of objects also what is in
    them, by path."""
    found: dict[str, Column] = {}
    for row in rows:
        for name, value in _flat(row.values, "", 0):
            if name not in found:
                found[name] = Column(name)
            if not is_absent(value):
                found[name].values.append(value)
    for column in found.values():
        column.n_rows = len(rows)
    return list(found.values())


def _flat(values: Mapping[str, object], above: str, depth: int) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        path = f"{above}{name}"
        yield path, value
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, Mapping) and depth < MAX_DEPTH and not _is_media(inner):
            yield from _flat(inner, f"{path}.", depth + 1)


def _is_media(value: Mapping[str, object]) -> bool:
    """Whether an object is a picture or the address of one as a whole."""
    return any(name in value for name in ADDRESSES)


def _is_truth(value: object) -> bool:
    text = str(value).strip()
    return text in ("0", "1") or (truth(value) is not None and not _DIGITS.fullmatch(text))


def _is_time(value: object) -> bool:
    text = str(value).strip()
    if not _DIGITS.fullmatch(text):
        return moment(value) is not None
    size = abs(float(text))
    is_epoch = any(_SECONDS[0] <= size / unit <= _SECONDS[1] for unit in (1, 1e3, 1e6, 1e9))
    is_year = _YEARS[0] <= size <= _YEARS[1] and size == int(size)
    return is_epoch or is_year or _COMPACT_DATE.fullmatch(text) is not None


def _is_address(value: object) -> bool:
    if isinstance(value, str):
        return _URL.match(value.strip().split(",")[0]) is not None
    entry = value[0] if isinstance(value, list) and value else value
    return (isinstance(entry, Mapping) and _is_media(entry)) or (
        isinstance(entry, str) and _URL.match(entry.strip()) is not None
    )


def _is_id(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return isinstance(value, float) and value.is_integer()
    text = str(value).strip()
    if not text or len(text) > MAX_ID_CHARS or any(map(str.isspace, text)):
        return False
    return not (_FRACTION.fullmatch(text) or _URL.match(text) or text[0] in "$€£¥")
