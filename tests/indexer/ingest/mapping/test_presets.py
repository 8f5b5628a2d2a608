"""Presets: each is recognized by the header line of its export, and by no other."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from benchmarks.exports import HEADERS
from indexer.ingest.mapping.mapping import REQUIRED, column_key
from indexer.ingest.mapping.presets import presets, recognized

LINES: dict[str, Any] = json.loads(HEADERS.read_text("utf-8"))


def columns(name: str) -> list[str]:
    line = LINES[name]
    return (
        line
        if isinstance(line, list)
        else next(csv.reader([line], delimiter="\t" if "\t" in line else ","))
    )


@pytest.mark.parametrize("name", LINES)
def test_an_export_is_recognized_by_its_header(name: str) -> None:
    found = recognized(columns(name))
    assert found is not None
    assert found.name == name.partition(".")[0]


@pytest.mark.parametrize("name", presets())
def test_every_preset_finds_its_ids(name: str) -> None:
    preset = presets()[name]
    assert set(REQUIRED[preset.mapping.kind]) <= set(preset.mapping.fields)
    assert preset.recognized_by


@pytest.mark.parametrize("name", LINES)
def test_what_a_preset_takes_for_a_field_is_in_the_export(name: str) -> None:
    """At least one column of each field that must be there."""
    preset = recognized(columns(name))
    assert preset is not None
    there = {column_key(column) for column in columns(name)}
    for field in REQUIRED[preset.mapping.kind]:
        assert any(column_key(column) in there for column in preset.mapping.fields[field])


def test_what_a_shop_paid_is_not_taken_in() -> None:
    assert "Cost per item" in presets()["shopify"].mapping.left_out


def test_other_columns_are_not_recognized() -> None:
    assert recognized(["id", "name", "price"]) is None
