"""The report on online quality as one HTML page: intervals as pictures, and all figures. Knows no
log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.api.messages import OnlineFigure, OnlineGroup, OnlineReport
from service.evaluation import pictures
from service.evaluation.page import document, facts, table
from service.evaluation.report import Figure, Report

PICTURES: Mapping[str, str] = {
    "ctr": "Clicks by impression",
    "conversion": "Conversions by impression",
}
"""Figures that are drawn, and what they are called."""
COLUMNS = (
    "group", "answers", "people", "impressions", "clicks", "conversions", "ctr", "conversion", "dwell, s",
)  # fmt: skip


def page(report: OnlineReport, about: Mapping[str, str], more: Iterable[str] = ()) -> str:
    """A whole HTML document, with `more` sections at its end. Raises PlotsUnavailable."""
    parts = [
        f"<h1>What came of what was served, by {report.by}</h1>",
        "<p>Intervals are 95 %, over people. Shares of conversions are of impressions.</p>",
        facts(about),
    ]
    for name, heading in PICTURES.items():
        drawn = [_figure(group, name) for group in report.groups]
        if figures := [figure for figure in drawn if figure is not None]:
            parts += [f"<h2>{heading}</h2>", pictures.quality(Report(tuple(figures)), name)]
    parts += ["<h2>All figures</h2>", table(COLUMNS, map(row, report.groups))]
    return document("Palate: online quality", [*parts, *more])


def _figure(group: OnlineGroup, name: str) -> Figure | None:
    rate: OnlineFigure | None = getattr(group, name)
    if rate is None:
        return None
    return Figure(group.name, name, name, rate.value, rate.low, rate.high, group.impressions)


def row(group: OnlineGroup) -> list[str]:
    """The cells of one group, in the order of COLUMNS."""
    counts = (
        group.answers,
        group.people,
        group.impressions,
        group.clicks,
        group.conversions,
    )
    return [
        group.name,
        *(f"{count:,}" for count in counts),
        _interval(group.ctr, 4),
        _interval(group.conversion, 4),
        _interval(group.dwell_s, 1),
    ]


def _interval(rate: OnlineFigure | None, digits: int) -> str:
    if rate is None:
        return ""
    value, low, high = (
        f"{one:.{digits}f}".removeprefix("0" if digits > 1 else "")
        for one in (rate.value, rate.low, rate.high)
    )
    return f"{value} [{low}, {high}]"
