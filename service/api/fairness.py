"""What is asked of a report on fairness, and what it says. The figures are explained in
`service.online.fairness`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.api.messages import OnlineFigure, OnlineGroup


@dataclass(frozen=True, slots=True)
class UserGrouping:
    """Who belongs to which group of people, as it is told with the request."""

    name: str
    """Of what makes the groups."""
    group_of_user: Mapping[str, str]
    """By user id."""


@dataclass(frozen=True, slots=True)
class FairnessRequest:
    """Whom what was served serves."""

    since: float = 0.0
    """Unix seconds: answers from then on. 0 is everything that is kept."""
    provider: str = ""
    """Field of items that names whose they are, see `indexer.catalog.item_field`; empty for none."""
    windows: int = 6
    """Spans of time that are compared, at least 1."""
    group_by: str = ""
    """Attribute of profiles that makes groups of people; empty for none."""
    groupings: Sequence[UserGrouping] = ()
    """More groups of people."""


@dataclass(frozen=True, slots=True)
class ExposureGroup:
    """Some items."""

    name: str
    items: int
    """In the catalogue; of an age at the end."""
    of_catalogue: float
    """Share of the catalogue; of an age the mean over the answers."""
    of_choices: float | None
    """Share of what people chose before the first answer that counts; None where there is none, and of
    ages, which change."""
    impressions: int
    exposure: OnlineFigure | None
    """Share of the attention; None where fewer than two people are counted."""
    to_catalogue: OnlineFigure | None
    """Exposure by share of the catalogue: 1 is parity."""
    to_choices: OnlineFigure | None
    """Exposure by share of choices: 1 is by merit."""
    ctr: OnlineFigure | None
    """Clicks by impression."""


@dataclass(frozen=True, slots=True)
class ExposureBy:
    """All groups of one kind. Items may be in several, or in none."""

    kind: str
    """`age`, `popularity`, `category` or `provider`."""
    groups: Sequence[ExposureGroup]
    unexposed: int
    """Groups of which nothing was shown."""


@dataclass(frozen=True, slots=True)
class FairnessWindow:
    """A span of time. Figures are None where nothing tells them."""

    since: float
    until: float
    answers: int
    people: int
    gini: OnlineFigure | None
    """Of as many answers as the window with the fewest has, so that windows compare."""
    effective_items: OnlineFigure | None
    head: OnlineFigure | None
    """Share of the attention that the most chosen tenth was given."""


@dataclass(frozen=True, slots=True)
class FairnessTrend:
    """What a figure does from window to window."""

    figure: str
    """`gini`, `effective_items` or `head`."""
    slope: OnlineFigure
    """By window, least squares. The same people are counted in several, and their part with them."""
    verdict: str
    """Concentration `grows` or `falls` by it, or it `may be level`."""


@dataclass(frozen=True, slots=True)
class UserGroup:
    """Some people."""

    figures: OnlineGroup
    ctr_difference: OnlineFigure | None
    """Clicks by impression, less those of everybody else."""
    head: OnlineFigure | None
    """Share of their attention that the most chosen tenth was given."""


@dataclass(frozen=True, slots=True)
class UsersBy:
    """All groups of one kind."""

    kind: str
    """What makes them: `known of them`, an attribute of profiles, a table."""
    groups: Sequence[UserGroup]


@dataclass(frozen=True, slots=True)
class FairnessReport:
    """What was served, and whom it serves."""

    since: float
    """Unix seconds, as it was asked for."""
    answers: int
    people: int
    impressions: int
    items: int
    """In the catalogue, and those shown that are not any more."""
    gini: OnlineFigure | None
    effective_items: OnlineFigure | None
    exposure: Sequence[ExposureBy]
    users: Sequence[UsersBy]
    windows: Sequence[FairnessWindow]
    trends: Sequence[FairnessTrend]
    notes: Sequence[str]
