from __future__ import annotations

from indexer.catalog.item import Item
from service.wishes.lexicon.numbers import TITLE_YEAR, Numbers


def test_numbers_are_read_from_fields_attributes_and_titles() -> None:
    rows = [
        (
            0,
            Item("a", title="Alien (1979)", price=9.5, attributes={"runtime": "117", "stars": 4.0}),
        ),
        (
            4,
            Item(
                "b", title="Brazil", created_at=5.0, attributes={"runtime": "142", "dubbed": True}
            ),
        ),
    ]
    columns = Numbers.of(rows).columns
    assert columns[TITLE_YEAR].items.tolist() == [0]
    assert columns[TITLE_YEAR].numbers.tolist() == [1979]
    assert columns["attributes.runtime"].numbers.tolist() == [117, 142]
    assert set(columns) == {
        TITLE_YEAR,
        "price",
        "created_at",
        "attributes.runtime",
        "attributes.stars",
    }


def test_an_attribute_that_is_mostly_text_is_no_number() -> None:
    texts = ["7", "red", "blue"]
    rows = [(i, Item(str(i), attributes={"code": text})) for i, text in enumerate(texts)]
    assert Numbers.of(rows).columns == {}
