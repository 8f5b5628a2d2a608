"""What the pictures of an evaluation show: SVG by itself, every label in it, our system in its
colour."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest

from service.evaluation.pictures import (
    COLOURS,
    Learning,
    PlotsUnavailable,
    curves,
    exposure,
    exposure_shares,
    frontier,
    frontier_points,
    is_ours,
    over_rounds,
    quality,
    require_plots,
)
from service.evaluation.report import Figure, Report

REPORT = Report(
    (
        Figure("palate (exploration 0.5)", "all", "ndcg@10", 0.25, 0.2, 0.3, 1_234),
        Figure("palate (exploration 0.5)", "all", "exposure_1@10", 0.125, None, None, 4),
        Figure("palate (exploration 0.5)", "all", "exposure_2@10", 0.875, None, None, 4),
        Figure("popular", "all", "ndcg@10", 0.5, None, None, 1_234),
        Figure("popular", "all", "exposure_1@10", 0.0, None, None, 4),
        Figure("popular", "all", "exposure_2@10", 1.0, None, None, 4),
        Figure("popular", "warm", "ndcg@10", 0.75, 0.7, 0.8, 3),
        Figure("palate (exploration 0.5)", "warm", "recall@10", 0.5, None, None, 3),
    )
)
OURS, OTHERS = COLOURS[True], COLOURS[False]


def _texts(svg: str) -> list[str]:
    """What is written in a picture, in order; letters are drawn, and named in a comment."""
    ElementTree.fromstring(svg)
    return re.findall(r"<!-- (.*?) -->", svg)


def _panels(svg: str) -> int:
    return len(re.findall(r'<g id="axes_\d+">', svg))


def test_ours_is_palate_however_it_was_asked() -> None:
    asked = ["palate", "palate (exploration 1)", "palate-like", "popular (palate)"]
    assert [is_ours(system) for system in asked] == [True, True, False, False]


def test_quality_has_a_panel_for_each_slice_with_the_best_on_top() -> None:
    svg = quality(REPORT, "ndcg@10")
    texts = _texts(svg)
    assert _panels(svg) == 2
    assert ("all (1,234 cases)" in texts, "warm (3 cases)" in texts) == (True, True)
    names = [text for text in texts if text.startswith("p")]
    assert names == ["palate (exploration 0.5)", "popular", "popular"]  # from the bottom up
    assert (OURS in svg, OTHERS in svg) == (True, True)
    assert _texts(quality(REPORT, "recall@10")).count("all") == 1  # an empty panel has its name


def test_exposure_is_a_line_for_each_system_over_the_tenths() -> None:
    shares = exposure_shares(REPORT)
    assert shares == {"palate (exploration 0.5)": [0.125, 0.875], "popular": [0.0, 1.0]}
    svg = exposure(shares)
    texts = _texts(svg)
    assert _panels(svg) == 1
    assert [name for name in shares if name not in texts] == []
    assert "tenth of the catalogue, least chosen first" in texts
    assert OURS in svg


def test_the_frontier_has_a_labelled_point_for_who_is_measured_on_warm_and_cold() -> None:
    def figure(system: str, label: str, value: float) -> Figure:
        return Figure(system, label, "ndcg@10", value, None, None, 4)

    points = frontier_points(
        Report(
            (
                figure("palate (exploration 0)", "warm", 0.4),
                figure("palate (exploration 0)", "cold_item", 0.1),
                figure("palate (exploration 1)", "warm", 0.3),
                figure("ease-recency-borrowed (scale 2)", "warm", 0.2),
                figure("ease-recency-borrowed (scale 2)", "cold_item", 0.3),
            )
        ),
        "ndcg@10",
    )
    assert points == {True: [("exploration 0", 0.4, 0.1)], False: [("scale 2", 0.2, 0.3)]}
    texts = _texts(frontier(points, "ndcg@10"))
    wanted = ["exploration 0", "scale 2", "ndcg@10, warm items", "ndcg@10, cold items"]
    assert [text for text in wanted if text not in texts] == []


def test_learning_is_a_second_curve_where_it_was_validated() -> None:
    alone, both = curves(Learning([3.0, 2.0])), curves(Learning([3.0, 2.0], [0.01, 0.02]))
    assert (_panels(alone), _panels(both)) == (1, 2)
    assert "training loss" in _texts(alone)
    assert "NDCG@10 on held-out next events" in _texts(both)


def test_over_rounds_there_is_a_line_for_each_system_with_ours_in_colour() -> None:
    lines = {"greedy": ([1.0, 0.5], [0.1, 0.1]), "random": ([1.0, 0.25], [0.0, 0.1])}
    svg = over_rounds(lines, "still there", "greedy")
    texts = _texts(svg)
    assert _panels(svg) == 1
    assert [
        text for text in ("greedy", "random", "round", "still there") if text not in texts
    ] == []
    assert OURS in svg
    assert OURS not in over_rounds(lines, "still there", "palate")


def test_pictures_can_be_drawn_here_and_not_without_matplotlib(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    require_plots()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(PlotsUnavailable, match=r"pip install 'palate\[report\]'"):
        require_plots()
