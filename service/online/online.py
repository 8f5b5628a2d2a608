"""Online quality of one data folder: counted from its log whenever somebody asks.

Owns what a report reads, and which new events cannot have come from the answer that they name. Knows
no gRPC and no command line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.catalog.event import Event, EventPolicy
from indexer.log.event_log import ImpressionRecords
from service.api.messages import OnlineReport, OnlineRequest
from service.online.feedback import Feedback, is_attributed
from service.online.impression import Impression
from service.online.report import online_report


class Answers(Protocol):
    """What was served."""

    def in_short(self, recommendation_ids: Sequence[str]) -> dict[str, tuple[str, Impression]]:
        """Whose each of these answers was, and what it held; without those that are not known."""

    def flush(self) -> None:
        """Write what waits now."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenAnswers:
    """Those in the log, where nobody serves."""

    log: ImpressionRecords

    def in_short(self, recommendation_ids: Sequence[str]) -> dict[str, tuple[str, Impression]]:
        """See `Answers`."""
        found = self.log.get_impressions(recommendation_ids)
        return {
            name: (record.user_id, Impression.from_json(record.content))
            for name, record in found.items()
        }

    def flush(self) -> None:
        """There is nothing that waits."""


@dataclass(frozen=True, slots=True, eq=False)
class Online:
    """Reads the log anew each time."""

    log: ImpressionRecords
    answers: Answers
    policy: EventPolicy
    attribution_days: float

    def report(self, request: OnlineRequest) -> OnlineReport:
        """Figures of everything that is kept, or of what was served since a time."""
        self.answers.flush()
        return online_report(
            self.feedback(request.since),
            request.by,
            since=request.since,
            kept_since=self.log.oldest_impression(),
        )

    def feedback(self, since: float, after_seq: int = 0) -> Feedback:
        """What came of the answers from then on, by the events after `after_seq`."""
        return Feedback.read(
            self.log,
            self.policy,
            since=since,
            after_seq=after_seq,
            attribution_days=self.attribution_days,
        )

    def count_unattributed(
        self, events: Sequence[Event], index_of: Callable[[str], int | None]
    ) -> int:
        """How many name an answer that they cannot have come from."""
        naming = [event for event in events if event.recommendation_id]
        if not naming:
            return 0
        known = self.answers.in_short([event.recommendation_id for event in naming])
        return sum(not _may_be(event, known, index_of) for event in naming)


def _may_be(
    event: Event,
    known: dict[str, tuple[str, Impression]],
    index_of: Callable[[str], int | None],
) -> bool:
    if event.recommendation_id not in known:
        return False
    owner, impression = known[event.recommendation_id]
    return is_attributed(impression, owner, event.user_id, index_of(event.item_id))
