"""AnswerContexts: what an explanation is about, either an answer that was served or what would be
served now.

Owns finding the context of an answer, and making one for a user of this moment. Knows no evidence
and no words.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from service.api.messages import DEFAULT_K, ExplainRequest, RecommendRequest
from service.errors import InvalidInput, RecommendationNotFound, ServedByOtherEncoders
from service.models.serving_model import ServingModel
from service.serving.answer import Answer
from service.serving.paging import Page
from service.serving.request_ranker import RequestRanker
from service.serving.served import ServedContext, ServedContexts


@dataclass(frozen=True, slots=True, eq=False)
class AnswerContexts:
    """The answers of one recommender."""

    kept: ServedContexts
    ranking: RequestRanker
    encoders: str
    """Digest of those that serve."""

    def served(self, recommendation_id: str) -> ServedContext:
        """RecommendationNotFound, or ServedByOtherEncoders where its scores cannot be told any
        more."""
        context = self.kept.get(recommendation_id)
        if context is None:
            raise RecommendationNotFound(recommendation_id)
        if context.encoders not in ("", self.encoders):
            raise ServedByOtherEncoders(recommendation_id)
        return context

    def now(self, asked: ExplainRequest, item: int, model: ServingModel) -> ServedContext:
        """What would be kept if this moment's best were served to the user, by their words; or the
        item alone, where it is not one of them."""
        if not asked.user_id:
            why = "or recommendation_id is required to say who it was recommended to"
            raise InvalidInput("user_id", asked.user_id, why)
        asked_at = time.time()
        request = RecommendRequest(user_id=asked.user_id, wish=asked.wish, taste=asked.taste)
        page = Page.of(request)
        answer = Answer.of(self.ranking.rank(request, model, DEFAULT_K), page)
        if item not in answer.items:
            answer = Answer.of(self.ranking.rank_only(request, model, item), page)
        return answer.context(self.encoders, asked_at)
