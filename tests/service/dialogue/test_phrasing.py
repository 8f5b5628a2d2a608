"""Templates: what a reply holds, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.api.messages import Change
from service.dialogue.phrasing import Phrased, Templates
from service.dialogue.reply import About, Blocking, Reply
from service.wishes.reading import PartKind, Reading, WishPart
from tests.service.standin import ANSWER, EXPLANATION

PARTS = [
    WishPart(PartKind.WANTED, "western", "western", "categories", ["Western"]),
    WishPart(PartKind.RULED_OUT, "no horror", "horror", "categories", ["Horror"]),
    WishPart(PartKind.LIMIT, "under 50", field="price", high=50.0, is_strict=True),
    WishPart(PartKind.LESS, "less violent", "violent"),
]
BLORF = WishPart(PartKind.NOT_UNDERSTOOD, "blorf")


def words(about: About, language: str = "en", **rest: object) -> str:
    answer = replace(ANSWER, wish=Reading("", [*PARTS, BLORF]))
    return Templates().words(Reply(about, language, answer=answer, **rest))  # type: ignore[arg-type]


def test_what_was_understood_is_one_line() -> None:
    assert words(About.LIST, unknown=[BLORF]) == (
        "Western, no Horror, price under 50; a leaning, no filter: less violent; "
        "I did not understand “blorf”."
    )
    assert words(About.LIST, "zh", unknown=[BLORF]) == (
        "Western、不要 Horror、价格低于 50；以下只是倾向，不作筛选：less violent；没有听懂“blorf”。"
    )


def test_what_was_not_understood_before_is_not_said_again() -> None:
    assert "blorf" not in words(About.LIST)


def test_a_leaning_alone_is_said_to_be_one() -> None:
    reply = Reply(About.LIST, "en", answer=replace(ANSWER, wish=Reading("", PARTS[3:])))
    assert Templates().words(reply) == "A leaning, no filter: less violent."


def test_no_wish_is_said() -> None:
    reply = Reply(About.LIST, "en", answer=ANSWER)
    assert Templates().words(reply) == "No wish yet: this is what suits you as far as is known."


def test_an_answer_that_has_expired_is_said_first() -> None:
    said = words(About.LIST, expired=True)
    assert said.startswith(
        "The answer before is no longer kept, so this starts over. Western, no Horror"
    )
    assert words(About.EXPIRED, "zh", expired=True) == (
        "之前的结果已不再保存，因此重新开始。想要什么？"
    )


def test_what_leaves_nothing_is_said_with_the_way_back() -> None:
    assert words(About.NOTHING_FITS, blocking=Blocking(PARTS[1:3])).endswith(
        "Nothing fits. There would be something without “no Horror” or “price under 50”. "
        "“undo” takes the last wish back."
    )
    assert words(About.NOTHING_FITS, blocking=Blocking(PARTS[1:3], together=True)).endswith(
        "Nothing fits. These together leave nothing: “no Horror”, “price under 50”. "
        "“undo” takes the last wish back."
    )
    nothing = Templates().words(Reply(About.NOTHING_FITS, "en", answer=ANSWER))
    assert nothing.endswith("There is nothing more in the catalogue for you. “undo” goes back.")


def test_why_is_what_the_writer_wrote() -> None:
    said = words(About.WHY, place=1, title="Alien", explanation=EXPLANATION)
    assert said == "1 (Alien): Because you watched Aliens."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change([], "It would drop off your list."), "It would drop off your list. "),
        (
            Change([], ""),
            "Taking away a few things that you did would not take it off the list. ",
        ),
        (None, ""),
    ],
)
def test_what_would_change_it_is_told_with_a_way_that_always_works(
    change: Change | None, said: str
) -> None:
    explanation = replace(EXPLANATION, change=change)
    whole = words(About.CHANGE, place=2, title="Alien", explanation=explanation)
    assert whole == f"2 (Alien): {said}Say “not 2” and it goes."


def test_whose_words_they_are_is_said() -> None:
    by_model = replace(EXPLANATION, writer="openai")
    why = Reply(About.WHY, "en", answer=ANSWER, place=1, title="Alien", explanation=by_model)
    assert Templates().phrase(why) == Phrased("1 (Alien): Because you watched Aliens.", "openai")
    listed = replace(why, about=About.LIST)
    assert Templates().phrase(listed).writer == "template"


def test_what_somebody_else_worded_stands_where_the_templates_words_would() -> None:
    reply = Reply(About.UNDONE, "en", answer=ANSWER)
    assert Templates().words(reply, "Sure.") == "Taken back. Sure."


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("about", About)
def test_every_reply_has_words_and_no_open_slots(about: About, language: str) -> None:
    said = words(about, language, place=1, title="{x}", n=1000, explanation=EXPLANATION)
    assert said.strip()
    assert "{" not in said.replace("{x}", "")
