"""UserExports: everything that is held of a person, for handing to them, in pages where it is much.

Owns what an export looks like, and its page tokens. Knows no ranking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from indexer.log.event_log import EventLog, Served
from service.api.messages import UserExport
from service.errors import InvalidInput
from service.online.impression import Impression
from service.serving.served import ServedContext
from service.serving.user_states import UserStates
from service.storage.item_ids import ItemIds

_TOKEN = re.compile(r"e[0-9]{1,18}|s[0-9a-f]{32}")
"""Events after a number of the log, or served answers after an id."""
_FIRST = "0" * 32
"""Before every id of an answer."""
_NAMED = ("history", "runners_up")
"""Fields of a context that hold indices of items."""


@dataclass(frozen=True, slots=True, eq=False)
class UserExports:
    """Of the people of one data folder."""

    log: EventLog
    states: UserStates
    ids: ItemIds

    def page(self, user_id: str, size: int, token: str) -> UserExport:
        """With `size` 0 everything is one page. InvalidInput for a token that no page came with."""
        kind, after = _parsed(token)
        data: dict[str, Any] = {"user_id": user_id} if token else self._person(user_id)
        data |= {"events": [], "served": []}
        n_left = size or None
        if kind == "e":
            events = self.log.recorded_events(user_id, int(after or 0), _and_one(n_left))
            data["events"] = [asdict(one.event) for one in events[:n_left]]
            if n_left is not None and len(events) > n_left:
                return UserExport(data, f"e{events[n_left - 1].seq}")
            n_left, after = None if n_left is None else n_left - len(events), _FIRST
        answers = self.log.served_to(user_id, after, _and_one(n_left))
        data["served"] = [self._answer(one) for one in answers[:n_left]]
        if n_left is not None and len(answers) > n_left:
            last = answers[n_left - 1].recommendation_id if n_left else _FIRST
            return UserExport(data, f"s{last}")
        return UserExport(data)

    def _person(self, user_id: str) -> dict[str, Any]:
        """What there is once."""
        profile = self.log.get_user(user_id)
        vectors = self.states.state(user_id).taste_vectors
        return {
            "user_id": user_id,
            "profile": None if profile is None else asdict(profile),
            "taste_vectors": {name: vector.tolist() for name, vector in vectors.items()},
        }

    def _answer(self, served: Served) -> Mapping[str, Any]:
        """With the ids of items in the place of our numbers of them."""
        return {
            "recommendation_id": served.recommendation_id,
            "created_at": served.created_at,
            "context": None if served.context is None else self._context(served.context),
            "impression": self._impression(served.impression) if served.impression else None,
        }

    def _impression(self, text: str) -> Mapping[str, Any]:
        impression = Impression.from_json(text)
        return {**asdict(impression), "items": self._named(impression.items)}

    def _context(self, data: bytes) -> Mapping[str, Any]:
        context = ServedContext.from_bytes(data).to_plain()
        for field in _NAMED:
            context[field] = self._named(context[field])
        for result in context["results"]:
            result["item_id"] = self._named([result.pop("item_index")])[0]
        return context

    def _named(self, indices: Sequence[int]) -> list[str]:
        """An empty string for an item that was deleted."""
        return [self.ids.item_id(index) for index in indices]


def _parsed(token: str) -> tuple[str, str]:
    if not token:
        return "e", ""
    if _TOKEN.fullmatch(token) is None:
        why = "is not a token that ExportUser gave; start without one"
        raise InvalidInput("page_token", token, why)
    return token[0], token[1:]


def _and_one(n: int | None) -> int | None:
    """One more tells whether there is a next page."""
    return None if n is None else n + 1
