"""The report as one HTML page: tables and pictures, all of it inline, readable without a network.

Owns the layout. Knows figures, no models and no service.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

from service.evaluation import pictures
from service.evaluation.pictures import Learning, is_ours
from service.evaluation.report import Report

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1e293b; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-size: 13px; margin: .5rem 0 1.5rem; }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #e2e8f0; white-space: nowrap; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
tr.ours td { font-weight: 600; color: #c2410c; }
svg { max-width: 100%; height: auto; }
"""


def page(report: Report, about: Mapping[str, str], learning: Learning | None = None) -> str:
    """A whole HTML document. `about` says what was measured and how, in the order to be shown.

    Raises PlotsUnavailable.
    """
    metric = next(figure.metric for figure in report.figures if figure.metric.startswith("ndcg@"))
    parts = [
        f"<h1>{html.escape(about.get('protocol', 'Evaluation'))}: {html.escape(metric)} at the served answer</h1>",
        facts(about),
        "<h2>Quality per slice</h2>",
        f"<p>{html.escape(metric)} with bootstrap 95 % intervals, full catalogue. Ours in colour.</p>",
        pictures.quality(report, metric),
    ]
    points = pictures.frontier_points(report, metric)
    if about.get("protocol") == "cold-items" and len(points[True]) > 1:
        parts += [
            "<h2>Warm against cold</h2>",
            "<p>What more room for new items costs and brings: Palate at each exploration, in colour, beside EASE that "
            "lends to cold items at each scale. Further up and to the right is better.</p>",
            pictures.frontier(points, metric),
        ]
    if shares := pictures.exposure_shares(report):
        parts += [
            "<h2>Popularity against exposure</h2>",
            "<p>Share of all recommended places that each tenth of the catalogue gets, the least chosen tenth first. "
            "The dashed line is what equal room would be.</p>",
            pictures.exposure(shares),
        ]
    if learning is not None and learning.losses:
        parts += ["<h2>Learning curves of the sequence model</h2>", pictures.curves(learning)]
    parts += ["<h2>All figures</h2>", _table(report)]
    return document(f"Palate: {about.get('protocol', 'evaluation')}", parts)


def document(title: str, parts: Sequence[str]) -> str:
    """A whole HTML document of these parts, which are HTML already; the title is not."""
    title, body = html.escape(title), "\n".join(parts)
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def facts(about: Mapping[str, str]) -> str:
    """A table of names and what is said of each."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>"
        for name, value in about.items()
    )
    return f"<table>{rows}</table>"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts."""
    header = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{header}</tr>{body}</table>"


def _table(report: Report) -> str:
    header = "".join(f"<th>{html.escape(name)}</th>" for name in report.header())
    rows = []
    for cells in report.rows():
        ours = " class='ours'" if is_ours(cells[1]) else ""
        rows.append(
            f"<tr{ours}>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
        )
    return f"<table><tr>{header}</tr>{''.join(rows)}</table>"
