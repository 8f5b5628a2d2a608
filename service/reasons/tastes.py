"""Tastes: what the service thinks of a person, from the log to facts, and from facts to words.

Owns what counts as a choice, and what people at large choose, as it is remembered for a while.
Knows no scores.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from indexer.catalog.event import Event, EventPolicy
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from service.api.messages import TasteRequest, TasteSummary
from service.config import ExplainSettings
from service.explainer.evidence import Subject
from service.explainer.taste.choices import Choice, Crowd, Offer
from service.explainer.taste.taste import TasteLimits, taste_evidence
from service.ranker.data.arrays import IntArray
from service.reasons.evidence import PastEvent, convincing
from service.reasons.writing import Writing

GROWTH = 1.05
"""What people choose is counted anew when there are so many times the events there were."""
DAY_S = 86_400


class Tastes:
    """Reads the log at every question; people at large are counted at the first one, and when they
    have moved on."""

    def __init__(
        self, settings: ExplainSettings, policy: EventPolicy, log: EventLog, writing: Writing
    ) -> None:
        self._settings, self._policy, self._log, self._writing = settings, policy, log, writing
        self._crowd: tuple[int, int, Crowd] | None = None
        self._lock = threading.Lock()

    def describe(self, request: TasteRequest, counts: IntArray) -> TasteSummary:
        """The taste of a user in words; `counts` (N,) are people's events per item index."""
        writer = self._writing.writer(request.writer)
        language = request.language or self._settings.language
        crowd = self._people_at_large(counts)
        user = self._log.get_user(request.user_id)
        choices = self._choices(request.user_id)
        evidence = taste_evidence(choices, crowd, user.taste if user is not None else "")
        written = self._writing.write(writer, Subject("", ""), evidence, language, "profile")
        notes = [written.note] if written.note else []
        if choices and crowd.n_people < TasteLimits().min_people:
            notes.append(
                f"with fewer than {TasteLimits().min_people} people here, nothing is compared with others"
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
        by_item: dict[str, list[Event]] = {}
        for stored in self._log.user_events(user_id):
            by_item.setdefault(stored.event.item_id, []).append(stored.event)
        items = self._log.get_items(list(by_item))
        choices = [
            choice_of(items[item_id][1], events, self._policy)
            for item_id, events in by_item.items()
            if item_id in items
        ]
        choices.sort(key=lambda choice: choice.day)  # stable, and the log is in order of time
        past = [
            PastEvent(items[c.item_id][1], c.event_type, c.value, c.weight > 0) for c in choices
        ]
        return [
            replace(choice, liked=good)
            for choice, good in zip(choices, convincing(past), strict=True)
        ]

    def _people_at_large(self, counts: IntArray) -> Crowd:
        n_items, n_choices = len(counts), int(counts.sum())
        with self._lock:
            known = self._crowd
            if (
                known is None
                or known[0] != n_items
                or not known[1] <= n_choices <= GROWTH * known[1]
            ):
                offers = (
                    Offer(item.domain, item.categories, item.attributes, int(counts[index]))
                    for index, item in self._log.iter_items()
                    if index < n_items
                )
                known = self._crowd = (
                    n_items,
                    n_choices,
                    Crowd.of(offers, self._log.users_count()),
                )
            return known[2]


def choice_of(item: Item, events: Sequence[Event], policy: EventPolicy) -> Choice:
    """What a person made of one item, by all they did with it, oldest first.

    The newest event of each type counts, so that a second rating replaces the first; weights add
    up.
    """
    newest = {event.event_type: event for event in events}
    weights = {name: policy.kind(name, event.value).weight for name, event in newest.items()}
    weight = max(-1.0, min(1.0, sum(weights.values())))
    telling = max(
        newest,
        key=lambda name: (weights[name] if weight >= 0 else -weights[name], newest[name].timestamp),
    )
    return Choice(
        item_id=item.item_id,
        day=int(events[-1].timestamp // DAY_S),
        weight=weight,
        title=item.title,
        domain=item.domain,
        event_type=telling,
        value=newest[telling].value,
        categories=item.categories,
        attributes=item.attributes,
    )
