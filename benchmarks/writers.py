"""Writers: threads that call everything that writes, as many shops and people at once would, and keep
a ledger of what was acknowledged.

Every writer has items and people of its own. What it was asked for when the server died, it asks for
again before anything else, as callers do. Knows no server process.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from benchmarks.ledger import Key, Ledger, State
from palate.client import Client, PalateRpcError

CALL_S = 20.0
ITEMS, PEOPLE = 60, 6
"""Of each writer."""
BATCH = 20
TYPES = ("watch", "like", "rating", "purchase")
TOPICS = (
    "western ranch",
    "space robot",
    "wedding dance",
    "ghost curse",
    "heist safe",
    "courtroom law",
)

Write = tuple[Mapping[Key, State], Callable[[Client], object]]
"""What a call is to change, and the call."""


class Writer:
    """One of them; the same for every server that is started."""

    def __init__(self, number: int, seed: int, ledger: Ledger) -> None:
        self._rng = random.Random(seed * 1_000 + number)
        self._ledger = ledger
        self._name = f"w{number}"
        self._n_events = 0
        self._events: dict[str, list[str]] = {user: [] for user in self.people}
        """By person, those that are there as far as this writer knows."""
        self._unanswered: Write | None = None

    @property
    def people(self) -> list[str]:
        return [f"{self._name}-p{number}" for number in range(PEOPLE)]

    @property
    def items(self) -> list[str]:
        return [f"{self._name}-i{number}" for number in range(ITEMS)]

    def write_until(self, stop: Event, address: str) -> None:
        """Until `stop` is set, or the server is gone."""
        with suppress(PalateRpcError), Client(address, timeout_s=CALL_S) as client:
            while not stop.is_set():
                changes, call = self._unanswered or self._any()
                self._unanswered = changes, call
                self._ledger.attempt(changes)
                call(client)
                self._ledger.acknowledge(changes)
                self._unanswered = None
                if self._rng.random() < 0.3:
                    client.recommend(self._rng.choice(self.people), k=10, explain=True)

    def _any(self) -> Write:
        kinds = (self._record, self._index, self._delete_items, self._delete_events)
        others = (self._put_user, self._delete_user)
        (kind,) = self._rng.choices((*kinds, *others), weights=(10, 4, 1, 1, 1, 0.5))
        return kind()

    def _record(self) -> Write:
        user = self._rng.choice(self.people)
        rows: list[dict[str, Any]] = []
        for _ in range(self._rng.randint(1, BATCH)):
            self._n_events += 1
            rows.append(
                {
                    "user_id": user,
                    "item_id": self._rng.choice(self.items),
                    "event_type": self._rng.choice(TYPES),
                    "value": float(self._rng.randint(3, 5)),
                    "timestamp": 1_700_000_000.0 + self._n_events,
                    "event_id": f"{self._name}-e{self._n_events}",
                }
            )
        ids = [str(row["event_id"]) for row in rows]
        self._events[user] += ids
        return {("event", one): True for one in ids}, lambda client: client.record_events(rows)

    def _index(self) -> Write:
        version, some = self._rng.randrange(10**9), self._some(self.items)
        rows = [
            {
                "item_id": item,
                "title": f"Film {version}",
                "description": f"A story of {self._rng.choice(TOPICS)}.",
                "categories": [self._rng.choice(TOPICS).split()[0]],
            }
            for item in some
        ]
        changes: dict[Key, State] = {("item", item): f"Film {version}" for item in some}
        return changes, lambda client: client.index_items(rows, timeout_s=CALL_S)

    def _delete_items(self) -> Write:
        some = self._some(self.items)[:3]
        return {("item", one): None for one in some}, lambda client: client.delete_items(some)

    def _delete_events(self) -> Write:
        user = self._rng.choice(self.people)
        some = self._some(self._events[user])[:5] or [f"{self._name}-none"]
        return (
            {("event", one): None for one in some},
            lambda client: client.delete_events(user, some),
        )

    def _put_user(self) -> Write:
        user, taste = self._rng.choice(self.people), f"films of {self._rng.randrange(10**9)}"
        return {("profile", user): taste}, lambda client: client.put_user(user, taste=taste)

    def _delete_user(self) -> Write:
        user = self._rng.choice(self.people)
        gone: dict[Key, State] = {("event", one): None for one in self._events[user]}
        self._events[user] = []
        return {**gone, ("profile", user): None}, lambda client: client.delete_user(user)

    def _some(self, ids: Sequence[str]) -> list[str]:
        return self._rng.sample(ids, min(len(ids), self._rng.randint(1, BATCH)))


class Writing:
    """All writers at work on one server."""

    def __init__(self, writers: Sequence[Writer], address: str) -> None:
        self._stop = Event()
        self._threads = [
            Thread(target=one.write_until, args=(self._stop, address), name="writer")
            for one in writers
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Once every call that is under way has ended."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


def stored(client: Client, people: Sequence[str]) -> dict[Key, State]:
    """What a server says that it has of everything that writers write."""
    found: dict[Key, State] = {}
    token = ""
    while True:
        page = client.list_items(page_size=200, page_token=token)
        found |= {("item", item.item_id): item.title for item in page.items}
        token = page.next_page_token
        if not token:
            break
    for user in people:
        export = client.export_user(user)
        found |= {("event", event["event_id"]): True for event in export["events"]}
        if (export.get("profile") or {}).get("taste"):
            found["profile", user] = export["profile"]["taste"]
    return found
