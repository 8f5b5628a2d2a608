"""Other forms of an English word: from its lemma, and hyphens and spaces put otherwise.

The lemmas are those of simplemma's dictionary. Knows no catalogue: forms may be of no use to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from simplemma import lemmatize

from service.wishes.languages.text import fold

_MAX_LETTERS = 100
_PLURALS = (
    ("man", "men"),
    ("child", "children"),
    ("y", "ies"),
    ("fe", "ves"),
    ("f", "ves"),
    ("s", "ses"),
    ("x", "xes"),
    ("h", "hes"),
    ("o", "oes"),
    ("", "s"),
)
"""Endings of a singular and of its plural: the dictionary tells whether there is such a word."""


def lemma_of(word: str) -> str:
    """The base of one word, in small letters; the word itself where there is no other."""
    return lemmatize(word, lang="en").lower() if 0 < len(word) <= _MAX_LETTERS else word


def is_comparative(word: str) -> bool:
    """Whether a word says "more" itself: "funnier", "bigger"; "killer" and "thriller" do not."""
    return word.endswith("er") and (word == "better" or _base(word) != word)


def is_plural(word: str) -> bool:
    """Whether a word ends as a plural and is one."""
    return word.endswith("s") and lemma_of(word) != word


@lru_cache(maxsize=4_096)
def forms_of(word: str) -> tuple[str, ...]:
    """Forms under which a catalogue may have a word or the last of several, likeliest first."""
    plain = fold(" ".join(word.split())).removesuffix("'s")
    before, gap, last = plain.rpartition(" ")
    found = [plain, *(before + gap + form for form in _forms_of_one(last)), *_joined(plain)]
    itself = fold(word)
    return tuple(dict.fromkeys(form for form in found if form and form != itself))


def _forms_of_one(word: str) -> Iterator[str]:
    base = _base(word)
    yield base
    if base == word:
        yield from _plurals(word)


def _base(word: str) -> str:
    base = lemma_of(word)
    doubles = word.endswith("er") and word[-3:-2] == word[-4:-3]
    if base == word and doubles:  # the dictionary has "biggest" and lacks "bigger"
        superlative = word[:-2] + "est"
        base = lemma_of(superlative)
        return word if base == superlative else base
    return base


def _plurals(word: str) -> Iterator[str]:
    for dropped, ending in _PLURALS:
        if word.endswith(dropped):
            plural = word[: len(word) - len(dropped)] + ending
            if lemma_of(plural) == word:
                yield plural


def _joined(words: str) -> Sequence[str]:
    """Sci-fi, sci fi and scifi."""
    if "-" not in words and " " not in words:
        return ()
    spaced = words.replace("-", " ")
    return (spaced, spaced.replace(" ", "-"), spaced.replace(" ", ""))
