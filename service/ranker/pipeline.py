"""The pipeline: a query to a ranked list. Serving, explaining and the validation of a training call it.

    query -> sources propose -> candidates -> signals -> second stage -> exploration,
    calibration or diversity

Owns the order of these steps. Arrays by item index; knows no ids, users, stores or requests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.ranker.calibration import Goal, Interest, calibrated
from service.ranker.candidates import (
    Candidates,
    CandidateSource,
    SourceFailed,
    VectorIndex,
    largest,
)
from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray, extended
from service.ranker.data.history import History
from service.ranker.diversity import POOL, diversify
from service.ranker.placement import Placement
from service.ranker.ranker import Ranker, ScoredList
from service.ranker.second_stage.query_scores import QueryScores
from service.ranker.stopwatch import Stopwatch

EXPLORATION_LOGITS = 4.0
"""What full exploration adds to the score of an item without events; it fades with 1 / sqrt(1 + n)."""
WIDER = 4
"""So many times as many candidates are asked for where a rule is yet to be checked on them."""
WISHED = 5
"""Where at most so many times the candidates of one source lead, all of them are candidates."""
WISH_SOURCE = "wish"
"""What the source is called that proposes what fits a wish."""
INDEX_PART = "vector_index"
"""What the part of `retrieve` is called in which an index looks for the nearest vectors."""
RULES_SOURCE = "rules"
"""What the source is called that proposes what an operator's rules want on the list."""
PLACED = 50
"""Candidates of each such rule by what was met, and as many by their popularity."""
NARROW_SOURCE = "filter"
"""What the source is called that proposes all that a narrow rule leaves."""


