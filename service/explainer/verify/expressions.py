"""Expressions: how the verifier searches a text for the words that a language lists.

In an expression `T` stands for a token (see `masking.py`) and `N` for a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from service.explainer.languages.language import Language
from service.explainer.verify.masking import TOKEN

NUMBER = r"(?<![A-Za-z0-9_.,⟦])\d+(?:,\d{3})*(?:\.\d+)?"
_T = re.compile(r"(?<![A-Za-z0-9_\\])T(?![A-Za-z0-9_])")
_N = re.compile(r"(?<![A-Za-z0-9_\\])N(?![A-Za-z0-9_])")


def search(words: str, text: str, language: Language) -> str:
    """The first words found; empty for none."""
    match = next(find_all(words, text, language), None)
    return match.group().strip() if match else ""


def find_all(words: str, text: str, language: Language) -> Iterator[re.Match[str]]:
    """Matches that begin and end at the edge of a word, in scripts that have edges."""
    has_edges = language.lexicon.script == "latin"
    for match in compiled(words, has_edges).finditer(text):
        start = match.start()
        before = text[start - 1] if start else ""
        if not has_edges or not (before.isalnum() or before == "_"):
            yield match


@cache
def compiled(words: str, has_edges: bool) -> re.Pattern[str]:
    """The expression, with `T` and `N` replaced.

    The left edge is not part of it and the text is in lower case, because either would keep the
    engine from skipping ahead to the first letters that matter, and a text is searched for some 70
    expressions.
    """
    expanded = _T.sub(TOKEN, words)
    expanded = _N.sub(lambda _: NUMBER, expanded)
    return re.compile(rf"(?:{expanded})(?!\w)" if has_edges else expanded)
