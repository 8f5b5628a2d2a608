"""LastResort: the popular, where a request cannot be ranked because something of ours is broken.

Whoever asks for a page gets one, with less on it than could be. Owns which errors allow that, and
which requests: where something is ruled out that popularity does not tell, there is no list. Knows
no ranking.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from service.api.messages import Recommendation, RecommendRequest, ScoredItem
from service.errors import Damaged, PalateError, StoreUnavailable
from service.models.serving_model import ServingModel
from service.ranker.candidates import largest
from service.ranker.data.arrays import IntArray
from service.serving.catalog import Catalog
from service.serving.paging import Page
from service.serving.user_context import UserContexts
from service.storage.item_ids import ItemIds
from service.telemetry.told import Listed

SOURCE = "popular"
RANKING = "ranking"
"""What failed, where figures name failed sources: all of them at once."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class LastResort:
    """What is needed for it, as far as it can be had."""

    catalog: Catalog
    ids: ItemIds
    contexts: UserContexts

    def instead(
        self, request: RecommendRequest, model: ServingModel, page: Page, error: Exception
    ) -> Recommendation:
        """The page of what is popular, which says why; the error, where it is the caller's, or the
        request rules out what popularity does not tell. There is nothing to explain, so it has no
        recommendation id."""
        ours = isinstance(error, StoreUnavailable | Damaged) or not isinstance(error, PalateError)
        if (
            not ours
            or request.filter
            or request.wish
            or request.taste
            or request.refine_recommendation_id
        ):
            raise error
        logger.error("a request could not be ranked; what is popular is shown", exc_info=error)
        notes = [f"nothing could be ranked ({_why(error)}): these are the most popular"]
        away, _ = self.ids.indices([*request.exclude_item_ids, *request.history_item_ids])
        try:
            user = self.contexts.of(request, model)
            away = np.union1d(away, user.excluded)
        except Exception:
            notes.append("what is known of this user could not be read: it may be among them")
        else:
            if user.taste:
                raise error
        popular = self._popular(request, model, away)
        shown = popular[page.start : page.stop]
        counts = model.ranker.snapshot.behaviour.counts[shown].tolist()
        rows = zip(self.catalog.items(shown), counts, strict=True)
        return Recommendation(
            recommendation_id="",
            results=[
                ScoredItem(item.item_id, rank, float(count), [SOURCE], item)
                for rank, (item, count) in enumerate(rows, start=page.start + 1)
            ],
            model_version=model.ranker.version,
            degraded=[*model.notes, *notes],
            next_page_token=page.next_token(len(popular)),
        )

    def _popular(self, request: RecommendRequest, model: ServingModel, away: IntArray) -> IntArray:
        """All items that may come back, by the number of events on each."""
        snapshot = model.ranker.snapshot
        allowed = snapshot.content.live.copy()
        domains = model.vocabulary.domain_codes(request.domains)
        if domains is not None:
            allowed &= np.isin(snapshot.content.domain, domains)
        allowed[away[away < len(allowed)]] = False
        return largest(snapshot.behaviour.counts, allowed, len(allowed))


def in_numbers(popular: Recommendation) -> Listed:
    """Such a page as figures count it."""
    return Listed(
        model_version=popular.model_version,
        proposed={},
        served={SOURCE: len(popular.results)},
        failed=(RANKING,),
        degraded=True,
        best_score=None,
    )


def _why(error: Exception) -> str:
    """Without what an error of ours may have of what users sent."""
    return str(error) if isinstance(error, PalateError) else type(error).__name__
