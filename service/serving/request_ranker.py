"""RequestRanker: from a request to a ranked list, through the one pipeline of the ranker.

Recommend, SimilarItems and Explain come through here. Owns how a request becomes the pipeline's
query. Knows no answers and no words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.stores.store import ItemStore
from service.api.messages import RecommendRequest
from service.models.serving_model import ServingModel
from service.ranker.data.arrays import BoolArray, extended
from service.ranker.pipeline import Query, Ranked, rank, rank_only
from service.ranker.placement import Placement
from service.ranker.stopwatch import Stopwatch
from service.rules.placements import Placements
from service.serving.rule import Rule
from service.serving.sources import Sources
from service.serving.store_index import StoreIndex
from service.serving.user_context import UserContext, UserContexts
from service.serving.wishes import Wished, Wishes
from service.storage.item_ids import ItemIds


@dataclass(frozen=True, slots=True, eq=False)
class RankedRequest:
    """A request, who sent it, and the list that a model ranked for it."""

    request: RecommendRequest
    model: ServingModel
    user: UserContext
    ranked: Ranked
    wished: Wished | None = None
    """What it says in words."""


@dataclass(frozen=True, slots=True, eq=False)
class RequestRanker:
    """What a request is ranked with."""

    store: ItemStore
    ids: ItemIds
    contexts: UserContexts
    sources: Sources
    wishes: Wishes
    placements: Placements

    def rank(
        self,
        request: RecommendRequest,
        model: ServingModel,
        n_served: int,
        watch: Stopwatch | None = None,
        *,
        ruled: bool = True,
    ) -> RankedRequest:
        """The list, in order for the first `n_served` at least, under the rules where it is `ruled`;
        `watch` times its stages. FilterSyntaxError where the request's filter is none."""
        watch = watch or Stopwatch()
        rule = Rule.of(request.filter, request.domains, self.store, self.ids)
        user = self.contexts.of(request, model)
        index = StoreIndex.where_needed(self.store, model, user, rule)
        wished = self.wishes.of(request, user, model)
        has_wish = wished is not None and wished.reading is not None
        placement = self.placements.of(request.scenario, wished=has_wish) if ruled else None
        query = self._query(request, model, user, rule, n_served, wished, placement)
        watch.lap("person")
        ranked = rank(model.ranker, query, self.sources.of(model), index, watch)
        return RankedRequest(request, model, user, ranked, wished)

    def rank_only(self, request: RecommendRequest, model: ServingModel, item: int) -> RankedRequest:
        """The same list if it had this item alone."""
        user = self.contexts.of(request, model)
        wished = self.wishes.of(request, user, model)
        query = Query(user.history, per_source=1, wish=None if wished is None else wished.lean)
        ranked = rank_only(model.ranker, query, np.array([item], dtype=np.int64))
        return RankedRequest(request, model, user, ranked, wished)

    def _query(
        self,
        request: RecommendRequest,
        model: ServingModel,
        user: UserContext,
        rule: Rule,
        n_served: int,
        wished: Wished | None,
        placement: Placement | None,
    ) -> Query:
        domains = model.vocabulary.domain_codes(request.domains)
        allowed = _allowed(model, user, rule, domains)
        if wished is not None:
            allowed &= extended(wished.allowed, len(allowed))[: len(allowed)]
        satisfying = None
        if not rule.is_resolved:
            satisfying = lambda items: self.store.matching(rule.filter, items)  # noqa: E731
        return Query(
            history=user.history,
            per_source=max(model.ranker.config.candidates, request.k),
            allowed=allowed,
            satisfying=satisfying,
            members=rule.members,
            domains=domains,
            n_served=n_served,
            exploration=request.exploration,
            diversity=request.diversity,
            placement=placement,
            wish=None if wished is None else wished.lean,
        )


def _allowed(
    model: ServingModel, user: UserContext, rule: Rule, domains: np.ndarray | None
) -> BoolArray:
    """(N,) what the rule and the request allow, as far as that can be told without the store.

    Whoever has a history in one domain only would have all sources propose of that one: where
    domains are asked for, the sources propose within them.
    """
    n_items = model.ranker.n_items
    allowed = np.ones(n_items, dtype=bool)
    if rule.members is not None:
        allowed[:] = False
        allowed[rule.members[rule.members < n_items]] = True
    elif domains is not None:
        allowed &= np.isin(model.ranker.snapshot.content.domain, domains)
    allowed[user.excluded[user.excluded < n_items]] = False
    return allowed
