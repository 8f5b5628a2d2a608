"""Hearing: an utterance of any language as a command, and the language it is in.

Knows no lists: whether there is an item at that rank is found out later.
"""

from __future__ import annotations

import re
from unicodedata import category

from service.dialogue.command import Command, Verb
from service.dialogue.languages.loading import languages
from service.wishes.languages.loading import grammar_of

WISH = Command(Verb.WISH)
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~])?")


def plain(text: str) -> str:
    """An utterance without what cannot be sent, and what a terminal sends besides: arrows, colours."""
    sendable = _ESCAPE.sub(" ", text.encode("utf-8", "replace").decode())
    return "".join(
        one if one.isspace() or category(one) != "Cc" else " " for one in sendable
    ).strip()


def heard(text: str) -> tuple[Command, str]:
    """The command and the code of its language; the code is empty where the text is in none that
    replies are written in, or has no words."""
    if not any(letter.isalnum() for letter in text):
        return Command(Verb.HELP), ""
    has_words = any(letter.isalpha() for letter in text)
    for language in languages():
        if (command := language.commands.read(text)) is not None:
            return command, language.code if has_words else ""
    grammar = grammar_of(text) if has_words else None
    return WISH, "" if grammar is None else grammar.code
