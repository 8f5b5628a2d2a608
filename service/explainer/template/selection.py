"""Selection: which of several phrasings that say the same is used.

This module owns the stable hash, and how a list avoids repeating itself. It does not know languages
or what is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from service.explainer.evidence import Evidence, Subject


class PhrasingSelector(Protocol):
    """Selects phrasings for one text. All that it is offered is true; it decides how the text reads.

    `facts` are what the slots of the patterns stand for, `salt` tells the places of a text apart.
    """

    def index(self, salt: int) -> int:
        """A number, where words differ in nothing but style."""
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


class HashSelector:
    """Selects by hash. The variant moves every selection on, each salt at its own pace."""

    def __init__(self, seed: int, variant: int = 0, used: Mapping[str, int] | None = None) -> None:
        """`used` says how often each lead pattern was used in this list."""
        self._seed = seed
        self._variant = variant
        self._used = used or {}

    def index(self, salt: int) -> int:
        return (self._seed >> (3 * salt)) + self._variant // (salt + 1)

    def pick(self, options: Sequence[str], salt: int) -> str:
        """One of the options, the same for the same seed, variant and salt."""
        return options[self.index(salt) % len(options)]

    def phrase(self, patterns: Sequence[str], facts: Mapping[str, str], salt: int) -> str:
        return self.pick(patterns, salt)

    def lead(self, patterns: Sequence[str], facts: Mapping[str, str]) -> str:
        """The one used least so far, beginning where the hash says."""
        in_order = rotated(patterns, self.index(0))
        return min(in_order, key=lambda pattern: self._used.get(pattern, 0))


def rotated(options: Sequence[str], by: int) -> list[str]:
    """The options, beginning at another one.

    >>> rotated(["a", "b", "c"], 4)
    ['b', 'c', 'a']
    """
    first = by % len(options)
    return [*options[first:], *options[:first]]


def stable_hash(subject: Subject, evidence: Sequence[Evidence], *kind_of_text: str) -> int:
    """Of the subject and the kinds of evidence, so that a text changes only when what it says does."""
    kinds = (fact.kind.value for fact in evidence)
    key = "\x1f".join([subject.item_id, *kind_of_text, *kinds])
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
