from __future__ import annotations

import pytest

from service.wishes.clause import Quantity
from service.wishes.languages.en.measures import measure_at, says_how_much
from service.wishes.languages.en.tokens import tokenised


@pytest.mark.parametrize(
    ("text", "amount", "quantity"),
    [
        ("$50", 50, Quantity.PRICE),
        ("US$50", 50, Quantity.PRICE),
        ("50€", 50, Quantity.PRICE),
        ("fifty bucks", 50, Quantity.PRICE),
        ("90 min", 90, Quantity.MINUTES),
        ("2h", 120, Quantity.MINUTES),
        ("2h30", 150, Quantity.MINUTES),
        ("1h 30m", 90, Quantity.MINUTES),
        ("two hours 15 minutes", 135, Quantity.MINUTES),
        ("an hour and a half", 90, Quantity.MINUTES),
        ("two and a half hours", 150, Quantity.MINUTES),
        ("half an hour", 30, Quantity.MINUTES),
        ("two-hour", 120, Quantity.MINUTES),
        ("300 pages", 300, Quantity.NAMED),
        ("1980", 1980, Quantity.UNNAMED),
    ],
)
def test_a_measure_is_read_to_its_end(text: str, amount: float, quantity: Quantity) -> None:
    source = tokenised(text)
    measure = measure_at(source, 0)
    assert measure is not None
    assert (measure.low, measure.high, measure.quantity) == (amount, amount, quantity)
    assert measure.end == len(source.tokens)


def test_a_count_of_things_says_nothing_without_a_bound() -> None:
    counts = {"7 monkeys": False, "4 stars": True, "50": False, "90 minutes": True, "1980": False}
    for text, says in counts.items():
        measure = measure_at(tokenised(text), 0)
        assert measure is not None
        assert says_how_much(measure) is says
