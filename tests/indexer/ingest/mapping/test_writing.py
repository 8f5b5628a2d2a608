"""How values are written."""

from __future__ import annotations

import pytest

from indexer.ingest.mapping.column import Column
from indexer.ingest.mapping.writing import date_order, decimal_of, separators_of


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["49,90 EUR", "1.234"], ","),
        (["1.234,56"], ","),
        (["49.90", "1,234.56"], ""),
        (["5", "1,234"], ""),
        ([], ""),
    ],
)
def test_the_decimal_mark_is_that_of_the_column(texts: list[str], decimal: str) -> None:
    assert decimal_of(texts) == decimal


def test_one_date_that_can_be_read_one_way_decides() -> None:
    assert date_order(["03/04/2025", "13/04/2025"]) == ("day first", "")
    assert date_order(["03/04/2025", "04/13/2025"]) == ("month first", "")
    assert date_order(["03.04.2025"]) == ("day first", "")
    assert date_order(["2025-04-03", "soon"]) == ("", "")


def test_where_none_decides_it_is_said() -> None:
    order, remark = date_order(["03/04/2025"])
    assert order == "month first"
    assert "'03/04/2025' is read as month/day/year" in remark
    assert 'dates = "day first"' in remark


@pytest.mark.parametrize(
    ("values", "separators"),
    [
        (["a|b", "c|a"], ("|",)),
        (["Home > Garden", "Home > Kitchen"], (">",)),
        (["Clothing > Tops, Sale", "Clothing > Shoes, Sale"] * 10, (">", ",")),
        (["red, blue", "red", "blue, green"] * 10, (",",)),
        ([f"A soft thing number {n}, made of wool {n}, and more {n}" for n in range(30)], ()),
        (["Shirt", "Dress"], ()),
        (["['a', 'b']"], ()),
    ],
)
def test_what_separates_labels_is_found(values: list[str], separators: tuple[str, ...]) -> None:
    assert separators_of(Column("c", len(values), list(values))) == separators
