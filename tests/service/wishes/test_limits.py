from __future__ import annotations

import numpy as np
import pytest

from indexer.catalog.filter import parse_filter
from indexer.catalog.item import Item
from service.wishes.clause import Limit, Quantity
from service.wishes.lexicon.lexicon import Lexicon, Segment
from service.wishes.limits import NoSuchNumber, filter_name, named_by_word_before, part_of

NOBODY = np.zeros(0, np.int64)


def lexicon(*items: Item) -> Lexicon:
    return Lexicon([Segment.of(list(enumerate(items)))], len(items))


FILMS = lexicon(
    *[
        Item(
            str(i),
            title=f"Film ({1970 + i})",
            price=10.0 * i,
            attributes={"running time": 60 + i, "pages": str(100 + i), "release_year": 1970 + i},
        )
        for i in range(8)
    ]
)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (Limit("under 50", Quantity.UNNAMED, high=50, strict=True), "price < 50"),
        (Limit("20 to 30 euros", Quantity.PRICE, 20, 30), "price >= 20 AND price <= 30"),
        (
            Limit("after 1975", Quantity.YEAR, low=1975, strict=True),
            "attributes.release_year > 1975",
        ),
        (
            Limit("under 100 pages", Quantity.NAMED, high=100, noun="pages"),
            "attributes.pages <= 100",
        ),
        (Limit("in stock", Quantity.AVAILABILITY), "available = true"),
    ],
)
def test_a_limit_becomes_a_filter(limit: Limit, expected: str) -> None:
    part = part_of(limit, FILMS, NOBODY, lambda _: ())
    assert part.filter == expected
    assert parse_filter(part.filter) is not None


def test_a_year_that_only_titles_tell_has_bounds_and_no_filter() -> None:
    titles = lexicon(Item("a", title="Alien (1979)"), Item("b", title="Brazil (1985)"))
    part = part_of(
        Limit("from the seventies", Quantity.YEAR, 1970, 1979), titles, NOBODY, lambda _: ()
    )
    assert (part.field, part.filter, part.low, part.high) == ("title", "", 1970, 1979)


def test_a_comparative_compares_with_what_was_shown() -> None:
    cheaper = Limit("cheaper", Quantity.PRICE, direction=-1)
    part = part_of(cheaper, FILMS, np.array([5, 6, 7]), lambda _: ())
    assert part.filter == "price < 60"


def test_without_anything_shown_it_is_the_best_quarter_of_the_catalogue() -> None:
    part = part_of(Limit("the latest", Quantity.NEWNESS, direction=1), FILMS, NOBODY, lambda _: ())
    assert part.filter == "attributes.release_year >= 1975"


def test_a_number_that_the_catalogue_does_not_have_is_named() -> None:
    with pytest.raises(NoSuchNumber) as raised:
        part_of(Limit("4 stars", Quantity.NAMED, 4, noun="stars"), FILMS, NOBODY, lambda _: ())
    assert raised.value.what == "stars"
    with pytest.raises(NoSuchNumber):
        part_of(
            Limit("under 5", Quantity.UNNAMED, high=5), lexicon(Item("a")), NOBODY, lambda _: ()
        )


def test_the_name_of_a_field_is_quoted_where_a_filter_needs_it() -> None:
    assert filter_name("attributes.running time") == 'attributes."running time"'
    assert filter_name("attributes.year") == "attributes.year"


LANDS = lexicon(
    *[
        Item(str(year), price=5.0, created_at=seconds, attributes={"area": 10.0})
        for year, seconds in [
            (1969, -1.0),
            (1970, 0.0),
            (1979, 315_532_799.0),
            (1980, 315_532_800.0),
        ]
    ]
)


@pytest.mark.parametrize(
    ("limit", "years"),
    [
        (Limit("from the seventies", Quantity.YEAR, 1970, 1979), ["1970", "1979"]),
        (Limit("before 1970", Quantity.YEAR, high=1970, strict=True), ["1969"]),
        (Limit("after 1979", Quantity.YEAR, low=1979, strict=True), ["1980"]),
        (Limit("since 1979", Quantity.YEAR, low=1979), ["1979", "1980"]),
        (Limit("until 1970", Quantity.YEAR, high=1970), ["1969", "1970"]),
    ],
)
def test_without_a_year_the_dates_of_items_tell(limit: Limit, years: list[str]) -> None:
    part = part_of(limit, LANDS, NOBODY, lambda _: ())
    times = LANDS.numbers("created_at")
    low = -np.inf if part.low is None else part.low
    high = np.inf if part.high is None else part.high
    holds = (times > low) & (times < high) if part.is_strict else (times >= low) & (times <= high)
    assert [["1969", "1970", "1979", "1980"][place] for place in np.flatnonzero(holds)] == years
    assert part.field == "created_at"
    assert parse_filter(part.filter) is not None


@pytest.mark.parametrize(
    "limit",
    [
        Limit("from the fifties", Quantity.YEAR, 1950, 1959),
        Limit("since 1981", Quantity.YEAR, low=1981),
        Limit("in 1e12", Quantity.YEAR, 1e12, 1e12),
    ],
)
def test_dates_do_not_tell_of_years_in_which_nothing_came(limit: Limit) -> None:
    with pytest.raises(NoSuchNumber):
        part_of(limit, LANDS, NOBODY, lambda _: ())


def test_the_epoch_is_a_bound_like_any_other() -> None:
    """Its seconds are 0."""
    before = lexicon(Item("a", created_at=-1.0))
    with pytest.raises(NoSuchNumber):
        part_of(Limit("since 1970", Quantity.YEAR, low=1970), before, NOBODY, lambda _: ())


def test_the_word_in_front_says_which_number_it_is() -> None:
    def forms(word: str) -> list[str]:
        return [word.removesuffix("s")]

    over = Limit("over 5", Quantity.UNNAMED, low=5, strict=True, before="areas")
    named = named_by_word_before(over, LANDS, forms)
    assert named is not None
    part = part_of(named, LANDS, NOBODY, forms)
    assert (part.text, part.filter) == ("areas over 5", "attributes.area > 5")
    other = Limit("under 9", Quantity.UNNAMED, high=9, strict=True, before="lamp")
    assert named_by_word_before(other, LANDS, forms) is None
    assert part_of(other, LANDS, NOBODY, forms).filter == "price < 9"


@pytest.mark.parametrize(("years_apart", "tells"), [(1, False), (10, True)])
def test_dates_tell_how_old_things_are_where_they_are_of_many_years(
    years_apart: int, tells: bool
) -> None:
    dated = lexicon(
        *[Item(str(i), title="Film", created_at=1e9 + i * years_apart * 3.2e7) for i in range(4)]
    )
    old = Limit("old", Quantity.YEAR, direction=-1)
    if not tells:
        with pytest.raises(NoSuchNumber):
            part_of(old, dated, NOBODY, lambda _: ())
        return
    assert part_of(old, dated, NOBODY, lambda _: ()).field == "created_at"
