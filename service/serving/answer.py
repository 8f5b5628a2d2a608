"""Answer: one page of a ranked request, as it is shown and as it is kept.

Owns what a caller is told of how the answer came about, and what a later explanation needs to score
as the answer did. Knows no stores and no words of reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from indexer.catalog.item import Item
from service.api.messages import Personalization, Recommendation, ScoredItem
from service.online.impression import Audience, Impression
from service.ranker.data.arrays import IntArray
from service.serving.paging import Page
from service.serving.request_ranker import RankedRequest
from service.serving.rule import rule_text
from service.serving.served import ServedContext, ServedItem
from service.telemetry.told import Listed
from service.wishes.fit import Reason
from service.wishes.reading import Reading

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
        leans, boosts = ranked.wished[shown].tolist(), ranked.boosted[shown].tolist()
        placed = ranked.placed_by(shown)
        of_wish, of_taste = _reasons(ranking, items)
        columns = (
            items.tolist(),
            scores.tolist(),
            sources,
            explored,
            leans,
            of_wish,
            of_taste,
            boosts,
            placed,
        )
        return cls(ranking, page, items, [ServedItem(*row) for row in zip(*columns, strict=True)])

    def context(self, encoders: str, asked_at: float) -> ServedContext:
        """All that a later explanation needs. `encoders`: digest of those that serve; `asked_at`:
        when the call came in, before anything was read for it, Unix seconds."""
        request, user, ranked = self.ranking.request, self.ranking.user, self.ranking.ranked
        scale = ranked.scored.scale
        next_best = ranked.order[self.page.stop : self.page.stop + RUNNERS_UP]
        return ServedContext(
            user_id="" if user.is_restricted else request.user_id,
            model_version=self.ranking.model.ranker.version,
            profiled=user.personalization is not Personalization.NON_PROFILED,
            history=user.history.items.tolist(),
            event_types=user.past.event_types,
            values=user.past.values,
            liked=user.past.liked.tolist(),
            disliked=user.past.disliked.tolist(),
            taste=user.taste,
            rule=rule_text(request.filter, request.domains),
            n_events_known=user.n_events,
            scale_shift=scale.shift.tolist(),
            scale_spread=scale.spread.tolist(),
            results=self.results,
            created_at=asked_at,
            runners_up=ranked.items(next_best).tolist(),
            runners_lean=[] if self.ranking.wished is None else ranked.wished[next_best].tolist(),
            runners_boost=ranked.boosted[next_best].tolist() if ranked.query.placement else [],
            times=user.history.times.tolist(),
            domains=tuple(request.domains),
            encoders=encoders,
            scenario=request.scenario,
            wish="" if self._reading is None else self._reading.text,
            wish_parts=() if self._reading is None else self._reading.parts,
        )

    def impression(self) -> Impression:
        """All that figures of what came of it need."""
        request, user = self.ranking.request, self.ranking.user
        counts = self.ranking.model.ranker.snapshot.behaviour.counts
        is_known = request.user_id and user.personalization is Personalization.FULL
        return Impression(
            model_version=self.ranking.model.ranker.version,
            scenario=request.scenario,
            domains=tuple(request.domains),
            audience=Audience.of(user.n_events, anonymous=not is_known),
            start=self.page.start,
            items=self.items.tolist(),
            sources=[result.sources for result in self.results],
            cold=(counts[self.items] == 0).tolist(),
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
            wish=self._reading,
        )

    def listed(self) -> Listed:
        """The same in numbers."""
        ranked = self.ranking.ranked
        is_plain = self._reading is None and self.page.start == 0 and len(self.results) > 0
        return Listed(
            model_version=self.ranking.model.ranker.version,
            proposed={name: len(items) for name, items in ranked.candidates.proposals.items()},
            served=Counter(chain.from_iterable(result.sources for result in self.results)),
            failed=ranked.failed,
            degraded=bool(self.ranking.model.notes or ranked.failed),
            best_score=self.results[0].score if is_plain else None,
        )

    @property
    def _reading(self) -> Reading | None:
        wished = self.ranking.wished
        return None if wished is None else wished.reading

    def _notes(self) -> list[str]:
        """What is not known of the person, and which sources failed."""
        failed = self.ranking.ranked.failed
        notes = [f"candidate source {name} failed; the others proposed" for name in failed]
        if n_unscored := self.ranking.ranked.n_unscored:
            notes.append(
                f"{n_unscored} candidates have no finite score and stand last, by popularity; "
                "the model may be damaged: `palate doctor`"
            )
        notes += self.ranking.notes
        request, user = self.ranking.request, self.ranking.user
        if self.ranking.wished is not None:
            notes += self.ranking.wished.notes
        if user.is_restricted:
            notes.append(
                f"by their consent ({user.consent}) nothing that is stored of them was used"
            )
        elif request.personalization is Personalization.FULL and not len(user.history):
            if user.taste:
                known = "nothing is known of what this user did"
                notes.append(f"{known}; ranked by the described taste and popularity")
            elif self._reading is not None:
                notes.append("nothing is known about this user; ranked by the wish and popularity")
            else:
                notes.append("nothing is known about this user; ranked by popularity")
        return notes


def _reasons(
    ranking: RankedRequest, items: IntArray
) -> tuple[list[list[Reason]], list[list[Reason]]]:
    """What each result has of the wish, and of the described taste."""
    wished = ranking.wished
    fits = (None, None) if wished is None else (wished.fit, wished.standing)
    of_wish, of_taste = (
        [[] if fit is None else fit.reasons(index) for index in items.tolist()] for fit in fits
    )
    return of_wish, of_taste
