"""Wishes: the words of a request, read over the catalogue as it is now, and how every item fits them.

Owns what of a request is a wish, and what was said before it. Knows no candidates and no histories.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from encoders.base import TextEncoder
from service.api.messages import RecommendRequest
from service.errors import RecommendationNotFound
from service.language_model.model import LanguageModel
from service.models.serving_model import ServingModel
from service.models.word_cosines import WordCosines
from service.models.word_spaces import WordSpaces
from service.ranker.data.arrays import BoolArray, extended
from service.ranker.pipeline import Lean
from service.serving.catalogue_lexicon import CatalogueLexicon
from service.serving.query_encoder import QueryEncoder
from service.serving.served import ServedContext, ServedContexts, ServedItem
from service.serving.user_context import UserContext
from service.storage.item_ids import ItemIds
from service.wishes.context import Before, Catalogue
from service.wishes.fit import Fit, Fitting, Likeness
from service.wishes.languages.samples import reads
from service.wishes.nearness import Nearness
from service.wishes.reader import read
from service.wishes.reading import Reading

TASTE_STRENGTH = 0.5
"""What somebody says of their taste leans so much as a wish does."""


@dataclass(frozen=True, slots=True, eq=False)
class Wished:
    """What a request says in words, read and fitted."""

    allowed: BoolArray
    """(N,)"""
    lean: Lean
    reading: Reading | None
    """Of the wish; None where only a taste was described."""
    notes: Sequence[str] = ()
    fit: Fit | None = None
    """Of the wish."""
    standing: Fit | None = None
    """Of the described taste."""


@dataclass(eq=False)
class Wishes:
    """The wishes of one recommender. For several threads."""

    lexicon: CatalogueLexicon
    ids: ItemIds
    served: ServedContexts
    encoder: TextEncoder
    queries: QueryEncoder
    spaces: WordSpaces
    model: LanguageModel | None = None
    """What takes wishes apart in the place of the grammars."""
    _languages: dict[str, bool] = field(default_factory=dict)

    def of(
        self, request: RecommendRequest, user: UserContext, model: ServingModel
    ) -> Wished | None:
        """What the request says in words, and the person's standing ones. None where there are no
        words. RecommendationNotFound where it refines an answer that is not there, or was
        another user's."""
        before, taste = self._before(request), user.taste
        if not (request.wish.strip() or taste.strip() or before.reading.parts):
            return None
        fitting = self._fitting(model, user.n_events)
        standing = self._standing(taste, fitting)
        if not (request.wish.strip() or before.reading.parts):
            assert standing is not None  # else there were no words
            lean = Lean(standing.lean, standing.tiers, standing.leading)
            return Wished(standing.allowed, lean, None, standing=standing)
        catalogue = self._catalogue(fitting.nearness)
        reading, notes = read(request.wish, catalogue, before, request.without_wish_parts)
        fit = fitting.fit(reading.parts)
        return Wished(*_both(fit, standing), reading, notes, fit, standing)

    def unserved(self, context: ServedContext, model: ServingModel, index: int) -> ServedItem:
        """An item that is no result of an answer, with what it has of what was asked for. What words
        add to its score is only known where it came next; else it is no number."""
        fitting = self._fitting(model, context.n_events_known)
        standing = self._standing(context.taste, fitting)
        return ServedItem(
            index,
            score=0.0,
            sources=(),
            explored=False,
            lean=context.leans.get(index, math.nan),
            reasons=fitting.fit(context.wish_parts).reasons(index),
            taste_reasons=() if standing is None else standing.reasons(index),
        )

    def _standing(self, taste: str, fitting: Fitting) -> Fit | None:
        """The fit of a described taste; None where there is none."""
        if not taste.strip():
            return None
        by_grammar = replace(
            self._catalogue(fitting.nearness), model=None
        )  # the same at every call
        return fitting.fit(read(taste, by_grammar, Before())[0].parts, TASTE_STRENGTH)

    def _catalogue(self, nearness: Nearness) -> Catalogue:
        return Catalogue(
            nearness.lexicon,
            nearness.topics,
            self.ids.item_id,
            self.queries.encode,
            nearness.topics_of,
            self.queries.prepare,
            self._reads,
            self.model,
        )

    def _reads(self, code: str) -> bool:
        if code not in self._languages:
            self._languages[code] = reads(self.encoder.encode_queries, code)
        return self._languages[code]

    def _before(self, request: RecommendRequest) -> Before:
        if not request.refine_recommendation_id:
            return Before()
        context = self.served.get(request.refine_recommendation_id)
        if context is None or context.user_id not in ("", request.user_id):
            raise RecommendationNotFound(request.refine_recommendation_id)
        return Before(
            _said(context), np.array([one.item_index for one in context.results], np.int64)
        )

    def _fitting(self, model: ServingModel, n_events: int) -> Fitting:
        lexicon, topics = self.lexicon.now(model.ranker.n_items)
        n_items = lexicon.n_items
        content, behaviour = model.ranker.snapshot.content, model.ranker.snapshot.behaviour
        spaces = replace(self.spaces, alignments=model.alignments)
        cosines = WordCosines(model.ranker, spaces, n_items)

        def likeness(item_id: str) -> Likeness:
            index = self.ids.index(item_id)
            if index is None or index >= content.n_items:
                return Likeness.none(n_items)
            cosines = sum(rows @ rows[index] for rows in content.vectors.values())
            liked = behaviour.strongest[[index]].toarray()[0]
            return Likeness(
                *(extended(np.asarray(one), n_items)[:n_items] for one in (cosines, liked))
            )

        weights = model.following.of(n_events)
        nearness = Nearness(lexicon, topics, cosines.text, cosines.media, self.queries.encode)
        return Fitting(nearness, likeness, self.ids.index, weights)


def _both(fit: Fit, standing: Fit | None) -> tuple[BoolArray, Lean]:
    """The wish with what somebody's standing words add."""
    if standing is None:
        return fit.allowed, Lean(fit.lean, fit.tiers, fit.leading)
    return fit.allowed & standing.allowed, Lean(fit.lean + standing.lean, fit.tiers, fit.leading)


def _said(context: ServedContext) -> Reading:
    return Reading(context.wish, context.wish_parts)
