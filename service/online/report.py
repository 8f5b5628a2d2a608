"""The report on online quality: what came of what was served, by group.

An impression is an item that was served; where clients say what was shown (an event that counts as
`shown`), in that placement only what was shown. Knows no log and no printing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from service.api.messages import (
    OnlineAttribution,
    OnlineBy,
    OnlineFigure,
    OnlineGroup,
    OnlineReport,
)
from service.online.feedback import Feedback
from service.online.impression import Audience
from service.online.rate import Rate, mean, n_different, share
from service.ranker.data.arrays import BoolArray

ALL = "all"
NO_MODEL = "untrained"
NO_PLACEMENT = "(none)"
LAST_POSITION = 10
"""Positions behind it are one group."""
AUDIENCES = {
    Audience.NEW: "new users",
    Audience.KNOWN: "known users",
    Audience.ANONYMOUS: "nobody known",
}


def online_report(
    feedback: Feedback, by: OnlineBy, *, since: float, kept_since: float | None
) -> OnlineReport:
    """Figures of everything, then of each group of `by`. `kept_since` is when the oldest answer was
    served that is kept, None where none is."""
    counts = counted(feedback)
    everything = np.ones(len(counts), bool)
    groups = [(ALL, everything), *_groups(feedback, by)]
    n_answers = len(feedback.model)
    events = feedback.attribution
    told = sorted({feedback.placement[a] or NO_PLACEMENT for a in _telling(feedback)})
    return OnlineReport(
        by=by,
        since=since,
        kept_since=kept_since,
        answers=n_answers,
        groups=[group_of(feedback, counts, name, chosen) for name, chosen in groups],
        shown_placements=told,
        attribution=OnlineAttribution(
            attributed=events.attributed,
            unattributed=events.unattributed,
            unknown_answer=events.unknown_answer,
            other_person=events.other_person,
            other_item=events.other_item,
            late=events.late,
        ),
    )


def counted(feedback: Feedback) -> BoolArray:
    """(P,) which places are impressions."""
    telling = {feedback.placement[answer] for answer in _telling(feedback)}
    must_be_shown = np.array([name in telling for name in feedback.placement], dtype=bool)
    if not len(must_be_shown):
        return np.zeros(0, bool)
    impressions: BoolArray = feedback.shown | ~must_be_shown[feedback.answer]
    return impressions


def _telling(feedback: Feedback) -> list[int]:
    """The answers of which the client said what was shown."""
    told: list[int] = np.unique(feedback.answer[feedback.said_shown]).tolist()
    return told


def _groups(feedback: Feedback, by: OnlineBy) -> Iterator[tuple[str, BoolArray]]:
    """Names, and the places (P,) of each. A place may be in several: an item has several sources."""
    match by:
        case OnlineBy.MODEL:
            yield from _by_answer(feedback, [name or NO_MODEL for name in feedback.model])
        case OnlineBy.SCENARIO:
            yield from _by_answer(feedback, [name or NO_PLACEMENT for name in feedback.placement])
        case OnlineBy.SOURCE:
            names = sorted(enumerate(feedback.sources), key=lambda one: one[1])
            yield from ((name, feedback.proposed[:, column]) for column, name in names)
        case OnlineBy.SLICE:
            yield "cold items", feedback.cold
            yield "warm items", ~feedback.cold
            audience = np.array([str(one) for one in feedback.audience], dtype=str)
            for one, name in AUDIENCES.items():
                of_answers: BoolArray = audience == str(one)
                yield name, _of_places(feedback, of_answers)
        case OnlineBy.POSITION:
            for position in range(1, LAST_POSITION + 1):
                yield str(position), feedback.position == position
            yield f"after {LAST_POSITION}", feedback.position > LAST_POSITION


def _by_answer(feedback: Feedback, names: Sequence[str]) -> Iterator[tuple[str, BoolArray]]:
    of_answer = np.array(names, dtype=object)
    for name in sorted(set(names)):
        chosen: BoolArray = of_answer == name
        yield name, _of_places(feedback, chosen)


def _of_places(feedback: Feedback, of_answers: BoolArray) -> BoolArray:
    if not len(of_answers):
        return np.zeros(0, bool)
    chosen: BoolArray = of_answers[feedback.answer]
    return chosen


def group_of(feedback: Feedback, counts: BoolArray, name: str, chosen: BoolArray) -> OnlineGroup:
    """Figures of the places (P,) of a group, of which those in `counts` (P,) are impressions."""
    places = np.flatnonzero(chosen & counts)
    people = feedback.person[places]
    clicked, converted = feedback.clicked[places], feedback.converted[places]
    stayed = ~np.isnan(feedback.dwell[places])
    return OnlineGroup(
        name=name,
        answers=n_different(feedback.answer[chosen]),
        people=n_different(people),
        served=int(chosen.sum()),
        impressions=len(places),
        clicks=int(clicked.sum()),
        conversions=int(converted.sum()),
        impressions_with_dwell=int(stayed.sum()),
        ctr=figure(share(clicked.astype(float), people)),
        conversion=figure(share(converted.astype(float), people)),
        dwell_s=figure(mean(feedback.dwell[places][stayed], people[stayed])),
    )


def figure(rate: Rate | None) -> OnlineFigure | None:
    """As callers see it; None for none."""
    return None if rate is None else OnlineFigure(rate.value, rate.low, rate.high)
