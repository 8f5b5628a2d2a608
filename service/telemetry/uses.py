"""How often a cache was asked, and how often it knew."""

from __future__ import annotations


class Uses:
    """Counted where the cache is asked; under its lock, or else a count may be lost."""

    __slots__ = ("asked", "hits")

    def __init__(self) -> None:
        self.asked = 0
        self.hits = 0

    def count(self, hit: bool) -> None:
        """It was asked once."""
        self.asked += 1
        self.hits += hit
