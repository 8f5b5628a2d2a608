from __future__ import annotations

import pytest

from service.wishes.clause import Quantity
from service.wishes.languages.zh.measures import measure_at


@pytest.mark.parametrize(
    ("text", "low", "high", "quantity"),
    [
        ("五十元", 50, 50, Quantity.PRICE),
        ("50块钱", 50, 50, Quantity.PRICE),
        ("¥50", 50, 50, Quantity.PRICE),
        ("20欧元", 20, 20, Quantity.PRICE),
        ("两小时", 120, 120, Quantity.MINUTES),
        ("两个半小时", 150, 150, Quantity.MINUTES),
        ("半小时", 30, 30, Quantity.MINUTES),
        ("1小时30分钟", 90, 90, Quantity.MINUTES),
        ("90分钟", 90, 90, Quantity.MINUTES),
        ("七十年代", 1970, 1979, Quantity.YEAR),
        ("1990年代", 1990, 1999, Quantity.YEAR),
        ("80年代初", 1980, 1983, Quantity.YEAR),
        ("上世纪90年代", 1990, 1999, Quantity.YEAR),
        ("一九八四年", 1984, 1984, Quantity.YEAR),
        ("300页", 300, 300, Quantity.NAMED),
    ],
)
def test_a_measure_is_read_to_its_end(
    text: str, low: float, high: float, quantity: Quantity
) -> None:
    measure = measure_at(text, 0)
    assert measure is not None
    assert (measure.low, measure.high, measure.quantity) == (low, high, quantity)
    assert measure.end == len(text)


def test_childhood_is_no_duration() -> None:
    assert measure_at("小时候", 0) is None
