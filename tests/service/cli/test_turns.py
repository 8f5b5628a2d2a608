"""The turns of a conversation on a terminal and as plain lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.api.messages import ScoredItem
from service.cli.turns import lines, show
from tests.service.standin import ALIEN, ANSWER

(FIRST,) = ANSWER.results
BARE = ScoredItem(
    "f2", 2, 0.5, (), replace(ALIEN, item_id="f2", title="", categories=(), price=None)
)


def dated(year: object, title: str = "Alien") -> ScoredItem:
    return replace(FIRST, item=replace(ALIEN, title=title, attributes={"year": year}))


def test_a_result_is_one_line_with_what_there_is() -> None:
    assert lines("Horror.", [FIRST, BARE], "en") == [
        "Horror.",
        "1. Alien | Horror, Sci-Fi | price 0 | Because you watched Aliens.",
        "2. f2",
        "1. posters/f1.jpg",
        "1. trailers/f1.ogg",
        "2. posters/f1.jpg",
        "2. trailers/f1.ogg",
    ]
    assert lines("恐怖。", [FIRST], "zh")[1].split(" | ")[2] == "价格 0"


@pytest.mark.parametrize(
    ("result", "about"),
    [
        (dated(1979.0), "Horror, Sci-Fi, 1979"),
        (dated("1979"), "Horror, Sci-Fi, 1979"),
        (dated(1979.0, "Alien (1979)"), "Horror, Sci-Fi"),
        (dated(True), "Horror, Sci-Fi"),
        (dated(("a", "b")), "Horror, Sci-Fi"),
    ],
)
def test_the_year_stands_beside_the_categories_unless_the_title_says_it(
    result: ScoredItem, about: str
) -> None:
    assert lines("", [result], "en")[0].split(" | ")[1] == about


def test_titles_of_others_are_harmless() -> None:
    wild = replace(FIRST, item=replace(ALIEN, title="a\x1b[2J\nb"))
    assert lines("", [wild], "en")[0].startswith("1. a[2J b | ")


def test_help_is_several_lines() -> None:
    assert lines("a\n  b", [], "en") == ["a", "  b"]


def test_a_terminal_gets_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    show("Horror.", [FIRST, BARE], "en")
    said, first, second, *pictures = capsys.readouterr().out.splitlines()
    assert pictures[0] == "  1.  posters/f1.jpg"
    assert said == "Horror."
    assert first.split("  ")[0] == "1."
    assert first.index("Alien") == second.index("f2")
    show("Bye.", [], "en")
    assert capsys.readouterr().out == "Bye.\n"
