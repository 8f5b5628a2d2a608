"""Choosing: which of several phrasings that say the same is used.

It owns the stable hash and the way a list avoids repeating itself. It knows neither languages nor
what is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from service.explainer.evidence import Evidence, Subject


class Chooser(Protocol):
    """Chooses for one text. Every phrasing it is offered is true; it decides how the text reads.

    `facts` are what the slots of the patterns stand for, `salt` tells the places of a text apart.
    """

    def index(self, salt: int) -> int:
        """A number, where words differ in nothing but taste."""
        ...

    def pick(self, options: Sequence[str], salt: int) -> str:
        """One of a few small words."""
        ...

    def phrase(self, patterns: Sequence[str], facts: Mapping[str, str], salt: int) -> str:
        """The pattern of a clause or a sentence after the first."""
        ...

    def lead(self, patterns: Sequence[str], facts: Mapping[str, str]) -> str:
        """The pattern of the first sentence."""
        ...


class HashChooser:
    """Picks by hash; the variant moves every pick on, each kind of pick at its own pace."""

    def __init__(self, seed: int, variant: int = 0, used: Mapping[str, int] | None = None) -> None:
        self._seed = seed
        self._variant = variant
        self._used = used or {}
        """How often each lead pattern was used in this list."""

    def index(self, salt: int) -> int:
        return (self._seed >> (3 * salt)) + self._variant // (salt + 1)

    def pick(self, options: Sequence[str], salt: int) -> str:
        return options[self.index(salt) % len(options)]

    def phrase(self, patterns: Sequence[str], facts: Mapping[str, str], salt: int) -> str:
        return self.pick(patterns, salt)

    def lead(self, patterns: Sequence[str], facts: Mapping[str, str]) -> str:
        """The one used least so far, beginning where the hash says."""
        return min(turned(patterns, self.index(0)), key=lambda pattern: self._used.get(pattern, 0))


def turned(options: Sequence[str], by: int) -> list[str]:
    """The options, beginning at another one."""
    first = by % len(options)
    return [*options[first:], *options[:first]]


def stable_hash(subject: Subject, evidence: Sequence[Evidence], *kind_of_text: str) -> int:
    """Of the subject and the kinds of evidence, so that a text changes only when what it says does."""
    key = "\x1f".join([subject.item_id, *kind_of_text, *(e.kind.value for e in evidence)])
    return int.from_bytes(
        hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )
