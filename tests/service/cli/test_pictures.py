"""Where pictures and sounds are, as lines."""

from __future__ import annotations

import pytest

from indexer.catalog.item import Item
from service.cli.pictures import places, show

ITEM = Item(
    item_id="a",
    media={
        "image": ("/shop/./posters/a b.jpg", "https://x.example/a.png", "kept:00", "data:,x"),
        "audio": ("b.ogg",),
    },
)


def test_paths_and_addresses_are_told_and_what_came_as_bytes_is_not() -> None:
    assert list(places(ITEM)) == ["/shop/posters/a b.jpg", "https://x.example/a.png", "b.ogg"]
    assert list(places(Item(item_id="a"))) == []


def test_names_of_others_are_harmless() -> None:
    wild = Item(item_id="a", media={"image": ("a\x1b[2J\nb.jpg",)})
    assert list(places(wild)) == ["a?[2J?b.jpg"]


def test_each_stands_on_a_line_of_its_own_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    show([(1, ITEM), (2, Item(item_id="b"))])
    assert capsys.readouterr().out.splitlines() == [
        "  1  /shop/posters/a b.jpg",
        "  1  https://x.example/a.png",
        "  1  b.ogg",
    ]
