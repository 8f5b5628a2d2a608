"""What people at large choose."""

from __future__ import annotations

import pytest

from service.explainer.taste.population import ItemCount, Population


def test_what_people_choose_is_weighed_by_how_often_they_do() -> None:
    population = Population.of(
        [
            ItemCount("films", ["Drama"], {"year": 1990.0}, 6),
            ItemCount("films", ["War", "Drama"], {"year": 2000.0}, 2),
            ItemCount("films", ["War"], {"year": 2020.0}, 0),
            ItemCount("books", ["War"], {}, 3),
        ],
        n_people=9,
    )
    assert population.share(("", "war"), {"films": 1.0}) == 2 / 8
    assert population.share(("", "war"), {"films": 0.5, "books": 0.5}) == pytest.approx(
        0.5 * 2 / 8 + 0.5
    )
    assert population.medians == {("films", "year"): 1990.0}


def test_nothing_is_infinitely_rare_and_an_empty_domain_has_no_shares() -> None:
    population = Population.of([ItemCount("films", ["Drama"], {}, 4)], n_people=9)
    assert population.share(("", "war"), {"films": 1.0}) == 1 / 4
    assert population.share(("", "war"), {"games": 1.0}) == 0.0
