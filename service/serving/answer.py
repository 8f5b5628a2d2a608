"""Answer: one page of a ranked request, as it is shown and as it is kept.

Owns what a caller is told of how the answer came about, and what a later explanation needs to score
as the answer did. Knows no stores and no words of reasons.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.catalog.item import Item
from service.api.messages import Personalization, Recommendation, ScoredItem
from service.ranker.data.arrays import IntArray
from service.serving.paging import Page
from service.serving.request_ranker import RankedRequest
from service.serving.rule import rule_text
from service.serving.served import ServedContext, ServedItem

RUNNERS_UP = 10
"""Candidates kept beside the results of an answer, to tell what would take the place of one."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A ranked request and the page of it that is shown."""

    ranking: RankedRequest
    page: Page
    items: IntArray
    """Indices of the results, best first."""
    results: Sequence[ServedItem]
    """The same as they are kept."""

    @classmethod
    def of(cls, ranking: RankedRequest, page: Page) -> Answer:
        """The answer that shows this page."""
        ranked = ranking.ranked
        shown = ranked.order[page.start : page.stop]  # places among the candidates
        items, scores = ranked.items(shown), ranked.scored.scores[shown]
        sources, explored = ranked.candidates.sources(items), ranked.explored(shown)
        rows = zip(items.tolist(), scores.tolist(), sources, explored, strict=True)
        return cls(ranking, page, items, [ServedItem(*row) for row in rows])

    def context(self, encoders: str) -> ServedContext:
        """All that a later explanation needs. `encoders`: digest of those that serve."""
        request, user, ranked = self.ranking.request, self.ranking.user, self.ranking.ranked
        scale = ranked.scored.scale
        next_best = ranked.order[self.page.stop : self.page.stop + RUNNERS_UP]
        return ServedContext(
            user_id=request.user_id,
            model_version=self.ranking.model.ranker.version,
            profiled=request.personalization is Personalization.FULL,
            history=user.history.items.tolist(),
            event_types=user.past.event_types,
            values=user.past.values,
            liked=user.history.liked.tolist(),
            taste=user.taste,
            rule=rule_text(request.filter, request.domains),
            n_events_known=user.n_events,
            scale_shift=scale.shift.tolist(),
            scale_spread=scale.spread.tolist(),
            results=self.results,
            created_at=time.time(),
            runners_up=ranked.items(next_best).tolist(),
            times=user.history.times.tolist(),
            domains=tuple(request.domains),
            encoders=encoders,
            scenario=request.scenario,
        )

    def recommendation(
        self,
        recommendation_id: str,
        items: Sequence[Item],
        reasons: Sequence[str],
        stage_ms: Mapping[str, float],
    ) -> Recommendation:
        """What the caller gets. `items` and `reasons` are those of the results."""
        rows = zip(self.results, items, reasons, strict=True)
        results = [
            ScoredItem(item.item_id, rank, one.score, one.sources, item, reason)
            for rank, (one, item, reason) in enumerate(rows, start=self.page.start + 1)
        ]
        return Recommendation(
            recommendation_id=recommendation_id,
            results=results,
            model_version=self.ranking.model.ranker.version,
            degraded=[*self.ranking.model.notes, *self._notes()],
            missing_item_ids=self.ranking.user.missing,
            next_page_token=self.page.next_token(len(self.ranking.ranked.order)),
            stage_ms=stage_ms,
        )

    def _notes(self) -> list[str]:
        """What is not known of the person, and which sources failed."""
        failed = self.ranking.ranked.failed
        notes = [f"candidate source {name} failed; the others proposed" for name in failed]
        request, user = self.ranking.request, self.ranking.user
        if request.personalization is Personalization.FULL and not len(user.history):
            if user.taste:
                known = "nothing is known of what this user did"
                notes.append(f"{known}; ranked by the described taste and popularity")
            else:
                notes.append("nothing is known about this user; ranked by popularity")
        return notes
