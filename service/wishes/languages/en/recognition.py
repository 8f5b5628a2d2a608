"""Whether a text is English: by its script, its function words, and those of other languages.

A few words without function words ("red dress", "Tom Hanks") are read as English, as names are the
same in most languages.
"""

from __future__ import annotations

import unicodedata

from simplemma import is_known

from service.wishes.languages.en.words import FUNCTION, STANCES, TURNS
from service.wishes.languages.phrases import words_of
from service.wishes.languages.text import Kind, Source

_FEW = 3
"""So many words need not be known to be English."""
_KNOWN_SHARE = 0.5
_ELSEWHERE = words_of("""ich mich mir wir sie ein eine einen einem einer der dem den das ist sind nicht kein keine
    keinen und oder aber ohne für von aus über unter zu zum zur etwas mehr wie auch bitte möchte
    je tu nous vous un une et ou mais sans avec dans pas ne moins est sont quelque chose veux
    voudrais aime qui
    yo quiero quisiera pero para por más menos algo como una uno muy
    io voglio vorrei che non è senza qualcosa più meno della
    eu quero um uma sem mas não mais
    ik een het van maar zonder voor niet geen meer iets
    jag vill och ett eller utan för inte något som på jeg ikke uden uten
    chcę nie bez ale dla coś bardziej chci nebo něco
    bir ve veya ama için istiyorum değil saya tanpa dengan""")
"""Function words of languages in Latin script, those that are no English words."""


def is_english(source: Source) -> bool:
    """Whether English function words are no fewer than those of other languages."""
    words = [at for at, token in enumerate(source.tokens) if token.kind is Kind.WORD]
    latin = [at for at in words if _is_latin(source.key(at))]
    if 2 * len(latin) < len(words):
        return False
    english = sum(_is_function(source, at) for at in latin)
    foreign = sum(source.key(at) in _ELSEWHERE for at in latin)
    if english or foreign or len(latin) < len(words):
        return english >= foreign and english > 0
    known = sum(is_known(source.key(at), lang="en") for at in latin)
    return len(words) <= _FEW or known >= _KNOWN_SHARE * len(words)


def _is_latin(word: str) -> bool:
    return unicodedata.name(word[0], "").startswith("LATIN")


def _is_function(source: Source, at: int) -> bool:
    return (
        source.key(at) in FUNCTION
        or STANCES.at(source, at) is not None
        or TURNS.at(source, at) is not None
    )
