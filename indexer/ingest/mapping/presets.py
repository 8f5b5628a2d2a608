"""Presets: the maps of well-known exports, and how these are told by their columns.

Each is a file in presets/ beside this: a map, with a title and the columns that it is recognized by.
Knows no values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from indexer.ingest.mapping.mapping import ColumnMap, column_key


@dataclass(frozen=True, slots=True)
class Preset:
    """The map of one export."""

    name: str
    title: str
    """What it is, for people."""
    recognized_by: frozenset[str]
    """Keys of columns that all must be there."""
    mapping: ColumnMap


@cache
def presets() -> dict[str, Preset]:
    """By name."""
    folder = files("indexer.ingest.mapping").joinpath("presets")
    found = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda o: o.name
    )
    return {one.name[:-5]: _read(one.name[:-5], one.read_text("utf-8")) for one in found}


def recognized(columns: Iterable[str]) -> Preset | None:
    """The preset whose columns are all there, of several the one with the most; None where it is none
    of them."""
    keys = {column_key(column) for column in columns}
    matching = [preset for preset in presets().values() if preset.recognized_by <= keys]
    return max(matching, key=lambda preset: len(preset.recognized_by), default=None)


def _read(name: str, text: str) -> Preset:
    content = tomllib.loads(text)
    title, columns = content.pop("title"), content.pop("recognized_by")
    mapping = ColumnMap.of(content, f"preset {name}")
    return Preset(name, title, frozenset(map(column_key, columns)), mapping)
