"""What of an item may stand for a taste, and what people at large choose."""

from __future__ import annotations

import pytest

from service.explainer.taste.choices import numbers_of, traits_of
from service.explainer.taste.population import ItemCount, Population


def test_traits_are_names_and_numbers_are_numbers() -> None:
    attributes = {
        "cast": ("Tom Hanks", "Meg Ryan"),
        "year": "1993",
        "minutes": 105.0,
        "plot": "A long story. " * 9,
    }
    attributes |= {"new": True, "sponsored": "Acme", "": "x"}  # type: ignore[dict-item]
    assert set(traits_of(["Comedy", "(no genres listed)", ""], attributes)) == {
        ("", "comedy"),
        ("cast", "tom hanks"),
        ("cast", "meg ryan"),
    }
    assert numbers_of(attributes) == {"year": 1993.0, "minutes": 105.0}
    assert numbers_of({"a": float("nan"), "b": "12.5", "c": "٣"}) == {}


def test_what_people_choose_is_weighed_by_how_often_they_do() -> None:
    crowd = Population.of(
        [
            ItemCount("films", ["Drama"], {"year": 1990.0}, 6),
            ItemCount("films", ["War", "Drama"], {"year": 2000.0}, 2),
            ItemCount("films", ["War"], {"year": 2020.0}, 0),
            ItemCount("books", ["War"], {}, 3),
        ],
        n_people=9,
    )
    assert crowd.share(("", "war"), {"films": 1.0}) == 2 / 8
    assert crowd.share(("", "war"), {"films": 0.5, "books": 0.5}) == pytest.approx(
        0.5 * 2 / 8 + 0.5
    )
    assert crowd.medians == {("films", "year"): 1990.0}


def test_nothing_is_infinitely_rare_and_an_empty_domain_has_no_shares() -> None:
    crowd = Population.of([ItemCount("films", ["Drama"], {}, 4)], n_people=9)
    assert crowd.share(("", "war"), {"films": 1.0}) == 1 / 4
    assert crowd.share(("", "war"), {"games": 1.0}) == 0.0
