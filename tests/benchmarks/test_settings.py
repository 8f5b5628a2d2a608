"""The page of settings says what the settings are, and one that is not documented is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from benchmarks.settings import PAGE, SECTION, Setting, page, sections_of
from service.config import Settings


@dataclass(frozen=True, slots=True)
class Shape:
    """How large it is."""

    width: int = 3
    """In columns, of
    100 pixels."""
    bare: float = 0.5


class Colour(BaseModel):
    """How it looks."""

    name: Literal["red", "blue"] = "red"
    """What it is called."""
    amount: float = Field(gt=0.0, le=2.5)
    """How much of it."""


class Tree(BaseModel):
    """All."""

    folder: Path | None = None
    """Where."""
    key: SecretStr = SecretStr("x")
    """Which."""
    sizes: Mapping[str, int] = Field(default_factory=dict)
    """By name."""
    colour: Colour = Field(default_factory=lambda: Colour(amount=1))
    """Its colour."""
    shape: Shape = Field(default_factory=Shape)
    """Its shape."""


def test_a_tree_is_read_section_by_section() -> None:
    top, colour, shape = sections_of(Tree, meaning="Above.")
    assert [(s.name, s.meaning) for s in (top, colour, shape)] == [
        ("", "Above."),
        ("colour", "How it looks."),
        ("shape", "How large it is."),
    ]
    assert [(s.name, s.kind) for s in top.settings] == [
        ("folder", "path"),
        ("key", "secret"),
        ("sizes", "table"),
    ]
    assert colour.settings[0] == Setting("name", "`red`, `blue`", "red", "", "What it is called.")
    assert (colour.settings[1].kind, colour.settings[1].bounds) == ("number", "above 0 to 2.5")
    assert shape.settings == (
        Setting("width", "whole number", 3, "", "In columns, of\n100 pixels."),
        Setting("bare", "number", 0.5, "", ""),
    )


def test_every_setting_says_what_it_does_those_of_the_ranker_too() -> None:
    silent = [
        f"{section.name}.{setting.name}"
        for section in sections_of(Settings)
        for setting in section.settings
        if not setting.meaning
    ]
    assert silent == []


def test_sections_that_a_field_holds_several_of_are_shown_as_toml_writes_them() -> None:
    names = [section.name for section in sections_of(Settings)]
    assert len(set(names)) == len(names)
    assert {"", "server", "ranker", "explain.openai", "events.kinds.<name>", "[rules]"} <= set(
        names
    )


def test_the_page_in_docs_is_the_tree_of_today() -> None:
    """After a change of a setting: python -m benchmarks.settings --write."""
    written = PAGE.read_text(encoding="utf-8")
    assert f"<!-- {SECTION}:begin -->\n{page()}\n<!-- {SECTION}:end -->" in written
