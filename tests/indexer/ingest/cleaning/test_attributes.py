"""Attributes: whatever else a source says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from indexer.ingest.cleaning.attributes import Attributes
from indexer.ingest.cleaning.role import Role
from indexer.ingest.problems import Problem

ROLE = Role("attribute", "x", label="x")


def added(value: object, name: str = "x") -> tuple[dict[str, Any], list[str]]:
    problems: list[Problem] = []
    attributes = Attributes(problems)
    attributes.add(name, value, ROLE)
    return attributes.values, [problem.kind for problem in problems]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<b>red</b>", {"x": "red"}),
        ("007", {"x": "007"}),
        (3, {"x": 3.0}),
        (Decimal("2.5"), {"x": 2.5}),
        (True, {"x": True}),
        (date(2024, 1, 2), {"x": "2024-01-02"}),
        (["a", "b", None], {"x": ["a", "b"]}),
        ("['a', 'b']", {"x": ["a", "b"]}),
        ({"Color": "red", "Size": {"Width": 5}}, {"Color": "red", "Width": 5.0}),
        ('{"Color": "red"}', {"Color": "red"}),
        ([("a", "1"), ("b", "2")], {"a": "1", "b": "2"}),
        ([{"name": "a"}, {"name": "b"}], {"x": ["a", "b"]}),
        ("NaN", {}),
        (None, {}),
    ],
)
def test_values_keep_their_type(value: object, found: dict[str, Any]) -> None:
    assert added(value) == (found, [])


@pytest.mark.parametrize("value", [b"\x00", float("inf"), [{"at": 1}]])
def test_what_is_none_of_these_is_told(value: object) -> None:
    assert added(value) == ({}, ["x is no text, number or list of texts; left out"])


def test_what_is_too_long_is_cut_and_told() -> None:
    found, told = added("t" * 10_001)
    assert (len(found["x"]), told) == (10_000, ["x is over 10,000 characters; cut"])
    found, told = added([str(n) for n in range(1_001)])
    assert (len(found["x"]), told) == (1_000, ["x has over 1,000 entries; the first are used"])
    found, told = added("v", "n" * 513)
    assert (list(found), told) == (["n" * 512], ["x is over 512 characters; cut"])


def test_too_many_are_told_once() -> None:
    found, told = added({str(n): "v" for n in range(250)})
    assert (len(found), told) == (200, ["attributes are over 200; the first are used"])


def test_an_object_of_attributes_must_be_one() -> None:
    problems: list[Problem] = []
    Attributes(problems).spread("red", ROLE)
    assert [problem.kind for problem in problems] == [
        "x is not an object of names and values; left out"
    ]
