"""Blocking: which parts of a wish leave nothing, found out by asking without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.api.messages import Recommendation, RecommendRequest
from service.api.services import RecommendService
from service.dialogue.reply import NOT_BLOCKED, Blocking
from service.dialogue.understood import FILTERS

MOST_ALONE = 5
"""Filters that are tried without, the last said first."""


def blocking_parts(
    backend: RecommendService, request: RecommendRequest, answer: Recommendation
) -> Blocking:
    """What leaves nothing in an answer that may be empty: any one of the parts, else all of the
    filters together, else something that is no part of the wish."""
    if answer.results:
        return NOT_BLOCKED
    parts = answer.wish.parts if answer.wish else ()
    filters = {part.text: part for part in parts if part.kind in FILTERS}

    def frees(texts: Sequence[str]) -> bool:
        without = replace(request, without_wish_parts=texts, k=1, explain=False)
        return bool(backend.recommend(without).results)

    alone = [filters[text] for text in list(filters)[-MOST_ALONE:] if frees([text])]
    if alone:
        return Blocking(alone)
    if len(filters) > 1 and frees(list(filters)):
        return Blocking(list(filters.values()), together=True)
    return NOT_BLOCKED
