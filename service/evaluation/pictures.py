"""The pictures of an evaluation, as SVG, drawn by matplotlib (the extra `report`).

Knows figures, no models and no service.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from service.evaluation.report import Figure, Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

OURS = "palate"
"""Our system; what follows it in brackets says how it was asked."""
BORROWED = "ease-recency-borrowed"
"""EASE that lends to cold items, by the name it starts with: one point per scale."""
COLOURS = {True: "#c2410c", False: "#64748b"}
"""Ours, and the baselines."""
PANELS_PER_ROW = 3


class PlotsUnavailable(RuntimeError):
    """matplotlib is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "the pictures need matplotlib: pip install 'palate[report]', or leave out --report"
        )


@dataclass(frozen=True, slots=True)
class Learning:
    """What the first stage did, epoch by epoch."""

    losses: Sequence[float] = ()
    validation: Sequence[float] = ()
    """NDCG@10 on held-out next events."""


def require_plots() -> None:
    """PlotsUnavailable where no picture could be drawn."""
    _picture(1, 1)


def is_ours(system: str) -> bool:
    """Whether a row is Palate's, however it was asked."""
    return system.split(" (")[0] == OURS


def quality(report: Report, metric: str) -> str:
    """A panel per slice; in it a dot and its interval per system, the best on top."""
    slices = report.slices()
    n_rows = -(-len(slices) // PANELS_PER_ROW)
    height = 0.6 + 0.24 * len(report.systems())
    picture = _picture(11, height * n_rows)
    for number, label in enumerate(slices, start=1):
        axes = picture.add_subplot(n_rows, PANELS_PER_ROW, number)
        figures = [f for f in report.figures if (f.slice, f.metric) == (label, metric)]
        _dots(axes, sorted(figures, key=lambda f: f.value), label)
    return _svg(picture)


def _dots(axes: Any, figures: Sequence[Figure], label: str) -> None:
    for place, figure in enumerate(figures):
        colour = COLOURS[is_ours(figure.system)]
        if figure.low is not None and figure.high is not None:
            axes.plot([figure.low, figure.high], [place, place], color=colour, linewidth=1.2)
        axes.plot([figure.value], [place], "o", color=colour, markersize=4)
    axes.set_yticks(range(len(figures)), [figure.system for figure in figures], fontsize=7)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_xlim(left=0)
    axes.set_title(f"{label} ({figures[0].n_cases:,} cases)" if figures else label, fontsize=9)
    axes.grid(axis="x", alpha=0.3)


def exposure_shares(report: Report) -> dict[str, list[float]]:
    """System -> share of places per tenth of the catalogue."""
    shares: dict[str, list[float]] = {}
    for figure in report.figures:
        if figure.metric.startswith("exposure_"):
            shares.setdefault(figure.system, []).append(figure.value)
    return shares


def exposure(shares: Mapping[str, Sequence[float]]) -> str:
    """SVG: the share of recommended places by tenth of the catalogue, the least chosen first, with
    a line for each system."""
    picture = _picture(8, 3.6)
    axes = picture.add_subplot()
    for system, values in shares.items():
        ours = is_ours(system)
        axes.plot(
            range(1, len(values) + 1),
            values,
            marker="o",
            markersize=3,
            color=COLOURS[True] if ours else None,
            linewidth=2.4 if ours else 0.9,
            label=system,
            zorder=3 if ours else 2,
        )
    n_tenths = max(len(values) for values in shares.values())
    axes.axhline(1 / n_tenths, color="#94a3b8", linestyle="--", linewidth=1)
    axes.set_xlabel("tenth of the catalogue, least chosen first")
    axes.set_ylabel("share of recommended places")
    axes.set_xticks(range(1, n_tenths + 1))
    axes.legend(fontsize=7, ncols=2)
    return _svg(picture)


def frontier_points(report: Report, metric: str) -> dict[bool, list[tuple[str, float, float]]]:
    """(label, warm, cold) of Palate at each exploration (true) and of borrowing EASE at each scale
    (false)."""
    points: dict[bool, list[tuple[str, float, float]]] = {True: [], False: []}
    values = {(f.system, f.slice): f.value for f in report.figures if f.metric == metric}
    for system in report.systems():
        if {(system, "warm"), (system, "cold_item")} <= values.keys() and (
            is_ours(system) or system.startswith(BORROWED)
        ):
            label = system.partition(" (")[2].rstrip(")") or system
            points[is_ours(system)].append(
                (label, values[system, "warm"], values[system, "cold_item"])
            )
    return points


def frontier(points: Mapping[bool, Sequence[tuple[str, float, float]]], metric: str) -> str:
    """Warm against cold: up and to the right is better at both."""
    picture = _picture(6.5, 4.5)
    axes = picture.add_subplot()
    for ours, along in points.items():
        colour = COLOURS[ours]
        axes.plot(
            [warm for _, warm, _ in along],
            [cold for *_, cold in along],
            "o-",
            color=colour,
            linewidth=1.2,
        )
        for label, warm, cold in along:
            axes.annotate(
                label,
                (warm, cold),
                xytext=(5, 5),
                textcoords="offset points",
                fontsize=7,
                color=colour,
            )
    axes.margins(0.2)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"{metric}, warm items")
    axes.set_ylabel(f"{metric}, cold items")
    axes.grid(alpha=0.3)
    return _svg(picture)


def curves(learning: Learning) -> str:
    """SVG: the training loss by epoch, and where it was measured NDCG@10 on held-out next events."""
    picture = _picture(8, 3.0)
    left = picture.add_subplot(1, 2, 1)
    left.plot(np.arange(1, len(learning.losses) + 1), learning.losses, color=COLOURS[False])
    left.set_xlabel("epoch")
    left.set_title("training loss", fontsize=9)
    if learning.validation:
        right = picture.add_subplot(1, 2, 2)
        right.plot(
            np.arange(1, len(learning.validation) + 1), learning.validation, color=COLOURS[True]
        )
        right.set_xlabel("epoch")
        right.set_title("NDCG@10 on held-out next events", fontsize=9)
    return _svg(picture)


def over_rounds(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    label: str,
    ours: str,
    along: str = "round",
) -> str:
    """SVG: a line and a band by system over rounds 1, 2, ..., which are called `along`: values, and half
    widths of their intervals. `ours` is in colour."""
    picture = _picture(8, 3.6)
    axes = picture.add_subplot()
    for system, (values, half_widths) in curves.items():
        rounds = np.arange(1, len(values) + 1)
        middle, half = np.array(values), np.array(half_widths)
        (line,) = axes.plot(
            rounds,
            middle,
            color=COLOURS[True] if system == ours else None,
            linewidth=2.4 if system == ours else 1.0,
            label=system,
        )
        axes.fill_between(
            rounds, middle - half, middle + half, color=line.get_color(), alpha=0.12, linewidth=0
        )
    axes.set_xlabel(along)
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, ncols=2)
    return _svg(picture)


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
