"""Tastes: what the service thinks of a user, from the log to facts, and from facts to words.

This module owns what counts as a choice, and keeps for a while what people at large choose. It does
not know scores.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.catalog.event import Event, EventKind
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from service.api.messages import TasteRequest, TasteSummary
from service.config import ExplainSettings
from service.explainer.evidence import Subject
from service.explainer.taste.choices import Choice
from service.explainer.taste.population import ItemCount, Population
from service.explainer.taste.summary import TasteLimits, taste_evidence
from service.ranker.data.arrays import IntArray
from service.reasons.facts import PastEvent, convincing
from service.reasons.writing import Writing
from service.storage.liking import Liking
from service.storage.nobody import Everybody

GROWTH = 1.05
"""What people choose is counted again when there are so many times the events there were."""
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class _Counted:
    """The population, and when it was counted."""

    n_items: int
    n_events: int
    population: Population

    def is_current(self, n_items: int, n_events: int) -> bool:
        """Whether it still stands for so many items and events."""
        return n_items == self.n_items and self.n_events <= n_events <= GROWTH * self.n_events


class Tastes:
    """Reads the log at every question. The population is counted at the first one, and again when
    the events have grown by a twentieth."""

    def __init__(
        self,
        settings: ExplainSettings,
        liking: Liking,
        log: EventLog,
        everybody: Everybody,
        writing: Writing,
    ) -> None:
        """`everybody` are the people whom a user may be compared with."""
        self._settings, self._liking, self._log, self._writing = settings, liking, log, writing
        self._everybody = everybody
        self._counted: _Counted | None = None
        self._lock = threading.Lock()

    def describe(self, request: TasteRequest, counts: IntArray) -> TasteSummary:
        """The taste of a user in words; `counts` (N,) are people per item index who chose it, and did not dislike it.

        InvalidInput when there is no such writer, WriterUnavailable when it is not set up.
        """
        writer = self._writing.writer(request.writer)
        language = request.language or self._settings.language
        population = self._population(counts)
        user = self._log.get_user(request.user_id)
        is_restricted = user is not None and user.is_restricted
        choices = self._choices(request.user_id)
        evidence = taste_evidence(
            choices, population, "" if user is None or is_restricted else user.taste
        )
        written = self._writing.write(writer, Subject("", ""), evidence, language, "profile")
        notes = [written.note] if written.note else []
        if is_restricted:
            notes.append("by their consent nothing that is stored of them is used")
        min_people = TasteLimits().min_people
        if choices and population.n_people < min_people:
            notes.append(
                f"with fewer than {min_people} people to compare with, nothing is compared with others"
            )
        return TasteSummary(
            user_id=request.user_id,
            text=written.text,
            writer=written.writer,
            evidence=evidence,
            language=language,
            degraded=notes,
        )

    def _choices(self, user_id: str) -> list[Choice]:
        """One per item of the catalogue that the user did something with, oldest first."""
        stored = self._log.user_events(user_id, but=self._liking.policy.silent)
        events = [one.event for one in stored]
        by_item: dict[str, list[tuple[Event, EventKind]]] = {}
        for event, kind in zip(events, self._liking.kinds(events), strict=True):
            by_item.setdefault(event.item_id, []).append((event, kind))
        items = self._log.get_items(list(by_item))
        choices = [
            choice_of(items[item_id][1], done)
            for item_id, done in by_item.items()
            if item_id in items
        ]
        choices.sort(key=lambda choice: choice.day)  # stable, and the log is in order of time
        past = [
            PastEvent(items[c.item_id][1], c.event_type, c.value, c.weight > 0) for c in choices
        ]
        return [
            replace(choice, liked=is_convincing)
            for choice, is_convincing in zip(choices, convincing(past), strict=True)
        ]

    def _population(self, counts: IntArray) -> Population:
        n_items, n_events = len(counts), int(counts.sum())
        with self._lock:
            if self._counted is None or not self._counted.is_current(n_items, n_events):
                population = Population.of(self._item_counts(counts), self._everybody.users_count())
                self._counted = _Counted(n_items, n_events, population)
            return self._counted.population

    def _item_counts(self, counts: IntArray) -> Iterator[ItemCount]:
        for index, item in self._log.iter_items():
            if index < len(counts):
                count = int(counts[index])
                yield ItemCount(item.domain, item.categories, item.attributes, count)


def choice_of(item: Item, done: Sequence[tuple[Event, EventKind]]) -> Choice:
    """What a user made of one item, by all they did with it and what that says, oldest first.

    The newest event of each type counts, so that a second rating replaces the first; weights add
    up, within -1 to 1. The event that is told is the one that weighs most in the direction of the
    sum.
    """
    newest = {event.event_type: event for event, _ in done}
    weights = {event.event_type: kind.weight for event, kind in done}
    weight = max(-1.0, min(1.0, sum(weights.values())))
    direction = 1 if weight >= 0 else -1
    event_type = max(newest, key=lambda name: (direction * weights[name], newest[name].timestamp))
    return Choice(
        item_id=item.item_id,
        day=int(done[-1][0].timestamp // DAY_S),
        weight=weight,
        title=item.title,
        domain=item.domain,
        event_type=event_type,
        value=newest[event_type].value,
        categories=item.categories,
        attributes=item.attributes,
    )
