"""Guesses, on header lines of systems that there is no preset for, in several languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from indexer.errors import CatalogError
from indexer.ingest.mapping.guess import Guess, guess
from indexer.ingest.sources.source import Row

N = 60
DAYS = [f"2024-0{1 + n % 9}-{1 + n % 28:02}" for n in range(N)]


def rows(columns: Mapping[str, Sequence[Any]]) -> list[Row]:
    return [
        Row(n + 1, {name: values[n % len(values)] for name, values in columns.items()})
        for n in range(N)
    ]


def numbered(form: str) -> list[str]:
    return [form.format(n) for n in range(N)]


TITLES = numbered("Soft red shirt {}")
LONG = numbered("A shirt that is soft and warm and red, made with care, number {}")

ITEMS: dict[str, tuple[dict[str, Sequence[Any]], dict[str, tuple[str, ...]]]] = {
    "as in the issue": (
        {
            "SKU": numbered("A-{}"),
            "Product Name": TITLES,
            "Image Src": numbered("https://x/{}.jpg"),
            "Variant Price": ["$49.90", "$5.00"],
            "tags": ["red, soft", "blue, soft"],
            "published_at": DAYS,
            "body_html": [f"<p>{text}</p>" for text in LONG],
            "brand": ["Acme", "Nord"],
        },
        {
            "item_id": ("SKU",),
            "title": ("Product Name",),
            "image": ("Image Src",),
            "price": ("Variant Price",),
            "categories": ("tags",),
            "created_at": ("published_at",),
            "description": ("body_html",),
        },
    ),
    "Magento": (
        {
            "sku": numbered("M{}"),
            "attribute_set_code": ["Default"],
            "product_type": ["simple", "configurable"],
            "categories": ["Default Category/Men", "Default Category/Women"],
            "name": TITLES,
            "description": LONG,
            "price": ["49.90", "12.00"],
            "special_price": ["39.90", ""],
            "url_key": numbered("soft-shirt-{}"),
            "base_image": numbered("/s/h/{}.jpg"),
            "created_at": ["1/15/24, 3:00 PM", "4/2/24, 1:00 AM"],
            "updated_at": ["2/15/24, 3:00 PM"],
            "is_in_stock": ["1", "0"],
        },
        {
            "item_id": ("sku",),
            "title": ("name",),
            "image": ("base_image",),
            "price": ("special_price", "price"),
            "created_at": ("created_at",),
            "available": ("is_in_stock",),
        },
    ),
    "German": (
        {
            "Artikelnummer": numbered("{}-D"),
            "Bezeichnung": TITLES,
            "Langtext": LONG,
            "VK brutto": ["49,90", "1.234,00"],
            "Warengruppe": ["Hemden", "Hosen"],
            "Bild": numbered("hemd{}.jpg"),
            "Erstellt am": ["15.01.2024", "02.03.2024"],
            "Lagerbestand": ["0", "17"],
        },
        {
            "item_id": ("Artikelnummer",),
            "title": ("Bezeichnung",),
            "description": ("Langtext",),
            "price": ("VK brutto",),
            "categories": ("Warengruppe",),
            "image": ("Bild",),
            "created_at": ("Erstellt am",),
            "available": ("Lagerbestand",),
        },
    ),
    "French": (
        {
            "Référence": numbered("F{}"),
            "Désignation": TITLES,
            "Descriptif": LONG,
            "Prix TTC": ["49,90 €"],
            "Catégorie": ["Chemises", "Robes"],
            "Photo": numbered("https://x/{}.png"),
        },
        {
            "item_id": ("Référence",),
            "title": ("Désignation",),
            "description": ("Descriptif",),
            "price": ("Prix TTC",),
            "categories": ("Catégorie",),
            "image": ("Photo",),
        },
    ),
    "Chinese": (
        {
            "商品编号": numbered("{}"),
            "商品名称": numbered("红色棉质衬衫{}"),
            "售价": ["49.90", "12"],
            "分类": ["衬衫", "裙子"],
            "图片链接": numbered("https://x/{}.jpg"),
            "上架时间": DAYS,
        },
        {
            "item_id": ("商品编号",),
            "title": ("商品名称",),
            "price": ("售价",),
            "categories": ("分类",),
            "image": ("图片链接",),
            "created_at": ("上架时间",),
        },
    ),
    "a film database": (
        {
            "id": numbered("{}"),
            "original_language": ["en", "fr"],
            "title": TITLES,
            "overview": LONG,
            "genres": [[{"id": 1, "name": "Drama"}], [{"id": 2, "name": "Comedy"}]],
            "release_date": DAYS,
            "poster_path": numbered("/p{}.jpg"),
            "vote_average": ["7.1", "3.2"],
        },
        {
            "item_id": ("id",),
            "title": ("title",),
            "description": ("overview",),
            "categories": ("genres",),
            "created_at": ("release_date",),
            "image": ("poster_path",),
        },
    ),
    "a shop's API": (
        {
            "id": [7_000 + n for n in range(N)],
            "title": TITLES,
            "body_html": [f"<p>{text}</p>" for text in LONG],
            "variants": [[{"id": 1, "price": "12.00"}, {"id": 2, "price": "13.00"}]],
            "images": [[{"src": "https://x/1.jpg"}]],
            "created_at": ["2024-01-01T00:00:00-05:00"],
        },
        {
            "item_id": ("id",),
            "title": ("title",),
            "description": ("body_html",),
            "price": ("variants.price",),
            "image": ("images",),
            "created_at": ("created_at",),
        },
    ),
    "prices of which some are always 0": (
        {
            "Product ID": numbered("{}"),
            "Product Name": TITLES,
            "Price": ["10.99", "N/A"],
            "Retail Price": ["0.00"],
            "Sale Price": ["0.00", "9.99"],
        },
        {"item_id": ("Product ID",), "price": ("Sale Price", "Price")},
    ),
    "an answer of GraphQL": (
        {
            "node": [
                {
                    "id": f"gid://shop/Product/{n}",
                    "title": title,
                    "priceRange": {"minVariantPrice": {"amount": "5.0"}},
                }
                for n, title in enumerate(TITLES)
            ]
        },
        {
            "item_id": ("node.id",),
            "title": ("node.title",),
        },
    ),
    "names that say nothing": (
        {"column 1": numbered("{}"), "column 2": TITLES, "column 3": ["Comedy|Drama", "Crime"]},
        {"item_id": ("column 1",), "title": ("column 2",)},
    ),
}


def found(kind: Any, columns: Mapping[str, Sequence[Any]]) -> Guess:
    return guess(kind, rows(columns), "shop.csv")


@pytest.mark.parametrize("name", ITEMS)
def test_columns_of_items_are_found(name: str) -> None:
    columns, expected = ITEMS[name]
    fields = found("items", columns).mapping.fields
    assert {field: fields.get(field) for field in expected} == expected


EVENTS: dict[str, tuple[dict[str, Sequence[Any]], dict[str, tuple[str, ...]], dict[str, str]]] = {
    "clicks": (
        {
            "timestamp": [1_433_221_332_117 + n for n in range(N)],
            "visitorid": [n % 7 for n in range(N)],
            "event": ["view", "addtocart"],
            "itemid": [n % 13 for n in range(N)],
            "transactionid": [""],
        },
        {
            "user_id": ("visitorid",),
            "item_id": ("itemid",),
            "event_type": ("event",),
            "timestamp": ("timestamp",),
        },
        {},
    ),
    "orders": (
        {
            "InvoiceNo": [536_365 + n // 3 for n in range(N)],
            "StockCode": [f"85{n % 9}A" for n in range(N)],
            "Description": ["a mug"],
            "Quantity": ["6", "1"],
            "InvoiceDate": ["12/1/2010 8:26", "12/13/2010 9:00"],
            "CustomerID": [17_850 + n % 5 for n in range(N)],
        },
        {"user_id": ("CustomerID",), "item_id": ("StockCode",), "timestamp": ("InvoiceDate",)},
        {"event_type": "purchase"},
    ),
    "German ratings": (
        {
            "Kundennummer": [n % 9 for n in range(N)],
            "Artikelnummer": [f"A{n % 11}" for n in range(N)],
            "Bewertung": ["5", "3"],
            "Datum": ["15.01.2024"],
        },
        {
            "user_id": ("Kundennummer",),
            "item_id": ("Artikelnummer",),
            "value": ("Bewertung",),
            "timestamp": ("Datum",),
        },
        {"event_type": "rating"},
    ),
    "names that say nothing": (
        {
            "column 1": [n % 9 for n in range(N)],
            "column 2": [n % 11 for n in range(N)],
            "column 3": [881_250_949 + 60 * n for n in range(N)],
        },
        {"user_id": ("column 1",), "item_id": ("column 2",), "timestamp": ("column 3",)},
        {"event_type": "view"},
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_columns_of_events_are_found_and_what_was_done(name: str) -> None:
    columns, expected, constants = EVENTS[name]
    mapping = found("events", columns).mapping
    assert {field: mapping.fields.get(field) for field in expected} == expected
    assert mapping.constants == constants


def test_people_are_found() -> None:
    columns = {"Customer ID": numbered("{}"), "Interests": ["soft shirts"], "Age": ["30"]}
    mapping = found("users", columns).mapping
    assert mapping.fields == {"user_id": ("Customer ID",), "taste": ("Interests",)}
    assert mapping.others


def test_ids_are_a_column_that_every_row_has() -> None:
    """What a third of the rows lack would lose them."""
    columns = {"sku": ["a", "", "b"], "handle": numbered("h{}"), "title": TITLES}
    assert found("items", columns).mapping.fields["item_id"] == ("handle",)


def test_ids_that_repeat_row_by_row_are_those_of_items_in_several_rows() -> None:
    handles = [f"h{n // 2}" for n in range(N)]
    mapping = found("items", {"handle": handles, "title": TITLES, "size": ["S", "M"]}).mapping
    assert (mapping.fields["item_id"], mapping.join) == (("handle",), True)
    assert not found("items", {"handle": numbered("h{}"), "title": TITLES}).mapping.join


def test_the_title_is_the_id_where_there_is_no_other() -> None:
    guessed = found("items", {"TITLE": TITLES, "PRICE": ["5"], "SKU": [""]})
    assert guessed.mapping.fields["item_id"] == guessed.mapping.fields["title"] == ("TITLE",)
    assert "no column is an id of its own: items are known by their titles" in guessed.remarks


def test_how_values_are_written_is_part_of_the_map() -> None:
    guessed = found("items", ITEMS["German"][0])
    assert (guessed.mapping.decimal, guessed.mapping.dates) == (",", "day first")
    tags = {"id": numbered("{}"), "tags": ["red, soft", "blue, soft"]}
    assert found("items", tags).mapping.separators == {"tags": (",",)}


def test_dates_that_could_be_either_are_said() -> None:
    columns = {"id": numbered("{}"), "created": ["03/04/2025", "05/06/2025"]}
    (remark,) = [one for one in found("items", columns).remarks if "03/04/2025" in one]
    assert "month/day/year" in remark


def test_without_ids_there_is_no_guess() -> None:
    with pytest.raises(CatalogError, match="no column looks like item_id"):
        found("items", {"colour": ["red", "blue"], "size": ["S", "M"]})


def test_what_is_of_another_kind_is_told_with_its_command() -> None:
    columns = {"userId": [1], "movieId": [2], "rating": [3], "timestamp": [4]}
    with pytest.raises(
        CatalogError, match="it holds ratings of MovieLens, not items; use `palate events`"
    ):
        found("items", columns)


def test_it_is_shown_with_three_values_of_each_column() -> None:
    lines = found("items", ITEMS["as in the issue"][0]).lines()
    assert ("item_id", "SKU", "A-0 · A-1 · A-2") in lines
    assert ("attribute", "brand", "Acme · Nord") in lines


def test_columns_that_say_yes_or_no_are_truth_values() -> None:
    columns = {"sku": numbered("A-{}"), "name": TITLES, "organic": ["0", "1"], "stars": ["1", "2"]}
    guessed = guess("items", rows(columns), "f")
    assert guessed.mapping.truths == {"organic"}
    assert ("attribute, yes or no", "organic", "0 · 1") in guessed.lines()


@pytest.mark.parametrize("column", ["refresh rate", "Bit Rate", "balance amount"])
def test_rates_of_other_things_and_what_may_be_negative_are_no_prices(column: str) -> None:
    columns = {"sku": numbered("A-{}"), "name": TITLES, column: ["60", "-1", "144"]}
    assert "price" not in guess("items", rows(columns), "f").mapping.fields


def test_codes_of_0_and_1_are_numbers() -> None:
    columns = {"sku": numbered("A-{}"), "name": TITLES, "gender": ["0", "1"], "kind": ["no", "yes"]}
    assert guess("items", rows(columns), "f").mapping.truths == {"kind"}


def test_a_title_as_people_read_it_comes_before_one_as_addresses_have_it() -> None:
    columns = {"id": range(N), "name": numbered("red_shirt_{}"), "displayName": TITLES}
    assert guess("items", rows(columns), "f").mapping.fields["title"] == ("displayName",)


def test_without_ids_what_looks_like_a_title_is_one() -> None:
    columns = {"breed": numbered("Cat of kind {}"), "origin": ["Peru", "Chad", "Fiji"]}
    fields = guess("items", rows(columns), "f").mapping.fields
    assert fields["item_id"] == fields["title"] == ("breed",)


def test_a_title_is_what_nearly_every_row_has() -> None:
    """Of objects a name that one row has is none, and what lies in one called "name" is."""
    found = guess(
        "items",
        [
            Row(
                n + 1,
                {
                    "code": f"C{n:03}",
                    "name": {"common": f"Land {n}", "official": f"The Land of {n}"},
                    "currencies": {f"M{n}": {"name": f"Mark {n}"}},
                },
            )
            for n in range(N)
        ],
        "f",
    )
    assert found.mapping.fields["title"] == ("name.common",)
