"""`palate recommend`, `similar` and `search`: what they ask for, and how the answer is printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.api.messages import (
    Personalization,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
)
from service.cli.commands.asking import as_mapping, show
from service.wishes.reading import PartKind, Reading, WishPart
from tests.service.cli.conftest import Run
from tests.service.standin import ALIEN, ANSWER, ANSWERS, StandIn

EVERYTHING = [
    *("--user", "u", "-k", 5, "--domain", "films", "--domain", "books", "--filter", "price < 2"),
    *("--taste", "slow", "--history", "b", "--history", "c", "--exclude", "a", "--include-seen"),
    *("--diversity", 0.5, "--exploration", 1, "--non-profiled", "--explain", "--lang", "zh"),
    *("--wish", "a western", "--refine", "rec-0"),
]


def test_every_option_is_asked_for(run: Run, answered: StandIn) -> None:
    assert run("recommend", *EVERYTHING).code == 0
    wanted = RecommendRequest(
        user_id="u",
        k=5,
        domains=["films", "books"],
        filter="price < 2",
        exclude_item_ids=["a"],
        include_seen=True,
        history_item_ids=["b", "c"],
        taste="slow",
        diversity=0.5,
        exploration=1.0,
        explain=True,
        language="zh",
        personalization=Personalization.NON_PROFILED,
        wish="a western",
        refine_recommendation_id="rec-0",
    )
    assert answered.asked == [("recommend", wanted)]


def test_without_options_anybody_is_asked_for(run: Run, answered: StandIn) -> None:
    run("recommend")
    nothing = RecommendRequest(domains=[], exclude_item_ids=[], history_item_ids=[], language="")
    assert answered.asked == [("recommend", nothing)]


def test_similar_items_are_asked_for(run: Run, answered: StandIn) -> None:
    run("similar", "f1", "-k", 3, "--domain", "films", "--exclude", "a")
    wanted = SimilarRequest("f1", k=3, domains=["films"], exclude_item_ids=["a"])
    assert answered.asked == [("similar_items", wanted)]


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["ship", "-k", 2], SearchRequest(text="ship", k=2, domains=[])),
        (["--image", "file"], SearchRequest(image=b"content", domains=[])),
        (["--audio", "file"], SearchRequest(audio=b"content", domains=[])),
    ],
)
def test_a_search_is_for_a_text_a_picture_or_a_sound(
    run: Run, answered: StandIn, arguments: list[Any], wanted: SearchRequest
) -> None:
    Path("file").write_bytes(b"content")
    assert run("search", *arguments).code == 0
    assert answered.asked == [("search_items", wanted)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give one of TEXT, --image FILE and --audio FILE"),
        (["  "], "give one of TEXT, --image FILE and --audio FILE"),
        (["ship", "--image", "file"], "give one of TEXT, --image FILE and --audio FILE"),
        (["--image", "gone"], "--image gone cannot be read"),
        (["--audio", "empty"], "--audio empty is empty"),
    ],
)
def test_a_search_that_cannot_be_asked_is_refused_before_anything_is_loaded(
    run: Run, answered: StandIn, arguments: list[str], said: str
) -> None:
    Path("file").write_bytes(b"content")
    Path("empty").touch()
    ran = run("search", *arguments)
    assert (ran.code, answered.asked) == (2, [])
    assert said in ran.err


def test_an_answer_is_a_table_with_remarks_and_the_way_to_an_explanation(
    run: Run, answered: StandIn
) -> None:
    ran = run("recommend")
    assert ran.err.splitlines() == [
        "note: no pictures",
        "note: not in the catalogue, and ignored: gone",
    ]
    assert "palate explain --recommendation rec-1 --item ID says more." in ran.out
    header, _, row = [line for line in ran.out.splitlines() if line.strip()][:3]
    assert header.split() == ["#", "item", "title", "score", "sources", "reason"]
    assert row.split()[:5] == ["1", "f1", "Alien", "0.500", "sequence,"]
    assert "Because you watched Aliens." in row


def test_a_table_without_reasons_has_no_column_for_them_and_names_two_sources(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (result,) = ANSWER.results
    bare = replace(result, reason="", sources=("a", "b", "c", "d"), item=replace(ALIEN, title=""))
    show(replace(ANSWER, results=(bare,)))
    header, _, row, *shown = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert shown == ["  1  posters/f1.jpg", "  1  trailers/f1.ogg"]
    assert header.split() == ["#", "item", "title", "score", "sources"]
    assert row.split() == ["1", "f1", "f1", "0.500", "a,", "b", "+2"]


def test_no_results_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    show(replace(ANSWER, results=()))
    assert capsys.readouterr().out == "Nothing in the catalogue fits.\n"


def test_json_has_the_whole_answer(run: Run, answered: StandIn) -> None:
    answer = run("recommend", "--json").json
    (row,) = answer.pop("results")
    assert answer == {
        "recommendation_id": "rec-1",
        "model_version": "m1",
        "degraded": ["no pictures"],
        "missing_item_ids": ["gone"],
        "next_page_token": "more",
        "stage_ms": {"retrieve": 1.5, "rank": 2.0},
        "wish": None,
    }
    assert row.pop("item") == ALIEN.to_mapping()
    assert row == {
        "item_id": "f1",
        "rank": 1,
        "score": 0.5,
        "sources": ["sequence", "popular"],
        "reason": "Because you watched Aliens.",
    }


def test_json_ends_with_the_results() -> None:
    assert list(as_mapping(ANSWER))[-1] == "results"


def test_json_does_not_say_where_a_picture_lies_on_the_disk() -> None:
    (result,) = ANSWER.results
    there = replace(result, item=replace(ALIEN, media={"image": ("/srv/films/./posters/f1.jpg",)}))
    (row,) = as_mapping(replace(ANSWER, results=(there,)))["results"]
    assert row["item"]["image"] == "posters/f1.jpg"


def test_how_a_wish_was_read_stands_above_the_list(
    run: Run, answered: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [
        WishPart(PartKind.WANTED, "a western", "western", "categories", ("Western",)),
        WishPart(PartKind.NOT_UNDERSTOOD, "blorf"),
    ]
    read = replace(ANSWER, wish=Reading("a western blorf", parts, "grammar"))
    monkeypatch.setitem(ANSWERS, "recommend", read)
    shown = run("recommend", "--wish", "a western blorf").out
    assert "Western; I did not understand “blorf”." in shown
