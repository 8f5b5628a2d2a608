"""The grammars that there are, and which one reads a text.

Another language is another folder beside this file, and a line here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from service.wishes.clause import Grammar
from service.wishes.languages.en.grammar import English
from service.wishes.languages.zh.grammar import Chinese


@cache
def grammars() -> Sequence[Grammar]:
    """One of each language."""
    return (English(), Chinese())


def grammar_of(text: str) -> Grammar | None:
    """The grammar of the language that a text is in; None where there is none for it."""
    return next((grammar for grammar in grammars() if grammar.reads(text)), None)
