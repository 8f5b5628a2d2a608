"""An answer in short: what figures of online quality need of it, small enough to be kept for months.

It is written as one line of JSON: the names of sources stand once, and of each item which of them
proposed it is a number, a bit for each. Millions are read for one report, by `service.online.places`,
which reads the line itself. Knows no events, no log and no figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

NEW_USER_EVENTS = 5
"""A person with fewer events than this is a new user."""


class Audience(StrEnum):
    """What was known of the person when the answer was made."""

    NEW = "new"
    KNOWN = "known"
    ANONYMOUS = "anonymous"
    """Nobody in particular was named, or nothing about them was to be used."""

    @classmethod
    def of(cls, n_events: int, *, anonymous: bool) -> Audience:
        if anonymous:
            return cls.ANONYMOUS
        return cls.NEW if n_events < NEW_USER_EVENTS else cls.KNOWN


@dataclass(frozen=True, slots=True)
class Impression:
    """One page of one answer: K items, best first."""

    model_version: str
    """Empty where no trained model ranked."""
    scenario: str
    """The caller's label of the placement; empty where there was none."""
    domains: Sequence[str]
    """Those that were asked for; none for all."""
    audience: Audience
    start: int
    """Place of the first item over all pages, from 0."""
    items: Sequence[int]
    """(K,) item indices."""
    sources: Sequence[Sequence[str]]
    """(K,) who proposed each of them; their order is not kept."""
    cold: Sequence[bool]
    """(K,) whether nobody had done anything with it yet."""

    @property
    def placement(self) -> str:
        """See `placement_of`."""
        return placement_of(self.scenario, self.domains)

    def to_json(self) -> str:
        """In one line."""
        names: dict[str, int] = {}
        by = [
            sum(1 << names.setdefault(name, len(names)) for name in dict.fromkeys(of_one))
            for of_one in self.sources
        ]
        content: dict[str, Any] = {
            "model": self.model_version,
            "scenario": self.scenario,
            "domains": list(self.domains),
            "audience": self.audience.value,
            "start": self.start,
            "items": list(self.items),
            "names": list(names),
            "by": by,
            "cold": [place for place, is_cold in enumerate(self.cold) if is_cold],
        }
        return orjson.dumps(content).decode()

    @classmethod
    def from_json(cls, text: str) -> Impression:
        """What `to_json` wrote."""
        content = orjson.loads(text)
        names, cold = content["names"], set(content["cold"])
        sources = [
            [name for place, name in enumerate(names) if mask >> place & 1]
            for mask in content["by"]
        ]
        return cls(
            model_version=content["model"],
            scenario=content["scenario"],
            domains=content["domains"],
            audience=Audience(content["audience"]),
            start=content["start"],
            items=content["items"],
            sources=sources,
            cold=[place in cold for place in range(len(content["items"]))],
        )


def placement_of(scenario: str, domains: Sequence[str]) -> str:
    """What the report calls where an answer was served: the scenario, else the domains."""
    return scenario or " + ".join(domains)
