"""Figures and how they are laid out: rows for a table, JSON for a program. Knows no metric and
prints nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

COLUMNS = ("ndcg", "recall", "coverage")
"""Metrics a table shows unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and how sure it is."""

    system: str
    slice: str
    metric: str
    """With its list length: `ndcg@10`."""
    value: float
    low: float | None
    """Bounds of the 95 % interval; None where there is none to give."""
    high: float | None
    n_cases: int


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run, grouped by system, then by slice."""

    figures: tuple[Figure, ...]

    def get(self, metric: str, *, slice: str = "all", system: str | None = None) -> Figure:
        """The one figure; KeyError names what there is."""
        for figure in self.figures:
            if (figure.metric, figure.slice) == (metric, slice) and system in (None, figure.system):
                return figure
        known = sorted({f"{f.system} / {f.slice} / {f.metric}" for f in self.figures})
        raise KeyError(
            f"no figure {system or '*'} / {slice} / {metric}; there are: {'; '.join(known)}"
        )

    def slices(self) -> list[str]:
        """Labels in order of appearance."""
        return list(dict.fromkeys(figure.slice for figure in self.figures))

    def systems(self) -> list[str]:
        """Names in order of appearance."""
        return list(dict.fromkeys(figure.system for figure in self.figures))

    def header(self, metrics: Sequence[str] = COLUMNS) -> list[str]:
        """Column names of `rows`."""
        return ["slice", "system", "cases", *self._shown(metrics)]

    def rows(
        self, metrics: Sequence[str] = COLUMNS, *, slices: Sequence[str] | None = None
    ) -> Iterator[list[str]]:
        """A row per slice and system, as text: the figure, and in brackets its interval."""
        shown = self._shown(metrics)
        for label in self.slices() if slices is None else slices:
            here = [figure for figure in self.figures if figure.slice == label]
            for system, group in groupby(here, key=lambda figure: figure.system):
                by_metric = {figure.metric: figure for figure in group}
                cells = [_cell(by_metric[name]) if name in by_metric else "" for name in shown]
                yield [label, system, str(next(iter(by_metric.values())).n_cases), *cells]

    def to_json(self) -> str:
        """A JSON array, one object per figure."""
        return json.dumps([asdict(figure) for figure in self.figures], indent=1)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """What `to_json` wrote."""
        return cls(tuple(Figure(**row) for row in json.loads(text)))

    def _shown(self, metrics: Sequence[str]) -> list[str]:
        """The full names (`ndcg@10`) of the wanted metrics, in the wanted order."""
        present = dict.fromkeys(figure.metric for figure in self.figures)
        return [
            name for wanted in metrics for name in present if wanted in (name, name.split("@")[0])
        ]


def _cell(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.4f}"
    return f"{figure.value:.4f} [{figure.low:.4f}, {figure.high:.4f}]"
