"""Similarity against a background, and the difference of two scores."""

from __future__ import annotations

import math

import pytest

from service.explainer.attribution.facts import Background, Part
from tests.service.explainer.attribution.planted import scores


@pytest.mark.parametrize(
    ("background", "cosine", "z"),
    [
        (Background(0.1, 0.2), 0.5, 2.0),
        (Background(0.1, 0.2), 0.1, 0.0),
        (Background(0.1, 0.0), 0.9, 0.0),
        (Background(), 0.9, 0.0),
        (Background(0.1, 0.2), None, 0.0),
        (Background(0.1, 0.2), math.nan, 0.0),
    ],
)
def test_similarity_is_counted_in_deviations(
    background: Background, cosine: float | None, z: float
) -> None:
    assert background.z(cosine) == pytest.approx(z)


def test_an_item_is_missed_where_the_score_is_lower_without_it() -> None:
    assert scores(5, 4, 5, 6).missed() == [True, False, False]


def test_the_difference_has_the_parts_that_were_measured_of_both() -> None:
    gap = scores(10, 8, video=7, text=9).minus(scores(9, 9, video=8, audio=1))
    assert (gap.full_score, gap.without_history.tolist()) == (1, [-1.0])
    assert gap.without_part == {"video": -1}


def test_clients_see_the_parts_under_these_names() -> None:
    assert [str(part) for part in Part] == [
        "text",
        "image",
        "audio",
        "behaviour",
        "popularity",
        "newness",
        "taste",
        "exploration",
        "wish",
    ]
