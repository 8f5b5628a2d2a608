"""Statements: what a reply says, by what it says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.api.messages import Change
from service.dialogue.languages.loading import language_of
from service.dialogue.languages.manners import Role
from service.dialogue.reply import About, Reply
from service.dialogue.statements import Statement, statements_of
from service.explainer.evidence import Evidence, EvidenceKind
from service.wishes.reading import PartKind, Reading, WishPart
from tests.service.standin import ANSWER, EXPLANATION

ENGLISH = language_of("en").sentences
BLORF = WishPart(PartKind.NOT_UNDERSTOOD, "blorf")
PARTS = [
    WishPart(PartKind.WANTED, "western", "western", "categories", ["Western"]),
    WishPart(PartKind.RULED_OUT, "no horror", "horror", "categories", ["Horror"]),
    WishPart(PartKind.LESS, "less violent", "violent"),
    BLORF,
]
WISHED = replace(ANSWER, wish=Reading("", PARTS))
ALIENS = Evidence(EvidenceKind.CHANGE, 0.0, item_id="f2", title="Aliens")


def reply(about: About, **rest: object) -> Reply:
    return Reply(about, "en", answer=WISHED, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize("about", [About.LIST, About.UNDONE, About.NOTHING_FITS])
def test_what_was_understood_is_sorted_by_what_it_does(about: About) -> None:
    assert statements_of(reply(about, unknown=[BLORF, BLORF]), ENGLISH) == [
        Statement(Role.ASKED, ["Western", "no Horror"]),
        Statement(Role.LEANING, ["less violent"]),
        Statement(Role.UNKNOWN, ["“blorf”"]),
    ]


def test_what_was_not_understood_before_is_no_statement() -> None:
    roles = [statement.role for statement in statements_of(reply(About.LIST), ENGLISH)]
    assert roles == [Role.ASKED, Role.LEANING]


def test_what_keeps_an_item_on_the_list_is_one_statement() -> None:
    change = Change([ALIENS, replace(ALIENS, item_id="f3", title="Heat")], "")
    told = replace(EXPLANATION, change=change)
    assert statements_of(reply(About.CHANGE, explanation=told), ENGLISH) == [
        Statement(Role.REMOVAL, ["“Aliens”", "“Heat”"])
    ]


@pytest.mark.parametrize("change", [None, Change([], "")])
def test_where_nothing_would_change_it_nothing_is_stated(change: Change | None) -> None:
    told = replace(EXPLANATION, change=change)
    assert statements_of(reply(About.CHANGE, explanation=told), ENGLISH) == []


@pytest.mark.parametrize("about", sorted(set(About) - {"list", "undone", "nothing_fits", "change"}))
def test_other_replies_state_nothing(about: About) -> None:
    assert statements_of(reply(about, explanation=EXPLANATION, unknown=[BLORF]), ENGLISH) == []