@dataclass(frozen=True, slots=True, eq=False)
class Lean:
    """How a wish moves a list, beyond what it does not allow."""

    scores: FloatArray
    """(N,) added to the score of each item, in deviations of the scores of this query's candidates:
    those of a person of whom much is known lie closer together than those of a stranger."""
    tiers: FloatArray
    """(N,) an item of a higher tier stands before every item of a lower one."""
    leading: BoolArray
    """(N,) among which sources look for candidates, so that what fits is ordered by the person."""

    def added(self, items: IntArray, scores: FloatArray) -> FloatArray:
        """(C,) what comes to the scores (C,) of these items; at most N of them are known."""
        n_items = int(items.max(initial=-1)) + 1
        if not len(scores):
            return scores
        deviation = np.float32(scores.std()) or np.float32(
            1
        )  # where nothing is known they are alike
        leaning = deviation * extended(self.scores, n_items)[items]
        span = np.float32(np.ptp(scores + leaning) + 1)
        return np.asarray(leaning + span * extended(self.tiers, n_items)[items], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """Who asks, and what may come back."""

    history: History
    per_source: int
    """Candidates wanted of each source."""
    allowed: BoolArray | None = None
    """(N,) items that may come back; None for all."""
    satisfying: Callable[[IntArray], IntArray] | None = None
    """Of these items those that satisfy the rest of a rule that `allowed` does not tell; None where
    it tells all."""
    members: IntArray | None = None
    """All items that a rule leaves, where they are known."""
    domains: IntArray | None = None
    """Codes of the domains that are asked for; None for all."""
    n_served: int = 0
    """Results wanted: the order is settled at least so far."""
    exploration: float = 0.0
    """0..1: room for items that few have met."""
    diversity: float = 0.0
    """0..1: distance between results, in the place of calibration."""
    state: FloatArray | None = None
    """(D,) the sequence model's state after the history, where it is known already."""
    placement: Placement | None = None
    """What an operator's rules do to the list; None where there are none."""
    wish: Lean | None = None
    """What the person wants now, in the place of calibration; None where they said nothing of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """C candidates in order, with all that the order rests on."""

    query: Query
    query_scores: QueryScores
    candidates: Candidates
    scored: ScoredList
    wished: FloatArray
    """(C,) what of the scores the wish added."""
    boosted: FloatArray
    """(C,) what of the scores rules added."""
    order: IntArray
    """(C,) places of the candidates, best first."""
    failed: Sequence[str] = ()
    """Sources that could not answer."""
    n_unscored: int = 0
    """Candidates whose score was not finite, and who stand last by their popularity."""
    calibration: float = 0.0
    """How strongly the order follows the categories of what was liked last."""

    @property
    def interest(self) -> Interest:
        """What was liked last, and what the candidates have of it."""
        return _interest(self.query_scores, self.candidates.items)

    def items(self, places: IntArray) -> IntArray:
        """Item indices at these places of the candidates."""
        return self.candidates.items[places]

    def placed_by(self, shown: IntArray) -> list[str]:
        """The rule by which each of the candidates at these places is shown; empty for those that
        would be without rules."""
        placement = self.query.placement
        if placement is None or not placement.raises or not len(shown):
            return [""] * len(shown)
        query = replace(self.query, placement=None, n_served=len(shown))
        scored = replace(self.scored, scores=self.scored.scores - self.boosted)
        plain = _order(self.query_scores, scored, self.candidates.items, query, self.calibration)
        first = set(plain[: len(shown)].tolist())
        by_calibration = self._calibrated_in(placement, shown)
        return [
            ""
            if place in first
            else placement.responsible(int(self.candidates.items[place])) or by_calibration[place]
            for place in shown.tolist()
        ]

    def _calibrated_in(self, placement: Placement, shown: IntArray) -> dict[int, str]:
        """The rule that calibrates, of those of these places that would not be shown without it; else
        empty."""
        if not placement.calibrations:
            return dict.fromkeys(shown.tolist(), "")
        query = replace(
            self.query, placement=replace(placement, calibrations=()), n_served=len(shown)
        )
        order = _order(
            self.query_scores, self.scored, self.candidates.items, query, self.calibration
        )
        first = set(order[: len(shown)].tolist())
        name = placement.calibrations[0].name
        return {place: "" if place in first else name for place in shown.tolist()}

    def explored(self, shown: IntArray) -> list[bool]:
        """Which of the candidates at these places would not be shown without exploration."""
        if self.query.exploration <= 0 or not len(shown):
            return [False] * len(shown)
        unexplored = replace(self.query, exploration=0.0, diversity=0.0, n_served=len(shown))
        plain = _order(
            self.query_scores, self.scored, self.candidates.items, unexplored, self.calibration
        )
        first = set(plain[: len(shown)].tolist())
        bonus = exploration_bonus(
            self.query_scores.snapshot, self.items(shown), self.query.exploration
        )
        return [
            place not in first and extra > 0
            for place, extra in zip(shown.tolist(), bonus.tolist(), strict=True)
        ]


def rank(
    ranker: Ranker,
    query: Query,
    sources: Sequence[CandidateSource],
    index: VectorIndex | None = None,
    watch: Stopwatch | None = None,
) -> Ranked:
    """Candidates of all sources in serving order.

    With an `index`, sources that look for the nearest vectors are answered by it; without one they
    look at every item, as they do where it fails. `watch` times the stages `encode`, `retrieve` and
    `rank`, and the sources as parts of `retrieve`.
    """
    watch = watch or Stopwatch()
    query_scores = ranker.query_scores(query.history, query.state)
    watch.lap("encode")
    candidates, failed = retrieve(query_scores, query, sources, index, watch)
    watch.lap("retrieve")
    scored, n_unscored, wished, boosted = _scored(ranker, query_scores, candidates.items, query)
    calibration = 0.0
    if query.diversity <= 0 and query.wish is None:
        calibration = ranker.calibration * float(ranker.blend.share_of_known(scored.scale))
    order = _order(query_scores, scored, candidates.items, query, calibration)
    watch.lap("rank")
    return Ranked(
        query,
        query_scores,
        candidates,
        scored,
        wished,
        boosted,
        order,
        failed,
        n_unscored,
        calibration,
    )


def rank_only(ranker: Ranker, query: Query, items: IntArray) -> Ranked:
    """These items (C,) alone, ascending, whatever sources and rules say of them."""
    query_scores = ranker.query_scores(query.history, query.state)
    scored, _, wished, boosted = _scored(ranker, query_scores, items, query)
    order = np.argsort(-scored.scores, kind="stable")
    return Ranked(query, query_scores, Candidates(items, {}), scored, wished, boosted, order)


def retrieve(
    query_scores: QueryScores,
    query: Query,
    sources: Sequence[CandidateSource],
    index: VectorIndex | None = None,
    watch: Stopwatch | None = None,
) -> tuple[Candidates, list[str]]:
    """What the sources propose of what is live and allowed; and the sources that failed. `watch`
    times each source, and an index for all that it answers."""
    watch = watch or Stopwatch()
    live = query_scores.snapshot.content.live
    usable = live
    if query.allowed is not None:  # items may have come since the rule was made
        usable = live & extended(query.allowed, len(live))
    proposals: dict[str, IntArray] = {}
    asked, failed = sources, []
    if index is not None:
        names = {source.space: source.name for source in sources if source.space}
        try:
            found = index.nearest(query_scores, list(names), query.per_source)
            proposals = {names[space]: items for space, items in found.items()}
            asked = [source for source in sources if not source.space]
        except SourceFailed:
            failed.append(INDEX_PART)
        watch.part(INDEX_PART)
    wish = query.wish
    leading = usable if wish is None else usable & extended(wish.leading, len(live))
    more, silent = _ask(asked, query_scores, leading, query, watch)
    proposals |= more
    if wish is not None:
        proposals[WISH_SOURCE] = _fitting(wish, usable, leading, query)
        watch.part(WISH_SOURCE)
    if query.placement is not None:
        proposals[RULES_SOURCE] = _wanted(query.placement, usable, query_scores)
        watch.part(RULES_SOURCE)
    if query.members is not None and len(query.members) <= query.per_source:
        proposals[NARROW_SOURCE] = query.members  # let the ranker see all that is left
    merged = Candidates.merged(
        proposals, usable, query.per_source, whole=(WISH_SOURCE, RULES_SOURCE)
    )
    return merged, [*failed, *silent]


def _fitting(wish: Lean, usable: BoolArray, leading: BoolArray, query: Query) -> IntArray:
    """What fits a wish best, and all that leads where that is little."""
    span = wish.scores.max(initial=0) - wish.scores.min(initial=0)
    above = np.float32(span + 1)
    scores = extended(wish.scores + above * wish.tiers, len(usable))
    best = largest(scores, usable, query.per_source)
    all_leading = np.flatnonzero(leading)
    if len(all_leading) > WISHED * query.per_source:
        return best
    return np.concatenate([all_leading, best[~leading[best]]])


def _wanted(placement: Placement, usable: BoolArray, query_scores: QueryScores) -> IntArray:
    """What rules want on the list: the best by what was met, and the most popular."""
    met, counts = query_scores.strongest, query_scores.snapshot.behaviour.counts
    proposed = [np.zeros(0, np.int64)]
    for members in placement.wanted(len(usable)):
        among = usable & members
        proposed += [largest(met, among & (met > 0), PLACED), largest(counts, among, PLACED)]
    return np.unique(np.concatenate(proposed))


def _scored(
    ranker: Ranker, query_scores: QueryScores, items: IntArray, query: Query
) -> tuple[ScoredList, int, FloatArray, FloatArray]:
    """The scores of these items (C,), of how many there was none that is finite, and what of them
    a wish (C,) and rules (C,) added."""
    scored = ranker.score_list(query_scores, items, query.domains)
    finite = np.isfinite(scored.scores)
    n_unscored = len(items) - int(np.count_nonzero(finite))
    if n_unscored:
        counts = query_scores.snapshot.behaviour.counts[items]
        scored = replace(scored, scores=finite_scores(scored.scores, counts))
    wished = boosted = np.zeros(len(items), np.float32)
    if query.placement is not None:
        boosted = query.placement.added(items, scored.scores)
    if query.wish is not None:
        wished = query.wish.added(items, scored.scores + boosted)
    if query.wish is not None or query.placement is not None:
        scored = replace(scored, scores=scored.scores + wished + boosted)
    return scored, n_unscored, wished, boosted


def finite_scores(scores: FloatArray, counts: IntArray) -> FloatArray:
    """(C,) the same, where those that are not finite stand below all others, by their counts (C,):
    the one place that no such number passes, whatever is wrong with a model.

    >>> finite_scores(np.array([0.5, np.nan, np.inf]), np.array([3, 1, 3])).tolist()
    [0.5, -1.25, -0.75]
    """
    finite = np.isfinite(scores)
    lowest = scores[finite].min(initial=0)
    last = lowest - 1.5 + counts / (1 + counts.max(initial=0))
    return np.where(finite, scores, last).astype(np.float32)


def _ask(
    sources: Sequence[CandidateSource],
    query_scores: QueryScores,
    usable: BoolArray,
    query: Query,
    watch: Stopwatch,
) -> tuple[dict[str, IntArray], list[str]]:
    """Proposals by source, and the sources that failed. A rule that the mask does not tell is
    checked on more candidates than are wanted."""
    n = query.per_source if query.satisfying is None else WIDER * query.per_source
    proposals: dict[str, IntArray] = {}
    failed = []
    for source in sources:
        try:
            proposals[source.name] = source.propose(query_scores, usable, n)
        except SourceFailed:
            failed.append(source.name)
        watch.part(source.name)
    if query.satisfying is not None:
        proposed = np.unique(np.concatenate([np.zeros(0, np.int64), *proposals.values()]))
        passed = query.satisfying(proposed)
        proposals = {name: items[np.isin(items, passed)] for name, items in proposals.items()}
    return proposals, failed


def exploration_bonus(snapshot: CatalogSnapshot, items: IntArray, exploration: float) -> FloatArray:
    """(len(items),) what `exploration` 0..1 adds to the scores, beyond the boost of cold items that
    training found affordable."""
    counts = snapshot.behaviour.counts[items]
    bonus: FloatArray = exploration * EXPLORATION_LOGITS / np.sqrt(1.0 + counts)
    return bonus.astype(np.float32)


def _order(
    query_scores: QueryScores,
    scored: ScoredList,
    items: IntArray,
    query: Query,
    calibration: float,
) -> IntArray:
    """Places of the candidates in serving order, settled for the first `query.n_served`."""
    order = _for_the_person(query_scores, scored, items, query, calibration)
    return (
        order if query.placement is None else query.placement.arranged(items, order, query.n_served)
    )


def _for_the_person(
    query_scores: QueryScores,
    scored: ScoredList,
    items: IntArray,
    query: Query,
    calibration: float,
) -> IntArray:
    """The same without what rules do to places."""
    snapshot, scores = query_scores.snapshot, scored.scores
    if query.exploration > 0:
        scores = scores + exploration_bonus(snapshot, items, query.exploration)
    goals = []
    if calibration > 0:
        goals.append(_interest(query_scores, items).goal(calibration))
    if query.placement is not None and query.placement.calibrations and query.diversity <= 0:
        weight = query.placement.calibration * (float(scores.std()) if len(scores) else 0.0)
        goals.append(all_liked(query_scores, items, weight))
    if goals:
        return calibrated(scores, goals, query.n_served)
    order = np.argsort(-scores, kind="stable")
    if query.diversity <= 0:
        return order
    pool = items[order[: max(POOL * query.n_served, 50)]]
    first = diversify(scores[order], _content(snapshot, pool), query.n_served, query.diversity)
    rest = np.setdiff1d(np.arange(len(order)), first)
    diverse: IntArray = order[np.concatenate([first, rest])]
    return diverse


def _interest(query_scores: QueryScores, items: IntArray) -> Interest:
    """What was liked last, and what these items (C,) have of it."""
    content, history = query_scores.snapshot.content, query_scores.history
    return Interest.of(content.tags, content.is_category, history.items[history.liked], items)


def all_liked(query_scores: QueryScores, items: IntArray, weight: float) -> Goal:
    """The categories of all that was liked, and what these items (C,) have of them."""
    content, history = query_scores.snapshot.content, query_scores.history
    liked = history.items[history.liked]
    return Goal.of_all(content.tags, content.is_category, liked, items, weight)


def _content(snapshot: CatalogSnapshot, items: IntArray) -> FloatArray:
    """(len(items), D) unit rows of all modalities side by side."""
    blocks = [vectors[items] for vectors in snapshot.content.vectors.values()]
    side_by_side: FloatArray = np.concatenate(blocks, axis=1)
    side_by_side /= np.maximum(np.linalg.norm(side_by_side, axis=1, keepdims=True), 1e-6)
    return side_by_side
