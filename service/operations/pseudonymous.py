"""A verb called under pseudonyms: ids of people in its arguments are hidden before the recommender sees
them, and in its answer they are the caller's again.

Owns where in arguments and answers ids of people are. Knows no recommender, and not how a pseudonym is made.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from service.api.fairness import FairnessRequest, UserGrouping
from service.api.messages import (
    ExplainRequest,
    Explanation,
    RecommendRequest,
    TasteRequest,
    TasteSummary,
    UserExport,
    UserProfile,
)
from service.storage.pseudonyms import Pseudonyms

P = ParamSpec("P")
T = TypeVar("T")
_IDS = {"user_id", "guest_user_id"}
"""Parameters that are an id of a person."""


def under_pseudonyms(
    pseudonyms: Pseudonyms, verb: Callable[P, T], *arguments: P.args, **named: P.kwargs
) -> T:
    """What the verb answers."""
    if not pseudonyms:
        return verb(*arguments, **named)
    ids = _Ids(pseudonyms)
    bound = inspect.signature(verb).bind(*arguments, **named)
    for name, value in bound.arguments.items():
        bound.arguments[name] = ids.hidden(name, value)
    answer: T = ids.shown(verb(*bound.args, **bound.kwargs))
    return answer


class _Ids:
    """Those of one call."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._given: dict[str, str] = {}
        """The caller's ids by their pseudonyms."""

    def hidden(self, name: str, value: Any) -> Any:
        """An argument as the recommender may see it."""
        match value:
            case str() if name in _IDS:
                return self._of(value)
            case RecommendRequest() | ExplainRequest() | TasteRequest() | UserProfile():
                return replace(value, user_id=self._of(value.user_id))
            case FairnessRequest():
                return replace(value, groupings=[self._grouping(one) for one in value.groupings])
            case _ if name == "events":
                return self._pseudonyms.of_events(value)
            case _ if name == "tell" and value is not None:
                return lambda told: value(self.shown(told))
        return value

    def shown(self, answer: Any) -> Any:
        """An answer as the caller knows people. Who an answer was served to is not known where it is
        asked about by its own id alone."""
        match answer:
            case Explanation(less_of_this=feedback) if feedback is not None:
                mine = replace(feedback, user_id=self._given.get(feedback.user_id, ""))
                return replace(answer, less_of_this=mine)
            case TasteSummary():
                return replace(answer, user_id=self._given.get(answer.user_id, ""))
            case UserExport():
                return replace(answer, data=self._named(answer.data))
        return answer

    def _grouping(self, grouping: UserGrouping) -> UserGrouping:
        named = {self._of(user_id): group for user_id, group in grouping.group_of_user.items()}
        return replace(grouping, group_of_user=named)

    def _of(self, user_id: str) -> str:
        pseudonym = self._pseudonyms.of(user_id)
        self._given[pseudonym] = user_id
        return pseudonym

    def _named(self, data: Any) -> Any:
        """Plain data with the caller's ids in the place of pseudonyms."""
        match data:
            case str():
                return self._given.get(data, data)
            case Mapping():
                return {name: self._named(value) for name, value in data.items()}
            case list():
                return [self._named(value) for value in data]
        return data
