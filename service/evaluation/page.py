"""The report as one HTML page: tables and pictures, all of it inline, readable without a network.

Owns the layout. Knows figures, no models and no service. The pictures are matplotlib's (the extra `report`).
"""

from __future__ import annotations

import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from service.evaluation.report import Figure, Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

OURS = "palate"
COLOURS = {True: "#c2410c", False: "#64748b"}
"""Ours, and the baselines."""
PANELS_PER_ROW = 3
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1e293b; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-size: 13px; margin: .5rem 0 1.5rem; }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #e2e8f0; white-space: nowrap; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
tr.ours td { font-weight: 600; color: #c2410c; }
svg { max-width: 100%; height: auto; }
"""


class PlotsUnavailable(RuntimeError):
    """matplotlib is not installed."""

    def __init__(self) -> None:
        super().__init__("the pictures need matplotlib: pip install 'palate[report]', or leave out --report")


@dataclass(frozen=True, slots=True)
class Learning:
    """What the first stage did, epoch by epoch."""

    losses: Sequence[float] = ()
    validation: Sequence[float] = ()
    """NDCG@10 on held-out next events."""


def require_plots() -> None:
    """PlotsUnavailable where no picture could be drawn."""
    _picture(1, 1)


def page(report: Report, about: Mapping[str, str], learning: Learning = Learning()) -> str:
    """A whole HTML document. `about` says what was measured and how, in the order to be shown.

    Raises PlotsUnavailable.
    """
    metric = next(figure.metric for figure in report.figures if figure.metric.startswith("ndcg@"))
    parts = [
        f"<h1>{html.escape(about.get('protocol', 'Evaluation'))}: {html.escape(metric)} at the served answer</h1>",
        _facts(about),
        "<h2>Quality per slice</h2>",
        f"<p>{html.escape(metric)} with bootstrap 95 % intervals, full catalogue. Ours in colour.</p>",
        _svg(_quality(report, metric)),
    ]
    if shares := _exposure_shares(report):
        parts += [
            "<h2>Popularity against exposure</h2>",
            "<p>Share of all recommended places that each tenth of the catalogue gets, the least chosen tenth first. "
            "The dashed line is what equal room would be.</p>",
            _svg(_exposure(shares)),
        ]
    if learning.losses:
        parts += ["<h2>Learning curves of the sequence model</h2>", _svg(_curves(learning))]
    parts += ["<h2>All figures</h2>", _table(report)]
    title = html.escape(f"Palate: {about.get('protocol', 'evaluation')}")
    body = "\n".join(parts)
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _facts(about: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in about.items()
    )
    return f"<table>{rows}</table>"


def _table(report: Report) -> str:
    header = "".join(f"<th>{html.escape(name)}</th>" for name in report.header())
    rows = []
    for cells in report.rows():
        ours = " class='ours'" if cells[1] == OURS else ""
        rows.append(f"<tr{ours}>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
    return f"<table><tr>{header}</tr>{''.join(rows)}</table>"


def _quality(report: Report, metric: str) -> Picture:
    """A panel per slice; in it a dot and its interval per system, the best on top."""
    slices = report.slices()
    n_rows = -(-len(slices) // PANELS_PER_ROW)
    height = 0.6 + 0.24 * len(report.systems())
    picture = _picture(11, height * n_rows)
    for number, label in enumerate(slices, start=1):
        axes = picture.add_subplot(n_rows, PANELS_PER_ROW, number)
        figures = [f for f in report.figures if (f.slice, f.metric) == (label, metric)]
        _dots(axes, sorted(figures, key=lambda f: f.value), label)
    return picture


def _dots(axes: Any, figures: Sequence[Figure], label: str) -> None:
    for place, figure in enumerate(figures):
        colour = COLOURS[figure.system == OURS]
        if figure.low is not None and figure.high is not None:
            axes.plot([figure.low, figure.high], [place, place], color=colour, linewidth=1.2)
        axes.plot([figure.value], [place], "o", color=colour, markersize=4)
    axes.set_yticks(range(len(figures)), [figure.system for figure in figures], fontsize=7)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_xlim(left=0)
    axes.set_title(f"{label} ({figures[0].n_cases:,} cases)" if figures else label, fontsize=9)
    axes.grid(axis="x", alpha=0.3)


def _exposure_shares(report: Report) -> dict[str, list[float]]:
    """System -> share of places per tenth of the catalogue."""
    shares: dict[str, list[float]] = {}
    for figure in report.figures:
        if figure.metric.startswith("exposure_"):
            shares.setdefault(figure.system, []).append(figure.value)
    return shares


def _exposure(shares: Mapping[str, Sequence[float]]) -> Picture:
    picture = _picture(8, 3.6)
    axes = picture.add_subplot()
    for system, values in shares.items():
        is_ours = system == OURS
        axes.plot(
            range(1, len(values) + 1),
            values,
            marker="o",
            markersize=3,
            color=COLOURS[True] if is_ours else None,
            linewidth=2.4 if is_ours else 0.9,
            label=system,
            zorder=3 if is_ours else 2,
        )
    n_tenths = max(len(values) for values in shares.values())
    axes.axhline(1 / n_tenths, color="#94a3b8", linestyle="--", linewidth=1)
    axes.set_xlabel("tenth of the catalogue, least chosen first")
    axes.set_ylabel("share of recommended places")
    axes.set_xticks(range(1, n_tenths + 1))
    axes.legend(fontsize=7, ncols=2)
    return picture


def _curves(learning: Learning) -> Picture:
    picture = _picture(8, 3.0)
    left = picture.add_subplot(1, 2, 1)
    left.plot(np.arange(1, len(learning.losses) + 1), learning.losses, color=COLOURS[False])
    left.set_xlabel("epoch")
    left.set_title("training loss", fontsize=9)
    if learning.validation:
        right = picture.add_subplot(1, 2, 2)
        right.plot(np.arange(1, len(learning.validation) + 1), learning.validation, color=COLOURS[True])
        right.set_xlabel("epoch")
        right.set_title("NDCG@10 on held-out next events", fontsize=9)
    return picture


def _picture(width: float, height: float) -> Picture:
    try:
        from matplotlib.figure import Figure as NewPicture
    except ImportError:
        raise PlotsUnavailable from None
    return NewPicture(figsize=(width, height), layout="constrained")


def _svg(picture: Picture) -> str:
    buffer = io.StringIO()
    picture.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
