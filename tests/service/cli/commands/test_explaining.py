"""`palate explain`: what it asks for, and how evidence is printed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from service.api.messages import Change, ExplainRequest, TasteRequest
from service.cli.commands.explaining import said, show
from service.explainer.evidence import Evidence, EvidenceKind
from tests.service.cli.conftest import Run
from tests.service.standin import EXPLANATION, StandIn


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--item", "f1", "--user", "u"], ExplainRequest("f1", user_id="u", language="")),
        (
            [
                *("--item", "f1", "--recommendation", "r", "--lang", "zh", "--writer", "openai"),
                *("--instead-of", "f2", "--change"),
            ],
            ExplainRequest("f1", "r", "", "zh", "openai", "f2", True),
        ),
    ],
)
def test_an_explanation_is_asked_for(
    run: Run, answered: StandIn, arguments: list[str], wanted: ExplainRequest
) -> None:
    assert run("explain", *arguments).code == 0
    assert answered.asked == [("explain", wanted), ("get_item", "f1")]


def test_a_profile_is_asked_for(run: Run, answered: StandIn) -> None:
    ran = run("explain", "--profile", "--user", "u", "--lang", "zh", "--writer", "openai")
    assert answered.asked == [("describe_taste", TasteRequest("u", "zh", "openai"))]
    assert ran.out.startswith("User u\nYou keep coming back to Horror.\n(written by template)\n")
    assert "note: writer openai failed" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give --item ID, or --profile"),
        (["--item", "f1"], "give either --user ID or --recommendation ID"),
        (
            ["--item", "f1", "--user", "u", "--recommendation", "r"],
            "give either --user ID or --recommendation ID",
        ),
        (["--profile"], "--profile needs --user ID"),
        (
            ["--profile", "--user", "u", "--instead-of", "f2", "--change"],
            "leave out --instead-of and --change",
        ),
    ],
)
def test_options_that_do_not_go_together_are_named(
    run: Run, answered: StandIn, arguments: list[str], message: str
) -> None:
    ran = run("explain", *arguments)
    assert (ran.code, answered.asked) == (2, [])
    assert message in ran.err


def test_an_explanation_is_printed_with_all_it_rests_on(run: Run, answered: StandIn) -> None:
    ran = run("explain", "--item", "f1", "--user", "u")
    assert ran.out.startswith(
        "Alien\nBecause you watched Aliens.\n(model m1; written by template)\n"
    )
    assert ["75%", "history", "Aliens", "(rating", "0)"] in [
        line.split() for line in ran.out.splitlines()
    ]
    assert "What counted: behaviour 75%, text 25%" in ran.out
    assert "It would drop off your list." in ran.out
    assert "Less of this: record an event dislike of user u on item f1." in ran.out


def test_an_item_that_is_gone_since_is_explained_without_its_pictures(
    run: Run, answered: StandIn
) -> None:
    assert "shown:  posters/f1.jpg" in run("explain", "--item", "f1", "--user", "u").out
    ran = run("explain", "--item", "gone", "--user", "u")
    assert (ran.code, "shown:" in ran.out) == (0, False)


def test_what_there_is_not_is_said_or_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = Change([], "")
    bare = replace(
        EXPLANATION, title="", model_version="", parameters={}, change=nothing, less_of_this=None
    )
    show(bare)
    out = capsys.readouterr().out
    assert out.startswith("f1\nBecause you watched Aliens.\n(no trained model; written by")
    assert "would not take it off the list" in " ".join(out.split())
    assert "What counted" not in out
    assert "Less of this" not in out


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": EvidenceKind.HISTORY, "item_id": "f2"}, "f2"),
        ({"item_id": "f2", "title": "Aliens", "event_type": "watch"}, "Aliens (watch)"),
        ({"title": "Aliens", "event_type": "rating", "event_value": 0.0}, "Aliens (rating 0)"),
        ({"name": "director", "value": "Scott"}, "director: Scott"),
        ({"name": "description", "similarity": 0.5}, "description, similarity 0.50"),
        ({"kind": EvidenceKind.CO_ENGAGEMENT, "count": 1_200}, "1,200 people"),
        (
            {"kind": EvidenceKind.CO_ENGAGEMENT, "name": "rating", "count": 12},
            "12 people by rating",
        ),
        (
            {"kind": EvidenceKind.POPULARITY, "count": 12, "window_days": 7, "percentile": 0.9},
            "12 people in 7 days, more than 90% of the catalogue",
        ),
        ({"kind": EvidenceKind.NEWNESS, "count": 3}, "3 days old"),
        (
            {
                "kind": EvidenceKind.PREFERENCE,
                "value": "Horror",
                "count": 6,
                "total": 9,
                "lift": 2.5,
            },
            "Horror, 6 of 9, 2.50 times the share at large",
        ),
        (
            {"kind": EvidenceKind.RISE, "value": "Drama", "count": 5, "total": 6}
            | {"earlier_count": 1, "earlier_total": 7, "since": "2017-03-14"},
            "Drama, 5 of 6, 1 of 7 before, since 2017-03-14",
        ),
        ({"name": "year", "low": 1968.0, "high": 1979.0}, "year, 1968 to 1979"),
        ({"score_drop": 0.25}, "score drops 0.250 without it"),
        ({"score_drop": -0.0234}, "score rises 0.023 without it"),
        (
            {"kind": EvidenceKind.CONTRAST, "name": "higher", "score_drop": 0.25},
            "higher, scores 0.250 more than it",
        ),
        (
            {"kind": EvidenceKind.CONTRAST, "title": "Aliens", "name": "lower", "score_drop": -0.5},
            "Aliens, lower, scores 0.500 less than it",
        ),
    ],
)
def test_the_fields_of_a_fact_that_are_set_are_said(fields: dict[str, Any], expected: str) -> None:
    assert said(Evidence(**{"kind": EvidenceKind.HISTORY, "weight": 0.0} | fields)) == expected
