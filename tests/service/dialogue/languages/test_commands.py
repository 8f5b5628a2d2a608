"""Commands of one language: phrases, patterns, and what is too long or too polite to be one."""

from __future__ import annotations

import re

import pytest

from service.dialogue.command import Command, Verb
from service.dialogue.languages.commands import MAX_CHARS, Commands, phrases_of
from service.dialogue.languages.loading import languages
from service.wishes.languages.en.grammar import English

FEW = Commands(
    phrases=phrases_of({Verb.UNDO: "undo, go back", Verb.QUIT: "bye"}),
    polite=re.compile(r"^(?:please )+|(?: please)+$"),
    why=(re.compile(r"why (?P<which>.+)"),),
    change=(re.compile(r"why not so (?P<which>.+)"),),
    grammar=English(),
)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("GO   BACK!", Command(Verb.UNDO)),
        ("please go back please.", Command(Verb.UNDO)),
        ("go", None),
        ("why the first one?", Command(Verb.WHY, 1)),
        ("why no. 12", Command(Verb.WHY, 12)),
        ("why 2nd", Command(Verb.WHY, 2)),
        ("why 1 and 2", Command(Verb.WHY, title="1 and 2")),
        ("why “The Third Man”?", Command(Verb.WHY, title="the third man")),
        ("why not so 3", Command(Verb.CHANGE, 3)),
        ("", None),
        ("bye" + " " * 10 + "." * MAX_CHARS, None),
    ],
)
def test_a_text_is_compared_with_what_there_is(text: str, command: Command | None) -> None:
    assert FEW.read(text) == command


def test_every_language_has_every_verb_but_wishes() -> None:
    for language in languages():
        assert {*language.commands.phrases.values(), Verb.WHY, Verb.CHANGE, Verb.WISH} == set(Verb)
