"""A text and its tokens, however it was typed: what grammars of every language read.

Owns the folding of what keyboards make different and the place of every token. Knows no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

_LIKE_ASCII = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},  # full width
    **dict.fromkeys(map(ord, "‘’‛´`ʼ′"), "'"),
    **dict.fromkeys(map(ord, "“”„‟«»″"), '"'),
    **dict.fromkeys(map(ord, "–—―−‐‑‒~〜～"), "-"),
    ord("￥"): "¥",
    ord("　"): " ",
}


class Kind(Enum):
    """What a token is, as far as its characters tell."""

    WORD = auto()
    NUMBER = auto()
    QUOTED = auto()
    MARK = auto()
    """What ends a sentence or stands between its parts."""
    SIGN = auto()
    """Any other: "$", "#", "-"."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark."""

    kind: Kind
    start: int
    end: int
    key: str
    """Folded and without apostrophes: what tables of words have ("don’t" -> "dont")."""


@dataclass(frozen=True)
class Source:
    """A text with its tokens. What of it is quoted is as it was written."""

    text: str
    tokens: Sequence[Token]
    tells_capitals: bool = True
    """Whether a capital says anything: not in a text of nothing else."""

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Those of all tokens."""
        return tuple(token.key for token in self.tokens)

    def key(self, at: int) -> str:
        """The key of a token; of none after the last."""
        return self.keys[at] if 0 <= at < len(self.keys) else ""

    def kind(self, at: int) -> Kind | None:
        """The kind of a token; None after the last."""
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else None

    def joined(self, at: int) -> bool:
        """Whether nothing stands between a token and the one before."""
        return 0 < at < len(self.tokens) and self.tokens[at - 1].end == self.tokens[at].start

    def is_capital(self, at: int) -> bool:
        """Whether a token is a word that begins with a capital that says something: no "I"."""
        if self.kind(at) is not Kind.WORD or not self.tells_capitals:
            return False
        if self.key(at) in ("i", "im", "id", "ive"):
            return False
        return self.text[self.tokens[at].start].isupper()

    def excerpt(self, first: int, end: int) -> str:
        """The tokens from `first` to before `end`, as they were written."""
        if first >= end:
            return ""
        return " ".join(self.text[self.tokens[first].start : self.tokens[end - 1].end].split())


def fold(text: str) -> str:
    """As long as the text: small letters, plain quotes and dashes, half-width forms."""
    folded = text.translate(_LIKE_ASCII)
    if folded.isascii():
        return folded.lower()
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in folded)
