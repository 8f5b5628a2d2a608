"""Feedback: every place that was served, and what its person did there.

An event counts for the item of the answer that it names, where the answer was this person's, held
the item, and is not older than the time of attribution. Everything is recounted from the log each
time, so that deletions take effect. Knows no figures and no groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.event import EventPolicy, Outcome
from indexer.log.event_log import FeedbackBatch, ImpressionRecord, ImpressionRecords
from service.online.impression import Audience, Impression
from service.online.places import Places
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray

DAY_S = 86_400.0


@dataclass(slots=True)
class Attribution:
    """What became of the events that name an answer."""

    attributed: int = 0
    unknown_answer: int = 0
    """No answer of that name is kept: there never was one, or it is older than what is kept."""
    other_person: int = 0
    other_item: int = 0
    """The answer did not hold the item."""
    late: int = 0
    """It came after the time of attribution."""
    before: int = 0
    """Of answers from before the time that is asked about."""

    @property
    def unattributed(self) -> int:
        """Those that name an answer they cannot have come from."""
        return self.unknown_answer + self.other_person + self.other_item


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """P places that were served, as columns, and what came of them."""

    answer: IntArray
    """(P,) number of the answer."""
    item: IntArray
    """(P,) item index; also of items that have been deleted since."""
    person: IntArray
    """(P,) the same number is the same person; whoever is not known is one for each answer."""
    position: IntArray
    """(P,) 1 is first: where it was seen, else where it was put."""
    cold: BoolArray
    """(P,) whether nobody had done anything with the item yet."""
    shown: BoolArray
    """(P,) whether any event says that the person had it before their eyes."""
    said_shown: BoolArray
    """(P,) whether an event says just that: whose clients tell what was shown, tell it of all."""
    clicked: BoolArray
    converted: BoolArray
    dwell: FloatArray
    """(P,) seconds; NaN where no event says."""
    sources: Sequence[str]
    proposed: BoolArray
    """(P, sources) who proposed it."""
    served_at: NDArray[np.float64]
    """By answer, (A,); Unix seconds."""
    user: Sequence[str]
    """By answer, (A,); empty for nobody in particular."""
    model: Sequence[str]
    """By answer, (A,)."""
    placement: Sequence[str]
    """By answer, (A,)."""
    audience: Sequence[Audience]
    """By answer, (A,)."""
    attribution: Attribution = field(default_factory=Attribution)

    @classmethod
    def read(
        cls,
        log: ImpressionRecords,
        policy: EventPolicy,
        *,
        since: float = 0.0,
        after_seq: int = 0,
        attribution_days: float = 7.0,
    ) -> Feedback:
        """Of the answers that were served from `since` on (Unix seconds), by the events after
        `after_seq`."""
        places = Places(log.iter_impressions(since))
        made = _unanswered(places)
        outcomes = _Outcomes(log, policy, places, made, since, attribution_days * DAY_S)
        for batch in log.read_feedback(after_seq):
            outcomes.take(batch)
        return made


def _unanswered(places: Places) -> Feedback:
    """With nothing done yet."""
    n = places.n_places
    return Feedback(
        answer=places.answer(),
        item=places.item(),
        person=places.person(),
        position=places.position(),
        cold=places.cold(),
        shown=np.zeros(n, bool),
        said_shown=np.zeros(n, bool),
        clicked=np.zeros(n, bool),
        converted=np.zeros(n, bool),
        dwell=np.full(n, np.nan),
        sources=places.sources,
        proposed=places.proposed(),
        served_at=np.array(places.served_at, dtype=np.float64),
        user=places.users,
        model=places.models,
        placement=places.placements,
        audience=places.audiences,
    )


class _Outcomes:
    """Marks in the columns what events say."""

    def __init__(
        self,
        log: ImpressionRecords,
        policy: EventPolicy,
        places: Places,
        feedback: Feedback,
        since: float,
        within_s: float,
    ) -> None:
        self._log, self._policy, self._answers = log, policy, places.answers
        self._feedback, self._since, self._within_s = feedback, since, within_s

    def take(self, batch: FeedbackBatch) -> None:
        counts = self._feedback.attribution
        before = self._before(batch)
        for row, name in enumerate(batch.recommendation_id):
            answer = self._answers.get(name)
            if answer is None:
                if name in before:
                    counts.before += 1
                else:
                    counts.unknown_answer += 1
            elif answer.user_id and answer.user_id != batch.user_id[row]:
                counts.other_person += 1
            elif batch.item_index[row] not in answer.items:
                counts.other_item += 1
            elif batch.timestamp[row] > answer.served_at + self._within_s:
                counts.late += 1
            else:
                counts.attributed += 1
                place = answer.first_place + answer.items.index(batch.item_index[row])
                self._mark(place, batch, row)

    def _mark(self, place: int, batch: FeedbackBatch, row: int) -> None:
        marked, kind = self._feedback, self._policy.of_type(batch.event_type[row])
        marked.shown[place] = True
        marked.said_shown[place] |= kind.outcome is Outcome.SHOWN
        marked.clicked[place] |= kind.outcome in (Outcome.CLICK, Outcome.CONVERSION)
        marked.converted[place] |= kind.outcome is Outcome.CONVERSION
        value, position = batch.value[row], batch.position[row]
        if kind.is_dwell and value is not None:
            marked.dwell[place] = np.nan_to_num(marked.dwell[place]) + value
        if position is not None:
            marked.position[place] = position

    def _before(self, batch: FeedbackBatch) -> Mapping[str, ImpressionRecord]:
        """The answers of before that the events name."""
        if not self._since:
            return {}
        names = {name for name in batch.recommendation_id if name not in self._answers}
        return self._log.get_impressions(names)


def is_attributed(impression: Impression, owner: str, user_id: str, item_index: int | None) -> bool:
    """Whether an event of this person on this item can have come from that answer, which was
    `owner`'s, empty for nobody's in particular."""
    return owner in ("", user_id) and item_index in impression.items
