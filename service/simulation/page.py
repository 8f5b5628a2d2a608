"""The simulation as one HTML page: what it rests on, curves over rounds, all figures. Knows figures,
no people."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from service.evaluation import pictures
from service.evaluation.page import document, facts
from service.evaluation.report import Figure
from service.simulation.measures import DIFFERENCE, VALUE
from service.simulation.policies import GREEDY
from service.simulation.simulate import Simulated

CURVES: Mapping[str, tuple[str, str]] = {
    "retention": ("Who is still there", "share of the people"),
    "takes": ("Takes so far", "takes by person"),
}
"""By curve its heading and what is on the axis."""

OURS_GREEDY = f"{pictures.OURS} ({GREEDY})"
"""Greedy under a name that is drawn in our colour."""


def page(found: Simulated) -> str:
    """A whole HTML document. Raises PlotsUnavailable."""
    parts = [
        "<h1>The long run, simulated</h1>",
        "<p>A model of people, not people: what it rests on stands below. Intervals are 95 %, over "
        "the simulated people; differences are paired.</p>",
        facts(found.about),
        "<h2>Estimated from the log</h2>",
        _named(found.estimates, ("name", "value", "error", "meaning")),
        "<h2>Assumed, for no log tells it</h2>",
        _named(found.assumptions, ("name", "value", "meaning")),
    ]
    for name, (heading, label) in CURVES.items():
        lines = {
            policy: (curves[name], curves[f"{name}_half_width"])
            for policy, curves in found.curves.items()
        }
        parts += [f"<h2>{heading}</h2>", pictures.over_rounds(lines, label, GREEDY)]
    parts += [
        "<h2>Popularity against exposure</h2>",
        "<p>Share of all places that each tenth of the catalogue gets, the least chosen tenth "
        "first. The dashed line is what equal room would be.</p>",
        pictures.exposure(
            {OURS_GREEDY if name == GREEDY else name: one for name, one in found.exposure.items()}
        ),
        "<h2>All figures</h2>",
        *(_figures(found, measure) for measure in found.measures),
    ]
    return document("Palate: simulation", parts)


def _named(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> str:
    return _table(columns, [[_text(row[name]) for name in columns] for row in rows])


def _figures(found: Simulated, measure: str) -> str:
    """One measure of all policies, beside greedy."""
    by_label: dict[str, dict[str, Figure]] = {VALUE: {}, DIFFERENCE: {}}
    for figure in found.report.figures:
        if figure.metric == measure:
            by_label[figure.slice][figure.system] = figure
    rows = [
        [policy, _interval(figure), _interval(by_label[DIFFERENCE].get(policy))]
        for policy, figure in by_label[VALUE].items()
    ]
    heading = f"<h3>{html.escape(measure)}</h3><p>{html.escape(found.measures[measure])}</p>"
    return heading + _table(("policy", "value", DIFFERENCE), rows)


def _interval(figure: Figure | None) -> str:
    if figure is None:
        return ""
    if figure.low is None or figure.high is None:
        return f"{figure.value:.4f}"
    return f"{figure.value:.4f} [{figure.low:.4f}, {figure.high:.4f}]"


def _text(value: object) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    header = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{header}</tr>{body}</table>"
