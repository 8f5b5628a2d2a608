"""The page holds every figure and its pictures, and needs nothing from elsewhere."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser

import pytest

from service.evaluation.page import page
from service.evaluation.pictures import Learning, PlotsUnavailable, frontier_points
from service.evaluation.report import Figure, Report

REPORT = Report(
    (
        Figure("palate", "all", "ndcg@10", 0.25, 0.2, 0.3, 4),
        Figure("palate", "all", "coverage@10", 0.5, None, None, 4),
        Figure("palate", "all", "exposure_1@10", 0.125, None, None, 4),
        Figure("palate", "all", "exposure_2@10", 0.875, None, None, 4),
        Figure("<b>bold</b>", "all", "ndcg@10", 0.125, 0.1, 0.15, 4),
        Figure("palate", "warm", "ndcg@10", 0.75, 0.7, 0.8, 3),
    )
)
ABOUT = {"protocol": "cold-items", "seed": "0", "note": "5 < 6 & so on"}


class Tags(HTMLParser):
    """Counts what is opened, and notes what is left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] = self.seen.get(tag, 0) + 1
        if tag not in ("meta", "path", "use", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def test_the_page_holds_every_figure_and_three_pictures() -> None:
    text = page(REPORT, ABOUT, Learning([3.0, 2.0], [0.01, 0.02]))
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert tags.seen["svg"] == 3
    for cell in ("0.2500 [0.2000, 0.3000]", "0.7500 [0.7000, 0.8000]", "5 &lt; 6 &amp; so on"):
        assert f"<td>{cell}</td>" in text


def test_names_are_text_not_markup() -> None:
    text = page(REPORT, ABOUT)
    assert "<b>" not in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text


def test_the_page_is_readable_without_a_network() -> None:
    text = page(REPORT, ABOUT, Learning([3.0, 2.0]))
    assert re.findall(r"(?:src|href)=[\"'](?!#)", text) == []
    assert "@import" not in text
    assert "<script" not in text


def test_without_learning_and_exposure_their_pictures_are_left_out() -> None:
    bare = Report(tuple(f for f in REPORT.figures if "exposure" not in f.metric))
    assert page(bare, ABOUT).count("<svg") == 1


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(PlotsUnavailable, match=r"palate\[report\]"):
        page(REPORT, ABOUT)


def traded(*systems: str) -> Report:
    return Report(
        tuple(
            Figure(system, label, "ndcg@10", place / 10, None, None, 4)
            for place, system in enumerate(systems)
            for label in ("warm", "cold_item")
        )
    )


def test_several_explorations_are_drawn_beside_the_borrowing_baselines() -> None:
    asked = traded(
        "palate (exploration 0)",
        "palate (exploration 0.5)",
        "ease-recency-borrowed",
        "ease-recency",
    )
    assert frontier_points(asked, "ndcg@10") == {
        True: [("exploration 0", 0.0, 0.0), ("exploration 0.5", 0.1, 0.1)],
        False: [("ease-recency-borrowed", 0.2, 0.2)],
    }
    assert "<h2>Warm against cold</h2>" in page(asked, ABOUT)
    assert page(asked, ABOUT).count("<tr class='ours'>") == 4


def test_one_exploration_or_another_protocol_is_no_frontier() -> None:
    assert "Warm against cold" not in page(traded("palate", "ease-recency-borrowed"), ABOUT)
    several = traded("palate (exploration 0)", "palate (exploration 1)")
    assert "Warm against cold" not in page(several, {"protocol": "leave-one-out"})
