from __future__ import annotations

from service.wishes.clause import Limit, Quantity
from service.wishes.languages.bounds import Interval, Side, interval_of, inverted


def test_bounds_of_a_decade_lie_outside_of_it() -> None:
    assert interval_of(Side.BELOW, 1970, 1979, True) == Interval(high=1970, strict=True)
    assert interval_of(Side.ABOVE, 1970, 1979, True) == Interval(low=1979, strict=True)
    assert interval_of(Side.AT_MOST, 1970, 1979, True) == Interval(high=1979)
    assert interval_of(Side.AT_LEAST, 1970, 1979, True) == Interval(low=1970)


def test_around_is_a_fifth_of_an_amount_and_three_years() -> None:
    assert interval_of(Side.AROUND, 50, 50, False) == Interval(50 * 0.8, 50 * 1.2)
    assert interval_of(Side.AROUND, 1980, 1980, True) == Interval(1977, 1983)


def test_a_denied_limit_is_the_rest() -> None:
    limit = Limit("over 50", Quantity.UNNAMED, low=50, strict=True)
    assert inverted(limit) == Limit("over 50", Quantity.UNNAMED, high=50)
    cheaper = Limit("cheaper", Quantity.PRICE, direction=-1)
    assert inverted(cheaper) == Limit("cheaper", Quantity.PRICE, direction=1)


def test_what_is_left_of_an_interval_in_the_middle_is_no_limit() -> None:
    assert inverted(Limit("the 80s", Quantity.YEAR, 1980, 1989)) is None
