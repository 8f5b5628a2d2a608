"""Making: a catalogue and what people did with it, drawn for a scenario, so that its settings can be tried
before there are data.

Everybody has a taste of two themes, of which one is in front for a while; what they meet is new rather than
old, of their taste three times in four, and known rather than unknown. Made up: no figure on it says how
well anything works on people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.cli.scenarios.scenario import Scenario
from service.ranker.data.arrays import BoolArray

Row = Mapping[str, Any]

END = 1_767_225_600.0
"""2026-01-01 UTC: the same seed makes the same rows on any day."""
DAY_S = 86_400.0
LIVES = 4.0
"""The catalogue came in over so many half-lives of an item."""
ADJECTIVES = (
    "Quiet",
    "Bright",
    "Northern",
    "Small",
    "Open",
    "Early",
    "Golden",
    "Second",
    "Long",
    "Clear",
)
TO_TASTE = 0.75
"""Share of what is met that is of a theme of the person's taste."""
REFUSED = 0.1
"""Share of the rest that is refused."""
TURNS = 0.05
"""How often the other theme of the taste comes to the front."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made."""

    items: int = 400
    people: int = 150
    met: int = 30
    """Items that each person meets."""


def make_items(scenario: Scenario, size: Size = Size(), seed: int = 0) -> list[Row]:
    """The catalogue, oldest first."""
    random = np.random.default_rng([seed, 0])
    themes = list(scenario.themes)
    ages = np.sort(random.uniform(0.0, LIVES * scenario.half_life_days, size.items))[::-1]
    rows: list[Row] = []
    for place, age in enumerate(ages.tolist()):
        theme = themes[place % len(themes)]
        first, second = random.choice(list(scenario.themes[theme]), 2, replace=False).tolist()
        maker = str(random.choice(list(scenario.makers)))
        adjective = str(random.choice(ADJECTIVES))
        row = {
            "item_id": f"{scenario.name}-{place + 1}",
            "domain": scenario.name,
            "title": f"{adjective} {first} {place + 1}",
            "description": f"{first.capitalize()} and {second} for {theme.lower()}, by {maker}.",
            "categories": [theme],
            "attributes": {scenario.maker: maker},
            "created_at": round(END - age * DAY_S),
        }
        if scenario.price is not None:
            row["price"] = round(float(random.uniform(*scenario.price)), 2)
        rows.append(row)
    return rows


def make_events(
    scenario: Scenario, items: list[Row], size: Size = Size(), seed: int = 0
) -> list[Row]:
    """What people did with the items, in order of time."""
    random = np.random.default_rng([seed, 1])
    crowd = _Crowd(scenario, items, random)
    rows = [
        row for person in range(size.people) for row in crowd.life(f"person-{person + 1}", size.met)
    ]
    return sorted(rows, key=lambda row: (row["timestamp"], row["user_id"]))


class _Crowd:
    """The people of a scenario before its items."""

    def __init__(self, scenario: Scenario, items: list[Row], random: np.random.Generator) -> None:
        self._scenario, self._random = scenario, random
        self._ids = [item["item_id"] for item in items]
        self._theme = np.array([item["categories"][0] for item in items])
        self._born = np.array([float(item["created_at"]) for item in items])
        self._fame = random.zipf(2.0, len(items)).clip(max=20).astype(float)
        self._half_life = scenario.half_life_days
        self._span_s = LIVES * scenario.half_life_days * DAY_S

    def life(self, user_id: str, n_met: int) -> Iterator[Row]:
        """What one person did with the items they met, one after the other."""
        random = self._random
        front, back = random.choice(list(self._scenario.themes), 2, replace=False).tolist()
        met = np.zeros(len(self._ids), bool)
        for time in np.sort(END - random.uniform(0.0, 0.9 * self._span_s, n_met)).tolist():
            if random.random() < TURNS:
                front, back = back, front
            likes = random.random() < TO_TASTE
            chance = self._chances(time, met) * ((self._theme == front) == likes)
            if not chance.any():
                continue
            place = int(random.choice(len(chance), p=chance / chance.sum()))
            met[place] = True
            for step, event_type in enumerate(self._deeds(likes)):
                yield {
                    "user_id": user_id,
                    "item_id": self._ids[place],
                    "event_type": event_type,
                    "timestamp": round(time + 60 * step),
                }

    def _chances(self, time: float, met: BoolArray) -> NDArray[np.float64]:
        """(N,) how likely each item is met: it is there, it is new to them, known, and not old."""
        age_days = (time - self._born) / DAY_S
        there = (age_days >= 0) & ~met
        chances: NDArray[np.float64] = self._fame * there * 0.5 ** (age_days / self._half_life)
        return chances

    def _deeds(self, likes: bool) -> Iterator[str]:
        """How far down the funnel it goes with what is to their taste; with the rest no further than the
        first step, or it is refused."""
        (first, _), *steps = self._scenario.funnel
        yield first
        if not likes:
            if self._random.random() < REFUSED:
                yield from self._scenario.refusal
            return
        for event_type, share in steps:
            if self._random.random() >= share:
                return
            yield event_type
