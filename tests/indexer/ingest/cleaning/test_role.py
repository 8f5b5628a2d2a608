"""What columns are for."""

from __future__ import annotations

from indexer.ingest.cleaning.role import NOTHING, Roles
from indexer.ingest.mapping.mapping import ColumnMap

MAP = ColumnMap(
    "items",
    fields={"item_id": ("SKU",), "price": ("variants.price", "Price"), "attributes": ("details",)},
    attributes={"Vendor": "brand"},
    left_out=frozenset({"Cost", "Price"}),
    pairs=(("Option1 Name", "Option1 Value"),),
    separators={"Vendor": (",",)},
    parent="Parent",
)


def test_columns_have_the_role_that_the_map_gives() -> None:
    roles = Roles(MAP)
    uses = {
        name: (roles.of(name).use, roles.of(name).name)
        for name in (
            "SKU",
            "Price",
            "details",
            "Vendor",
            "Cost",
            "Option1 Value",
            "Parent",
            "Colour",
        )
    }
    assert uses == {
        "SKU": ("field", "item_id"),
        "Price": ("field", "price"),  # the first that names it counts
        "details": ("spread", "attributes"),
        "Vendor": ("attribute", "brand"),
        "Cost": ("nothing", ""),
        "Option1 Value": ("pair value", ""),
        "Parent": ("nothing", ""),
        "Colour": ("attribute", "Colour"),
    }
    assert roles.of("Vendor").separators == (",",)


def test_names_are_compared_without_case_and_spaces() -> None:
    assert Roles(MAP).of("sku").name == "item_id"
    assert Roles(MAP).of("OPTION1_VALUE").use == "pair value"


def test_a_column_of_objects_has_the_roles_of_its_paths() -> None:
    role = Roles(MAP).of("variants")
    assert role.use == "objects"
    assert role.paths is not None
    assert role.paths[("price",)].name == "price"


def test_what_is_named_nowhere_is_left_out_where_the_map_says_so() -> None:
    assert Roles(ColumnMap("items", others=False)).of("Colour") == NOTHING
    assert Roles(ColumnMap("events")).of("Colour") == NOTHING
    assert Roles(MAP).of("Unnamed: 0") == NOTHING


def test_a_label_says_the_column_where_its_name_is_another() -> None:
    assert Roles(MAP).of("SKU").label == "item_id (SKU)"
    assert Roles(MAP).of("Price").label == "price"
