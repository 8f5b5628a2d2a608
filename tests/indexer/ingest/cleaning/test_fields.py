"""What is made of the values for a field."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.catalog.item import MAX_DESCRIPTION_CHARS
from indexer.ingest.cleaning.fields import MAX_TASTE_CHARS, cleaners, identifier
from indexer.ingest.cleaning.role import Role
from indexer.ingest.mapping.mapping import KINDS, ColumnMap, fields_of
from indexer.ingest.problems import Problem

ROLE = Role("field", "x", label="x")


def cleaned(
    kind: Any, name: str, *values: object, role: Role = ROLE, **how: Any
) -> tuple[Any, list[str]]:
    problems: list[Problem] = []
    cells = [(role, value) for value in values]
    return cleaners(kind)[name](cells, ColumnMap(kind, **how), problems), [p.kind for p in problems]


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("item_id", [" 7 "], "7"),
        ("item_id", [7.0], "7"),
        ("title", ["<b>Soft</b> &amp;\n warm"], "Soft & warm"),
        ("title", [1984], "1984"),
        ("description", ["<p>a</p>", "b", "a"], "a\nb"),
        ("description", [["a", "b"]], "a\nb"),
        ("categories", ["a|b|a", ["c"]], ["a", "b", "c"]),
        ("price", ["$49.90"], 49.9),
        ("created_at", ["1970-01-02"], 86_400.0),
        ("available", ["in stock", "yes"], True),
        ("available", ["in stock", "draft"], False),
        ("image", ["a.jpg|b.jpg", ["c.jpg"]], ["a.jpg", "b.jpg", "c.jpg"]),
        ("audio", ["a.mp3"], "a.mp3"),
        ("domain", ["two\nlines"], "two lines"),
    ],
)
def test_values_in_usual_forms_are_read(name: str, values: list[object], found: object) -> None:
    assert cleaned("items", name, *values) == (found, [])


@pytest.mark.parametrize(
    ("name", "value", "found", "told"),
    [
        ("price", "N/A", None, "x is not a number; left out"),
        ("created_at", "soon", None, "x is not a time; left out"),
        ("available", "perhaps", None, "x is neither yes nor no; left out"),
        ("categories", "c" * 513, ["c" * 512], "x is over 512 characters; cut"),
        (
            "categories",
            "|".join(map(str, range(201))),
            [*map(str, range(200))],
            "x has over 200 entries; the first are used",
        ),
        (
            "description",
            "d" * 100_001,
            "d" * MAX_DESCRIPTION_CHARS,
            "x is over 100,000 characters; cut",
        ),
        ("title", "t" * 10_001, "t" * 10_000, "x is over 10,000 characters; cut"),
        ("image", "i" * 4_097, None, "x is too long; left out"),
        (
            "image",
            ["i.jpg", *(f"{n}.jpg" for n in range(20))],
            ["i.jpg", *(f"{n}.jpg" for n in range(19))],
            "x has over 20 entries; the first are used",
        ),
        ("audio", ["a.mp3", "b.mp3"], "a.mp3", "x has over 1 entries; the first are used"),
    ],
)
def test_what_cannot_be_read_or_is_too_long_is_told(
    name: str, value: object, found: object, told: str
) -> None:
    assert cleaned("items", name, value) == (found, [told])


def test_the_next_column_is_read_where_the_first_cannot_be() -> None:
    assert cleaned("items", "price", "ask", "5") == (5.0, ["x is not a number; left out"])


def test_a_price_of_0_is_none_where_another_column_has_one() -> None:
    assert cleaned("items", "price", "0.00", "5") == (5.0, [])
    assert cleaned("items", "price", "0", "0.00") == (0.0, [])


def test_how_the_map_says_values_are_written() -> None:
    tags = Role("field", "x", label="x", separators=(",",))
    assert cleaned("items", "categories", "a, b", role=tags)[0] == ["a", "b"]
    assert cleaned("items", "price", "1.234", decimal=",")[0] == 1234.0
    assert cleaned("items", "created_at", "02/01/1970", dates="day first") == (86_400.0, [])


def test_a_date_that_could_be_either_is_told() -> None:
    found, told = cleaned("items", "created_at", "02/01/1970")
    assert found == 31 * 86_400.0
    assert "could be day/month or month/day" in told[0]


@pytest.mark.parametrize(
    ("value", "word"),
    [("Add To Cart!", "Add_To_Cart"), ("view", "view"), ("收藏", "收藏"), ("!!", None)],
)
def test_types_of_events_are_words(value: str, word: str | None) -> None:
    assert cleaned("events", "event_type", value)[0] == word


def test_a_small_number_of_seconds_is_no_year_of_an_event() -> None:
    assert cleaned("events", "timestamp", "1994")[0] == 1994.0


def test_a_taste_is_cut() -> None:
    found, told = cleaned("users", "taste", "t" * (MAX_TASTE_CHARS + 1))
    assert (len(found), len(told)) == (MAX_TASTE_CHARS, 1)


def test_every_field_can_be_read() -> None:
    for kind in KINDS:
        assert {*cleaners(kind), "attributes"} >= set(fields_of(kind))


def test_ids_of_any_type_are_text() -> None:
    assert [identifier(value) for value in ("a\tb", 7, 7.0, 7.5, " x")] == [
        "a b",
        "7",
        "7",
        "7.5",
        "x",
    ]
