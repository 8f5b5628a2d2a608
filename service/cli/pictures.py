"""Where the pictures and sounds of items are, as lines that a terminal or a person can open.

A picture on the web is its address; one in a catalogue's folder, or kept by us, its path, or from a
server, which has another disk, the part in that folder. Knows no command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli import output

if TYPE_CHECKING:
    from indexer.catalog.item import Item

KEPT = "kept:"


def show(items: Iterable[tuple[object, Item]]) -> None:
    """A line for each picture and sound of items, after what stands for the item."""
    for label, item in items:
        for name in places(item):
            output.line(f"  {label}  {name}")


def places(item: Item) -> Iterator[str]:
    """Addresses and paths of what an item has beside its text; none of what was sent as bytes."""
    for names in item.media.values():
        for name in names:
            if not name.startswith((KEPT, "data:")):
                yield _harmless(str(Path(name)) if name.startswith("/") else name)


def _harmless(name: str) -> str:
    """Without what would drive a terminal: the names are the catalogue's."""
    return "".join(character if character.isprintable() else "?" for character in name)
