"""RatingHabits: where liking begins on the scale of a log's ratings, and in the hands of one person.

A rating is judged by two readings of its scale. By its range, what lies in the middle between the
worst and the best is neither good nor bad. By its use, it is what a person usually gives. People
judge by both, about half and half: the range-frequency model of A. Parducci, "Category judgment",
Psychological Review 72 (1965), 407-418. So the neutral point of a person is

    neutral = (middle of the scale + usual) / 2

which lies inside the scale whatever the habits are: where everybody gives the best rating it is
still a liking. What a person usually gives is their mean, drawn to that of the log where they have
given few ratings (the estimate of Efron and Morris, JASA 70 (1975), 311-319):

    usual = (sum of own ratings + pull * mean of the log) / (number of own ratings + pull)
    pull  = variance within people / variance between people

Knows nothing of events and where they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

STANDARD_ENDS = (1.0, 5.0, 10.0, 100.0)
"""Where scales usually end."""
STANDARD_STARTS = (1.0, 0.5, 0.0)
MANY = 100
"""From so many ratings on, of at least two values, the best one given is the best there is. The worst
may be missing: people rate what they chose."""
RARE = 0.001
"""Values at either end that are rarer than this together are taken for slips."""
PULL_OF_MIDDLE = 10.0
"""Ratings of a log that weigh as much as the middle of its scale, in its mean."""
USUAL_PULL = 5.0
"""Where there are too few people to measure it."""
LEAST_PULL, MOST_PULL = 1.0, 50.0
MIN_PEOPLE = 10
STEP_SHARE, SPAN_SHARE = 1 / 4, 1 / 40
"""A rating is neither liked nor disliked within this share of a step, or of the whole scale, on
either side of the neutral point."""


@dataclass(frozen=True, slots=True)
class RatingCounts:
    """The ratings of a log, counted."""

    by_value: Mapping[float, int] = field(default_factory=dict)
    """How often each value was given."""
    by_person: Sequence[tuple[int, float]] = ()
    """Number and sum of the ratings of each person."""


@dataclass(frozen=True, slots=True)
class Neutral:
    """Where liking ends and begins."""

    below: float
    """A smaller rating is a dislike."""
    above: float
    """This rating and all above it are a liking; what lies between is neither."""

    def verdict(self, rating: float) -> int:
        """1 liked, -1 disliked, 0 neither."""
        return 1 if rating >= self.above else -1 if rating < self.below else 0


@dataclass(frozen=True, slots=True)
class RatingHabits:
    """How the people of a log rate. The defaults are those of a log without ratings."""

    n: int = 0
    """Ratings that were counted."""
    low: float = 1.0
    """The worst rating of the scale."""
    high: float = 5.0
    """The best one."""
    step: float = 1.0
    """Between two ratings that are next to one another; 0 where any number may be given."""
    mean: float = 3.0
    """Of the log, drawn to the middle of the scale where there are few ratings."""
    pull: float = USUAL_PULL
    """Ratings of a person that weigh as much as the mean of the log."""

    @classmethod
    def of(cls, counts: RatingCounts) -> RatingHabits:
        """Found from the ratings of a log.

        >>> thumbs = RatingHabits.of(RatingCounts({0.0: 25, 1.0: 65}))
        >>> thumbs.mean == (65 + 10 * 0.5) / (90 + 10)
        True
        >>> [thumbs.neutral_of(0, 0.0).verdict(rating) for rating in (0.0, 1.0)]
        [-1, 1]
        """
        n = sum(counts.by_value.values())
        if not n:
            return cls()
        common = _common(counts.by_value, n)
        low, high = _scale(common, n)
        total = sum(value * count for value, count in counts.by_value.items())
        middle = (low + high) / 2
        return cls(
            n=n,
            low=low,
            high=high,
            step=_step(common, counts.by_value, n, high - low),
            mean=(total + PULL_OF_MIDDLE * middle) / (n + PULL_OF_MIDDLE),
            pull=_pull(counts),
        )

    @property
    def middle(self) -> float:
        """Of the scale."""
        return (self.low + self.high) / 2

    @property
    def margin(self) -> float:
        """How far from the neutral point a rating is neither liked nor disliked."""
        return max(STEP_SHARE * self.step, SPAN_SHARE * (self.high - self.low))

    def neutral_of(self, n: int, total: float) -> Neutral:
        """Of a person with so many ratings and this sum of them.

        >>> habits = RatingHabits(1000, low=1.0, high=5.0, step=1.0, mean=3.5, pull=5.0)
        >>> habits.neutral_of(95, 95 * 4.2).verdict(3.0), habits.neutral_of(95, 95 * 2.1).verdict(3.0)
        (-1, 1)
        """
        usual = (total + self.pull * self.mean) / (n + self.pull)
        point = (self.middle + usual) / 2
        return Neutral(point - self.margin, point + self.margin)


def _common(by_value: Mapping[float, int], n: int) -> list[float]:
    """The values without the rare ones at either end, ascending."""
    values = sorted(by_value)
    rare = RARE * n
    for ends in (values, values[::-1]):
        below = 0
        for value in ends:
            below += by_value[value]
            if below >= rare:
                break
            values.remove(value)
    return values


def _scale(values: Sequence[float], n: int) -> tuple[float, float]:
    """The worst and the best rating: those of the smallest usual scale that holds the values, and
    the best one that was given where there are many.

    A scale that goes below 0 has its middle there.
    """
    low, high = values[0], values[-1]
    if low < 0:
        reach = max(-low, high)
        return -reach, reach
    if high <= STANDARD_ENDS[0]:
        return 0.0, STANDARD_ENDS[0]
    start = next(start for start in STANDARD_STARTS if start <= low)
    if n >= MANY and len(values) > 1:
        return start, high
    return start, next((end for end in STANDARD_ENDS if end >= high), high)


def _step(values: Sequence[float], by_value: Mapping[float, int], n: int, span: float) -> float:
    """The smallest distance of two values that are given often enough to be one of few."""
    often = [value for value in values if by_value[value] >= RARE * n]
    if not often:
        return 0.0
    steps = [later - earlier for earlier, later in pairwise(often)]
    return min([1.0, span, *steps])


def _pull(counts: RatingCounts) -> float:
    """Variance within people over variance between them, by the analysis of variance of unequal
    groups (Searle, Casella and McCulloch, "Variance Components", 1992, chapter 3.6)."""
    n_people, n = len(counts.by_person), sum(own for own, _ in counts.by_person)
    if n_people < MIN_PEOPLE or n - n_people < MIN_PEOPLE:
        return USUAL_PULL
    total = sum(total for _, total in counts.by_person)
    squares = sum(value * value * count for value, count in counts.by_value.items())
    of_people = sum(total * total / own for own, total in counts.by_person)
    within = max(squares - of_people, 0.0) / (n - n_people)
    per_person = (n - sum(own * own for own, _ in counts.by_person) / n) / (n_people - 1)
    between = ((of_people - total * total / n) / (n_people - 1) - within) / per_person
    if between <= 0:
        return MOST_PULL
    return min(max(within / between, LEAST_PULL), MOST_PULL)
