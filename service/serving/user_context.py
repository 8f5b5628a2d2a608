"""UserContext: who asks, as far as a request lets us know them.

Owns how the stored user, the items of the session and the words of the request become one history
under the request's personalization. Knows no candidates and no scores.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from encoders.arrays import FloatArray
from indexer.errors import StoreUnavailable
from indexer.stores.store import TEXT, ItemStore
from service.api.messages import Personalization, RecommendRequest
from service.models.serving_model import ServingModel
from service.ranker.data.arrays import IntArray
from service.ranker.data.history import History
from service.serving.user_states import NOTHING_PAST, Past, UserState, UserStates, taste_vectors
from service.storage.item_ids import ItemIds

FEW_EVENTS = 5
"""With fewer events than this, a stored profile speaks beside them."""


@dataclass(frozen=True, slots=True, eq=False)
class UserContext:
    """Who asks."""

    history: History
    past: Past
    """The same events as they were recorded."""
    taste_vectors: Mapping[str, FloatArray]
    """(dim,) what was liked lately in encoder space, by modality."""
    taste: str
    """The person's own words."""
    excluded: IntArray
    """Items that must not come back, ascending."""
    missing: Sequence[str]
    """Ids of the request that are not in the catalogue."""
    personalization: Personalization
    """What the request and the consent of the person both allow."""
    consent: Personalization
    """Of the person; FULL where there is none, or nobody in particular."""

    @property
    def is_restricted(self) -> bool:
        """Whether the consent of the person keeps back what is stored of them."""
        return self.consent is not Personalization.FULL

    @property
    def n_events(self) -> int:
        return len(self.history)


@dataclass(frozen=True, slots=True, eq=False)
class UserContexts:
    """What a context is made from."""

    states: UserStates
    ids: ItemIds
    store: ItemStore
    encode_query: Callable[[str], FloatArray]

    def of(self, request: RecommendRequest, model: ServingModel) -> UserContext:
        """Who sends this request, in the codes of the model."""
        stored = self.states.state(request.user_id) if request.user_id else None
        session, missing = self.ids.indices(request.history_item_ids)
        excluded, unknown = self.ids.indices(request.exclude_item_ids)
        consent = Personalization.FULL if stored is None else stored.consent
        personalization = request.personalization.and_by(consent)
        used = stored if personalization is Personalization.FULL else None
        profiled = personalization is not Personalization.NON_PROFILED
        words = _words(request, used) if profiled else ""
        away = _excluded(request, excluded, stored, session)
        past = _past(used, session if profiled else session[:0], model)
        history = _history(past, model)
        vectors: dict[str, FloatArray] = dict(used.taste_vectors) if used is not None else {}
        if profiled and len(session):
            with suppress(StoreUnavailable):  # then the store finds nothing by them either
                vectors = taste_vectors(self.store, past.items[past.liked])
        if words:
            spoken = self.encode_query(words)
            history = replace(history, taste=model.ranker.project_text(spoken))
            vectors[TEXT] = spoken + vectors[TEXT] if TEXT in vectors else spoken
        return UserContext(
            history=history,
            past=past,
            taste_vectors=vectors,
            taste=words,
            excluded=away,
            missing=[*missing, *unknown],
            personalization=personalization,
            consent=consent,
        )


def _past(stored: UserState | None, session: IntArray, model: ServingModel) -> Past:
    """The newest events that are behaviour, then the items of the session as views."""
    past = NOTHING_PAST if stored is None else stored.past
    if len(session):
        past = past.then_viewed(session, time.time())
    return past.newest(model.ranker.config.feature_history, model.ranker.n_items)


def _history(past: Past, model: ServingModel) -> History:
    codes = model.vocabulary.event_types
    kinds = np.array([codes.get(kind, 0) for kind in past.event_types], dtype=np.int64)
    return History(past.items, kinds, past.times, ~past.disliked)


def _words(request: RecommendRequest, stored: UserState | None) -> str:
    """The words of the request; without any, those of a stored profile while few events say more."""
    if request.taste or stored is None:
        return request.taste
    profile = stored.profile
    if profile is None or stored.n_events >= FEW_EVENTS:
        return ""
    attributes = "; ".join(f"{name}: {value}" for name, value in profile.attributes.items())
    return ". ".join(part for part in (profile.taste, attributes) if part)


def _excluded(
    request: RecommendRequest, named: IntArray, stored: UserState | None, session: IntArray
) -> IntArray:
    """What the request names, and unless it includes what was seen, that as well."""
    away = [named]
    if not request.include_seen:
        away.append(session)
        if stored is not None:
            away.append(stored.seen)
    return np.unique(np.concatenate(away))
