"""Maps: written, read back, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import CatalogError
from indexer.ingest.mapping.mapping import KINDS, ColumnMap, column_key, fields_of
from indexer.ingest.mapping.presets import presets

FULL = ColumnMap(
    "items",
    fields={"item_id": ("SKU",), "categories": ("Type", "Tags"), "image": ("Image Src",)},
    constants={"domain": "shop"},
    attributes={'odd "name"\n': "brand"},
    left_out=frozenset({"Cost"}),
    others=False,
    pairs=(("Option1 Name", "Option1 Value"),),
    separators={"Tags": (",", ">")},
    absent=frozenset({"n/k"}),
    decimal=",",
    dates="day first",
    join=True,
    parent="Parent",
    named_by=("ID",),
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    for mapping in (
        FULL,
        *(ColumnMap.own(kind) for kind in KINDS),
        *(p.mapping for p in presets().values()),
    ):
        path = tmp_path / "m.toml"
        path.write_text(mapping.to_toml(["A heading", "of two lines"]), "utf-8")
        assert ColumnMap.read(path) == mapping
        assert path.read_text().startswith("# A heading\n# of two lines\nkind = ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind = 'shop'", "kind is 'shop'"),
        ("kind = 'items'\nfield = 1", "the map has 'field' in the map; known are"),
        ("kind = 'items'\n[fields]\nname = 'x'", r"\[fields\] has 'name'"),
        ("kind = 'items'\n[fields]\ntitle = 3", "'title' is 3"),
        ("kind = 'items'\nfields = 3", "'fields' is no table"),
        ("kind = 'items'\n[reading]\ndates = 'sometimes'", "dates is 'sometimes'"),
        ("kind = 'items'\n[[pairs]]\nname = 'x'", "a pair has no 'value'"),
        ("kind = ", "it is no map"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(CatalogError, match=says):
        ColumnMap.read(path)


def test_a_map_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="the map cannot be read"):
        ColumnMap.read(tmp_path / "gone.toml")


def test_our_own_columns_are_named_as_our_fields() -> None:
    own = ColumnMap.own("items")
    assert own.fields["title"] == ("title",)
    assert own.fields["image"] == ("image", "images")
    assert "hidden" not in own.fields
    assert set(own.fields) < set(fields_of("items"))


def test_fields_without_their_column_are_left_away() -> None:
    mapping = ColumnMap("items", {"item_id": ("SKU",), "price": ("variants.price", "Price")})
    assert mapping.only(["sku", "variants"]).fields == {
        "item_id": ("SKU",),
        "price": ("variants.price",),
    }


def test_case_spaces_and_underscores_do_not_matter() -> None:
    assert len({column_key(name) for name in ("Image Src", "image_src", "IMAGE-SRC")}) == 1
