"""The languages of a conversation: each has a reply for everything."""

from __future__ import annotations

import re

import pytest

from service.dialogue.languages.loading import language_of, languages
from service.dialogue.languages.manners import Role
from service.dialogue.reply import About
from service.explainer.languages.codes import language_codes
from service.wishes.languages.loading import grammars

SLOTS = {"said", "place", "title", "text", "n"}


def test_replies_are_in_the_languages_of_wishes_and_of_reasons() -> None:
    codes = {language.code for language in languages()}
    assert codes == {grammar.code for grammar in grammars()} == set(language_codes())


def test_a_language_goes_by_its_code_and_others_are_the_first() -> None:
    assert language_of("zh").code == "zh"
    assert language_of("de").code == languages()[0].code == "en"


@pytest.mark.parametrize("code", ["en", "zh"])
def test_there_is_a_reply_for_everything_with_slots_that_are_filled(code: str) -> None:
    replies = language_of(code).sentences.replies
    assert set(replies) == set(About)
    named = {slot for reply in replies.values() for slot in re.findall(r"{(\w*)}", reply)}
    assert named == SLOTS
    assert set(language_of(code).manners.of) == set(Role)
