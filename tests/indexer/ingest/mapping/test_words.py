"""What columns are called."""

from __future__ import annotations

import pytest

from indexer.ingest.mapping.mapping import KINDS, fields_of
from indexer.ingest.mapping.words import field_words, is_unlike, name_score, neutral, tokens


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Image Src 2", ("image", "src")),
        ("productName", ("product", "name")),
        ("SKU", ("sku",)),
        ("userID", ("user", "id")),
        ("Référence_produit", ("reference", "produit")),
        ("Body (HTML)", ("body", "html")),
        ("image1", ("image",)),
        ("商品名称", ("商品名称",)),
        ("カテゴリ", ("カテゴリ",)),
        ("12", ()),
    ],
)
def test_a_name_is_its_words(name: str, words: tuple[str, ...]) -> None:
    assert tokens(name) == words


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Product Name", "title"),
        ("title", "title"),
        ("Artikelbezeichnung", "title"),
        ("nombre_producto", "title"),
        ("商品名称", "title"),
        ("body_html", "description"),
        ("Produktbeschreibung", "description"),
        ("Variant Price", "price"),
        ("Verkaufspreis", "price"),
        ("precio", "price"),
        ("価格", "price"),
        ("image_url", "image"),
        ("URL de la imagen", "image"),
        ("published_at", "created_at"),
        ("Erstellt am", "created_at"),
        ("tags", "categories"),
        ("Kategorie", "categories"),
        ("product_id", "item_id"),
        ("Artikelnummer", "item_id"),
        ("SKU", "item_id"),
    ],
)
def test_a_column_says_most_for_its_own_field(column: str, field: str) -> None:
    scores = {name: name_score(column, "items", name) for name in field_words()["items"]}
    assert scores[field] >= 0.6
    assert scores[field] == max(scores.values())


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("SEO Title", "title"),
        ("Cost per item", "price"),
        ("compare_at_price", "price"),
        ("updated_at", "created_at"),
        ("image_alt_text", "image"),
        ("category_id", "item_id"),
        ("brand_name", "title"),
        ("shipping_price", "price"),
    ],
)
def test_a_word_beside_it_may_say_that_it_is_something_else(column: str, field: str) -> None:
    assert name_score(column, "items", field) == 0.0
    assert is_unlike(column, "items", field)


def test_every_field_has_words_and_no_other_has() -> None:
    # A consent is never guessed: a column of yes and no may be about anything.
    special = {"domain", "attributes", "audio", "consent"}
    for kind in KINDS:
        assert set(field_words()[kind]) <= {*fields_of(kind), "audio"}
        assert set(fields_of(kind)) - set(field_words()[kind]) <= special
    assert "product" in neutral()
