"""What is made of the values that a row has for one of our fields.

A value that cannot be read is left out, one that is too long is cut, and both are told. Knows no
columns but what they are called, and no files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from encoders.modality import MediaModality, media_types
from indexer.catalog.item import MAX_MEDIA_CHARS
from indexer.catalog.personalization import Personalization
from indexer.ingest.cleaning.role import Role
from indexer.ingest.mapping.mapping import HIDDEN, ColumnMap, Kind
from indexer.ingest.problems import Problem
from indexer.ingest.values.listed import addresses, parsed, texts
from indexer.ingest.values.moment import is_ambiguous, moment
from indexer.ingest.values.number import number
from indexer.ingest.values.text import one_line, plain
from indexer.ingest.values.truth import truth
from palate.limits import (
    MAX_CATEGORIES,
    MAX_DATA_URI_CHARS,
    MAX_DESCRIPTION_CHARS,
    MAX_ID_CHARS,
    MAX_PER_MODALITY,
    MAX_TASTE_CHARS,
    MAX_TITLE_CHARS,
    MAX_TYPE_CHARS,
)

Cells = Sequence[tuple[Role, object]]
"""What a row has for a field: the columns with their values, the one that counts first at the
front. None of the values is absent."""
Clean = Callable[[Cells, ColumnMap, list[Problem]], Any]
"""None where nothing can be made of them; what is wrong is put on the list."""

_NO_WORD = re.compile(r"[^\w.:]+")


def cut(text: str, most: int, role: Role, problems: list[Problem]) -> str:
    """A text with at most so many characters."""
    if len(text) <= most:
        return text
    problems.append(Problem(role.label, f"is over {most:,} characters; cut", text))
    return text[:most].rstrip()


def identifier(value: object) -> str:
    """An id as text: one line, and of a whole number its digits."""
    if isinstance(value, str):
        return value.strip() if value.isprintable() else one_line(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def cleaners(kind: Kind) -> Mapping[str, Clean]:
    """By field."""
    if kind == "events":
        return _EVENTS
    return _USERS if kind == "users" else {**_ITEMS, **_of_media()}


def _of_media() -> dict[str, Clean]:
    return {name: _media(kind) for name, kind in media_types().items()}


def _id(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> str | None:
    return next((found for _, value in cells if (found := identifier(value))), None)


def _line(most: int) -> Clean:
    def clean(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> str | None:
        role, value = cells[0]
        return cut(one_line(_written(value)), most, role, problems) or None

    return clean


def _title(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> str | None:
    for role, value in cells:
        text = " ".join(plain(_written(value)).split())
        if text:
            return cut(text, MAX_TITLE_CHARS, role, problems)
    return None


def _prose(most: int) -> Clean:
    """All the columns, one under the other."""

    def clean(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> str | None:
        parts = [plain(_written(value)) for _, value in cells]
        text = "\n".join(dict.fromkeys(filter(None, parts)))
        return cut(text, most, cells[0][0], problems) or None

    return clean


def _categories(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> list[str] | None:
    found: dict[str, None] = {}
    for role, value in cells:
        for entry in texts(value, role.separators or ("|",)):
            label = cut(one_line(entry), MAX_ID_CHARS, role, problems)
            if label and label not in mapping.absent:
                found[label] = None
    return _first(list(found), MAX_CATEGORIES, cells[0][0], problems) or None


def _number(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> float | None:
    for role, value in cells:
        found = number(value, mapping.decimal)
        if found is not None:
            return found
        problems.append(Problem(role.label, "is not a number; left out", value))
    return None


def _price(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> float | None:
    """The first that is not 0, for exports write 0 where there is no special price; 0 where all
    are."""
    last = None
    for cell in cells:
        found = _number([cell], mapping, problems)
        if found:
            return found
        last = found if last is None else last
    return last


def _moment(*, years: bool) -> Clean:
    def clean(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> float | None:
        for role, value in cells:
            found = moment(value, mapping.dates, years=years)
            if found is None:
                problems.append(Problem(role.label, "is not a time; left out", value))
                continue
            if not mapping.dates and isinstance(value, str) and is_ambiguous(value):
                problems.append(Problem(role.label, _AMBIGUOUS, value))
            return found
        return None

    return clean


_AMBIGUOUS = (
    'could be day/month or month/day; read as month/day, or day.month where it has points: say dates = "day first" or'
    ' "month first" in the map'
)


def _truth(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> bool | None:
    """True where all the columns say so."""
    said = []
    for role, value in cells:
        found = truth(value)
        if found is None:
            problems.append(Problem(role.label, "is neither yes nor no; left out", value))
        else:
            said.append(found)
    return all(said) if said else None


def _event_type(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> str | None:
    """The word for it, of whatever signs it is written with."""
    role, value = cells[0]
    word = _NO_WORD.sub("_", identifier(value)).strip("_")
    return cut(word, MAX_TYPE_CHARS, role, problems) or None


def _consent(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> Personalization | None:
    """None where nothing is said. What cannot be made out is taken for a refusal: nobody's data are used
    by a slip."""
    role, value = cells[0]
    word = _NO_WORD.sub("_", identifier(value)).strip("_").lower()
    if word and word not in list(Personalization):
        known = ", ".join(Personalization)
        problems.append(Problem(role.label, f"is none of {known}; taken as non_profiled", value))
        return Personalization.NON_PROFILED
    return Personalization(word) if word else None


def _media(kind: type[MediaModality]) -> Clean:
    most = MAX_PER_MODALITY if kind.list_field else 1

    def clean(cells: Cells, mapping: ColumnMap, problems: list[Problem]) -> list[str] | str | None:
        found: dict[str, None] = {}
        for role, value in cells:
            for name in addresses(value):
                inline = name[:5].lower() == "data:"
                if len(name) > (MAX_DATA_URI_CHARS if inline else MAX_MEDIA_CHARS):
                    problems.append(Problem(role.label, "is too long; left out", name))
                elif name := one_line(name):
                    found[name] = None
        names = _first(list(found), most, cells[0][0], problems)
        return (names if kind.list_field else names[0]) if names else None

    return clean


def _first(values: list[str], most: int, role: Role, problems: list[Problem]) -> list[str]:
    if len(values) > most:
        problems.append(
            Problem(role.label, f"has over {most:,} entries; the first are used", values)
        )
    return values[:most]


def _written(value: object) -> str:
    """A text, whatever form it came in: paragraphs of a list, digits of a number."""
    if isinstance(value, str):
        found = parsed(value) if value[:1] in "[{" else value
        if isinstance(found, str):
            return value
        value = found
    return "\n".join(texts(value, ()))


_ITEMS: Mapping[str, Clean] = {
    "item_id": _id,
    "domain": _line(MAX_ID_CHARS),
    "title": _title,
    "description": _prose(MAX_DESCRIPTION_CHARS),
    "categories": _categories,
    "price": _price,
    "created_at": _moment(years=True),
    "available": _truth,
    HIDDEN: _truth,
}
_EVENTS: Mapping[str, Clean] = {
    "user_id": _id,
    "item_id": _id,
    "event_type": _event_type,
    "value": _number,
    "timestamp": _moment(years=False),
    "event_id": _id,
    "recommendation_id": _id,
    "position": _number,
}
_USERS: Mapping[str, Clean] = {
    "user_id": _id,
    "taste": _prose(MAX_TASTE_CHARS),
    "consent": _consent,
}
