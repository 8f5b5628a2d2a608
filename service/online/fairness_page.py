"""The report on fairness for people to read: rows of tables, and sections of an HTML page. Knows no
log."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from service.api.fairness import (
    ExposureBy,
    ExposureGroup,
    FairnessReport,
    FairnessTrend,
    FairnessWindow,
    UserGroup,
)
from service.api.messages import OnlineFigure
from service.evaluation import pictures
from service.evaluation.page import document, facts, table
from service.evaluation.report import Figure, Report

MOST_GROUPS = 20
"""Rows of a table of groups; those that were shown most."""
Columns = Sequence[str]
EXPOSURE: Columns = (
    "group", "items", "of items", "of choices", "exposure", "by items", "by choices", "ctr",
)  # fmt: skip
USERS: Columns = (
    "group", "people", "impressions", "ctr", "less the others'", "conversion", "head",
)  # fmt: skip
WINDOWS: Columns = ("from, UTC", "answers", "people", "gini", "effective items", "head")
TRENDS: Columns = ("figure", "by window", "concentration")


def page(report: FairnessReport, about: Mapping[str, str]) -> str:
    """A whole HTML document. Raises PlotsUnavailable."""
    parts = ["<h1>What was served, and whom it serves</h1>", facts(about), *sections(report)]
    return document("Palate: fairness", parts)


def sections(report: FairnessReport) -> Iterator[str]:
    """Its parts, for this page or another. Raises PlotsUnavailable."""
    yield from (f"<p>{html.escape(note)}</p>" for note in report.notes)
    if drawn := [_drawn(by, one) for by in report.exposure for one in shown(by) if one.exposure]:
        yield "<h2>Exposure by its share of the catalogue</h2>"
        yield "<p>1 is the exposure that equal room would give.</p>"
        yield pictures.quality(Report(tuple(drawn)), "to_catalogue")
    for by in report.exposure:
        yield f"<h2>Exposure by {html.escape(by.kind)}</h2>{_hidden(by)}"
        yield table(EXPOSURE, [exposure_row(one) for one in shown(by)])
    for by_users in report.users:
        yield f"<h2>People by {html.escape(by_users.kind)}</h2>"
        yield table(USERS, [user_row(one) for one in by_users.groups])
    if report.windows:
        yield "<h2>Concentration over time</h2>"
        if curves := _curves(report.windows):
            yield pictures.over_rounds(curves, "0 to 1", "gini", "window")
        yield table(WINDOWS, [window_row(one) for one in report.windows])
        yield table(TRENDS, [trend_row(one) for one in report.trends])


def shown(by: ExposureBy) -> Sequence[ExposureGroup]:
    """The groups that a table shows, in their order."""
    most = sorted(by.groups, key=lambda one: -one.impressions)[:MOST_GROUPS]
    kept = {one.name for one in most}
    return [one for one in by.groups if one.name in kept]


def exposure_row(one: ExposureGroup) -> list[str]:
    """In the order of EXPOSURE."""
    return [
        one.name,
        f"{one.items:,}",
        _decimal(one.of_catalogue, 3),
        "" if one.of_choices is None else _decimal(one.of_choices, 3),
        interval(one.exposure, 3),
        "" if one.to_catalogue is None else f"{one.to_catalogue.value:.2f}",
        "" if one.to_choices is None else f"{one.to_choices.value:.2f}",
        interval(one.ctr, 3),
    ]


def user_row(one: UserGroup) -> list[str]:
    """In the order of USERS."""
    figures = one.figures
    return [
        figures.name,
        f"{figures.people:,}",
        f"{figures.impressions:,}",
        interval(figures.ctr, 3),
        interval(one.ctr_difference, 3),
        interval(figures.conversion, 3),
        interval(one.head, 3),
    ]


def window_row(one: FairnessWindow) -> list[str]:
    """In the order of WINDOWS."""
    return [
        datetime.fromtimestamp(one.since, UTC).strftime("%Y-%m-%d %H:%M"),
        f"{one.answers:,}",
        f"{one.people:,}",
        interval(one.gini, 3),
        interval(one.effective_items, 1),
        interval(one.head, 3),
    ]


def trend_row(one: FairnessTrend) -> list[str]:
    """In the order of TRENDS."""
    return [one.figure, interval(one.slope, 4), one.verdict]


def _drawn(by: ExposureBy, one: ExposureGroup) -> Figure:
    rate = one.to_catalogue or OnlineFigure(0.0, 0.0, 0.0)
    values = (rate.value, rate.low, rate.high)
    return Figure(one.name, by.kind, "to_catalogue", *values, one.impressions)


def _curves(windows: Sequence[FairnessWindow]) -> dict[str, tuple[list[float], list[float]]]:
    """Of those figures that every window has."""
    found = {}
    for name in ("gini", "head"):
        told = [getattr(window, name) for window in windows]
        if all(told):
            half = [(one.high - one.low) / 2 for one in told]
            found[name] = ([one.value for one in told], half)
    return found


def _hidden(by: ExposureBy) -> str:
    hidden = len(by.groups) - len(shown(by))
    return f"<p>{hidden:,} more groups were shown less.</p>" if hidden else ""


def interval(rate: OnlineFigure | None, digits: int) -> str:
    """Empty where nothing tells the figure."""
    if rate is None:
        return ""
    value, low, high = (_decimal(one, digits) for one in (rate.value, rate.low, rate.high))
    return f"{value} [{low}, {high}]"


def _decimal(number: float, digits: int) -> str:
    """Of a share without the 0 before the point, as in all our tables."""
    text = f"{number:.{digits}f}"
    return (
        text.replace("0.", ".", 1) if digits > 1 and abs(number) < 1 and "0." in text[:3] else text
    )
