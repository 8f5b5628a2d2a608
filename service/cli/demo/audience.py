"""The example's films and what people did with them, as far as the demo's rules need it to choose
whom to show.

The rules are stated here, once, and are not tuned to what the recommender answers. Knows nothing of
the recommender.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.ingest.reading import read_events, read_items

LIKED = 4.0
"""A rating from here on means that somebody liked the film."""
FEWEST, MOST = 50, 150
"""Ratings of somebody who is neither new nor a collector."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Films by id, and everybody's events, oldest first."""

    films: Mapping[str, Item]
    events: Mapping[str, Sequence[Event]]

    @classmethod
    def read(cls, items: Path, events: Path) -> Audience:
        films = {film.item_id: film for film in read_items(items)}
        by_user: dict[str, list[Event]] = {}
        for event in read_events(events):
            if event.item_id in films:
                by_user.setdefault(event.user_id, []).append(event)
        for history in by_user.values():
            history.sort(key=lambda event: event.timestamp)
        return cls(films, by_user)

    def regular(self) -> str:
        """Of the people with 50 to 150 ratings, the one who rated last."""
        regulars = [user for user, history in self.events.items() if FEWEST <= len(history) <= MOST]
        return max(regulars, key=lambda user: (self.events[user][-1].timestamp, user))

    def liked(self, user: str) -> list[Item]:
        """The films that a person rated 4 or better, oldest first."""
        return [
            self.films[event.item_id]
            for event in self.events[user]
            if (event.value or 0.0) >= LIKED
        ]

    def new_ground(self, user: str, n: int) -> tuple[str, list[Item]]:
        """The genre (of 100 films or more) this person rated least of, and its n best-known films
        they never rated."""
        rated = {event.item_id for event in self.events[user]}
        sizes = Counter(genre for film in self.films.values() for genre in film.categories)
        known = Counter(genre for item_id in rated for genre in self.films[item_id].categories)
        genre = min(
            (name for name, size in sizes.items() if size >= 100),
            key=lambda name: (known[name] / sizes[name], name),
        )
        fame = Counter(event.item_id for history in self.events.values() for event in history)
        candidates = [
            film
            for film in self.films.values()
            if genre in film.categories and film.item_id not in rated
        ]
        return genre, sorted(candidates, key=lambda film: (-fame[film.item_id], film.item_id))[:n]

    def by_affinity(self, genres: Sequence[str]) -> list[str]:
        """Everybody with 50 ratings or more, by the share of the films they liked that have all
        these genres."""

        def affinity(user: str) -> float:
            liked = self.liked(user)
            return sum(set(genres) <= set(film.categories) for film in liked) / (len(liked) + 10)

        people = [user for user, history in self.events.items() if len(history) >= FEWEST]
        return sorted(people, key=lambda user: (-affinity(user), user))
