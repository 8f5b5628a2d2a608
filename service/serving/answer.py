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

    of: RankedRequest
    page: Page

    @property
    def shown(self) -> IntArray:
        """Places of the results among the candidates, best first."""
        return self.of.ranked.order[self.page.start : self.page.stop]

    @property
    def items(self) -> IntArray:
        """Indices of the results."""
        return self.of.ranked.items(self.shown)

    def context(self, encoders: str) -> ServedContext:
        """All that a later explanation needs. `encoders`: digest of those that serve."""
        request, user, ranked = self.of.request, self.of.user, self.of.ranked
        scale = ranked.scored.scale
        next_best = ranked.order[self.page.stop : self.page.stop + RUNNERS_UP]
        return ServedContext(
            user_id=request.user_id,
            model_version=self.of.model.ranker.version,
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
            results=self.served(),
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
        served: Sequence[ServedItem],
        items: Sequence[Item],
        reasons: Sequence[str],
        notes: Sequence[str],
        stage_ms: Mapping[str, float],
    ) -> Recommendation:
        """What the caller gets. `served`, `items` and `reasons` are those of the results, `notes`
        say what was missing and what was done instead."""
        rows = zip(served, items, reasons, strict=True)
        results = [
            ScoredItem(item.item_id, rank, one.score, one.sources, item, reason)
            for rank, (one, item, reason) in enumerate(rows, start=self.page.start + 1)
        ]
        return Recommendation(
            recommendation_id=recommendation_id,
            results=results,
            model_version=self.of.model.ranker.version,
            degraded=[*notes, *self._notes()],
            missing_item_ids=self.of.user.missing,
            next_page_token=self.page.next_token(len(self.of.ranked.order)),
            stage_ms=stage_ms,
        )

    def served(self) -> list[ServedItem]:
        """The results as they are kept, best first."""
        ranked = self.of.ranked
        rows = zip(
            self.items.tolist(),
            ranked.scored.scores[self.shown].tolist(),
            ranked.candidates.sources(self.items),
            ranked.explored(self.shown),
            strict=True,
        )
        return [ServedItem(*row) for row in rows]

    def _notes(self) -> list[str]:
        """What is not known of the person, and which sources failed."""
        failed = self.of.ranked.failed
        notes = [f"candidate source {name} failed; the others proposed" for name in failed]
        request, user = self.of.request, self.of.user
        if request.personalization is Personalization.FULL and not len(user.history):
            if user.taste:
                known = "nothing is known of what this user did"
                notes.append(f"{known}; ranked by the described taste and popularity")
            else:
                notes.append("nothing is known about this user; ranked by popularity")
        return notes
