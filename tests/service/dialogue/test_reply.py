"""Replies: the wish that holds, of whatever there is."""

from __future__ import annotations

from dataclasses import replace

from service.dialogue.reply import About, Reply
from service.wishes.reading import PartKind, Reading, WishPart
from tests.service.standin import ANSWER

WESTERN = WishPart(PartKind.WANTED, "western")


def test_the_parts_are_those_of_the_answer_where_there_is_one_with_a_wish() -> None:
    wished = replace(ANSWER, wish=Reading("western", [WESTERN]))
    assert Reply(About.LIST, "en", answer=wished).parts == [WESTERN]
    assert Reply(About.LIST, "en", answer=ANSWER).parts == ()
    assert Reply(About.HELP, "en").parts == ()
