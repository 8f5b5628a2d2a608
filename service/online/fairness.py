"""The report on fairness: what was served exposes which items, to whom it is good, and whether it
concentrates.

    exposure    the share of attention that items of a group were given (`service.online.concentration`),
                beside their share of the catalogue, which equal exposure would give them (demographic
                parity), and beside their share of what people chose before any of this was served, which
                exposure by merit would (disparate treatment); clicks by impression tell what came of it
                (disparate impact; all three Singh and Joachims, KDD 2018)
    users       clicks and conversions by group of people, and each group's clicks beside everybody
                else's
    windows     concentration in spans of equal length, and by how much it grows from one to the next
                (feedback loops: Chaney, Stewart and Engelhardt, RecSys 2018)

The concepts are those of Ekstrand, Das, Burke and Diaz, "Fairness in Information Access Systems"
(2022). Intervals are over people; what people chose before, and the catalogue, are taken as they are.
Knows no log and no printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from service.api.fairness import (
    ExposureBy,
    ExposureGroup,
    FairnessReport,
    FairnessTrend,
    FairnessWindow,
    UserGroup,
    UsersBy,
)
from service.api.messages import OnlineFigure
from service.online.concentration import Estimate, Exposure, attention
from service.online.feedback import Feedback
from service.online.impression import Audience
from service.online.item_groups import AGES, NO_DATE, ItemGroups
from service.online.rate import Rate, n_different, share
from service.online.report import AUDIENCES, counted, figure, group_of
from service.online.user_groups import NO_GROUP
from service.ranker.data.arrays import BoolArray, IntArray

AUDIENCE_ORDER = (Audience.KNOWN, Audience.NEW, Audience.ANONYMOUS)
LEAST_WINDOWS = 3
"""With fewer there is no trend."""


def fairness_report(
    feedback: Feedback,
    items: ItemGroups,
    chosen: IntArray,
    user_groups: Mapping[str, Mapping[str, str]],
    *,
    since: float,
    fields: Mapping[str, str],
    windows: int,
    seed: int = 0,
) -> FairnessReport:
    """`chosen` (N,) before; `user_groups` by what makes them, the group of each user; `fields` by kind
    of group of items; `seed` of the drawing of answers for windows."""
    return _Measuring(feedback, items, chosen, seed).report(since, user_groups, fields, windows)


class _Measuring:
    """One report."""

    def __init__(self, feedback: Feedback, items: ItemGroups, chosen: IntArray, seed: int) -> None:
        self._feedback, self._items, self._chosen, self._seed = feedback, items, chosen, seed
        self._counts = counted(feedback)
        self._places = np.flatnonzero(self._counts)
        """(I,) impressions."""
        self._served = np.zeros(len(items.live), bool)
        self._served[feedback.item[self._places]] = True
        self._column = np.cumsum(items.live | self._served) - 1
        """(N,) number among the items that count."""
        self._head = items.by_popularity(chosen)["head (top tenth)"] & bool(chosen.any())
        self._exposure = Exposure(
            self._column[feedback.item[self._places]],
            feedback.person[self._places],
            attention(feedback.position[self._places]),
            int((items.live | self._served).sum()),
            int(feedback.person.max(initial=-1)) + 1,
        )

    def report(
        self,
        since: float,
        user_groups: Mapping[str, Mapping[str, str]],
        fields: Mapping[str, str],
        windows: int,
    ) -> FairnessReport:
        over_time = list(self._windows(windows))
        exposure = [
            self._by_age(),
            self._by("popularity", self._items.by_popularity(self._chosen).items()),
            *(self._by(kind, self._items.of_field(field)) for kind, field in fields.items()),
        ]
        users = [UsersBy("known of them", self._audiences())]
        users += [UsersBy(name, self._named(groups)) for name, groups in user_groups.items()]
        return FairnessReport(
            since=since,
            answers=len(self._feedback.model),
            people=self._exposure.n_present,
            impressions=len(self._places),
            items=self._exposure.n_items,
            gini=_figure(self._exposure.gini(), 0.0, 1.0),
            effective_items=_figure(self._exposure.effective_items(), 1.0),
            exposure=exposure,
            users=users,
            windows=[window for window, _ in over_time],
            trends=list(_trends([estimates for _, estimates in over_time])),
            notes=list(self._notes()),
        )

    def _notes(self) -> Iterator[str]:
        if not len(self._places):
            yield "nothing was shown then of what is kept"
        elif not self._chosen.any():
            yield (
                "nobody chose anything before the first of these answers, so that there is no head, and "
                "no share of choices: give a later --since"
            )
        if gone := int((self._served & ~self._items.live).sum()):
            yield f"{gone:,} items that were shown are not in the catalogue any more, or not available"
        if self._telling_nothing():
            yield "no event names one of these answers, so that there are no clicks"

    def _telling_nothing(self) -> bool:
        return bool(len(self._places)) and not self._feedback.attribution.attributed

    # items

    def _by(self, kind: str, groups: Iterable[tuple[str, BoolArray]]) -> ExposureBy:
        n_live = max(int(self._items.live.sum()), 1)
        n_chosen = int(self._chosen.sum())
        found = []
        for name, members in groups:
            n_members = int((members & self._items.live).sum())
            of_choices = float(self._chosen[members].sum()) / n_chosen if n_chosen else None
            shown = members[self._feedback.item[self._places]]
            found.append(self._group(name, shown, n_members, n_members / n_live, of_choices))
        return _exposure_by(kind, found)

    def _by_age(self) -> ExposureBy:
        feedback, items = self._feedback, self._items
        answers = np.unique(feedback.answer[self._places])
        shares = items.share_by_age(feedback.served_at[answers])
        ages = items.age(
            feedback.item[self._places], feedback.served_at[feedback.answer[self._places]]
        )
        end = float(feedback.served_at.max(initial=0.0))
        live = np.flatnonzero(items.live)
        at_the_end = np.bincount(items.age(live, np.full(len(live), end)), minlength=len(AGES) + 1)
        found = [
            self._group(name, ages == number, int(at_the_end[number]), of_all, None)
            for number, (name, of_all) in enumerate(
                zip([*(name for name, _ in AGES), NO_DATE], shares.tolist(), strict=True)
            )
        ]
        return _exposure_by("age", found)

    def _group(
        self,
        name: str,
        shown: BoolArray,
        n_items: int,
        of_catalogue: float,
        of_choices: float | None,
    ) -> ExposureGroup:
        """`shown` (I,): which impressions are of the group."""
        people = self._exposure.person
        exposure = share(shown.astype(float), people, self._exposure.weight)
        clicked = self._feedback.clicked[self._places][shown]
        return ExposureGroup(
            name=name,
            items=n_items,
            of_catalogue=of_catalogue,
            of_choices=of_choices,
            impressions=int(shown.sum()),
            exposure=figure(exposure),
            to_catalogue=_scaled(exposure, of_catalogue),
            to_choices=_scaled(exposure, of_choices),
            ctr=figure(share(clicked.astype(float), people[shown])),
        )

    # users

    def _audiences(self) -> Sequence[UserGroup]:
        audience = np.array([str(one) for one in self._feedback.audience], dtype=str)
        return [self._user_group(AUDIENCES[one], audience == str(one)) for one in AUDIENCE_ORDER]

    def _named(self, group_of_user: Mapping[str, str]) -> Sequence[UserGroup]:
        groups = np.array(
            [group_of_user.get(user, NO_GROUP) for user in self._feedback.user], dtype=object
        )
        names = sorted(set(groups), key=lambda name: (name == NO_GROUP, name))
        return [self._user_group(name, groups == name) for name in names]

    def _user_group(self, name: str, of_answers: BoolArray) -> UserGroup:
        """`of_answers` (A,)."""
        in_group = np.zeros(0, bool)
        if len(of_answers):
            in_group = of_answers[self._feedback.answer]
        shown = in_group[self._places]  # (I,)
        head = self._exposure.where(shown).share(self._columns(self._head))
        return UserGroup(
            figures=group_of(self._feedback, self._counts, name, in_group),
            ctr_difference=figure(self._difference(shown)),
            head=_figure(head, 0.0, 1.0) if self._head.any() else None,
        )

    def _difference(self, shown: BoolArray) -> Rate | None:
        """Clicks by impression of some impressions (I,) less those of all others."""
        if not shown.any() or shown.all():
            return None
        clicked = self._feedback.clicked[self._places].astype(float)
        value, influences = 0.0, np.zeros(self._exposure.n_people)
        for sign, part in ((1.0, shown), (-1.0, ~shown)):
            people, rate = self._exposure.person[part], float(clicked[part].mean())
            if n_different(people) < 2:
                return None
            moved = np.bincount(people, clicked[part] - rate, self._exposure.n_people)
            value += sign * rate
            influences += sign * moved / part.sum()
        return Estimate(value, influences, self._exposure.n_present).rate(-1.0, 1.0)

    # time

    def _windows(self, n: int) -> Iterator[tuple[FairnessWindow, Mapping[str, Estimate | None]]]:
        served_at = self._feedback.served_at
        if not len(self._places) or served_at.max() == served_at.min():
            return
        edges = np.linspace(served_at.min(), served_at.max(), n + 1)
        answer = self._feedback.answer[self._places]  # (I,)
        window = np.clip(np.searchsorted(edges, served_at[answer], side="right") - 1, 0, n - 1)
        answers = [np.unique(answer[window == number]) for number in range(n)]
        fewest = min((len(one) for one in answers if len(one)), default=0)
        rng = np.random.default_rng(self._seed)
        for number, of_window in enumerate(answers):
            part = self._exposure.where(window == number)
            drawn = np.isin(answer, rng.permutation(of_window)[:fewest])
            head = part.share(self._columns(self._head)) if self._head.any() else None
            estimates = {
                "gini": self._exposure.where(drawn).gini(),
                "effective_items": part.effective_items(),
                "head": head,
            }
            yield (
                FairnessWindow(
                    since=round(float(edges[number]), 6),
                    until=round(float(edges[number + 1]), 6),
                    answers=len(of_window),
                    people=part.n_present,
                    gini=_figure(estimates["gini"], 0.0, 1.0),
                    effective_items=_figure(estimates["effective_items"], 1.0),
                    head=_figure(head, 0.0, 1.0),
                ),
                estimates,
            )

    def _columns(self, members: BoolArray) -> BoolArray:
        """The same items (N,) among those that count."""
        return members[self._items.live | self._served]


def _trends(windows: Sequence[Mapping[str, Estimate | None]]) -> Iterator[FairnessTrend]:
    for name in windows[0] if windows else ():
        found = [(number, one[name]) for number, one in enumerate(windows)]
        told = [(number, one) for number, one in found if one is not None and one.n_people > 1]
        if len(told) < LEAST_WINDOWS:
            continue
        numbers = np.array([number for number, _ in told], dtype=np.float64)
        weights = (numbers - numbers.mean()) / ((numbers - numbers.mean()) ** 2).sum()
        estimates = [one for _, one in told]
        slope = Estimate(
            float(weights @ [one.value for one in estimates]),
            np.sum([w * one.influences for w, one in zip(weights, estimates, strict=True)], axis=0),
            min(one.n_people for one in estimates),
        )
        rate = slope.rate()
        if rate is not None:
            yield FairnessTrend(
                name, OnlineFigure(rate.value, rate.low, rate.high), _verdict(name, rate)
            )


def _verdict(name: str, slope: Rate) -> str:
    if slope.low <= 0.0 <= slope.high:
        return "may be level"
    return "grows" if (slope.value > 0) != (name == "effective_items") else "falls"


def _exposure_by(kind: str, groups: Sequence[ExposureGroup]) -> ExposureBy:
    unexposed = sum(1 for one in groups if one.items and not one.impressions)
    return ExposureBy(kind, groups, unexposed)


def _scaled(rate: Rate | None, by: float | None) -> OnlineFigure | None:
    if rate is None or not by:
        return None
    return OnlineFigure(rate.value / by, rate.low / by, rate.high / by)


def _figure(estimate: Estimate | None, low: float, high: float = np.inf) -> OnlineFigure | None:
    return None if estimate is None else figure(estimate.rate(low, high))
