"""Problems: what was wrong with the rows of one source, counted by kind as they are read.

Owns the sentences about it. A kind has its number of rows and one example; of the rows themselves
the first are kept, and every one goes to whoever listens, so that ten million bad rows take no more
memory than a thousand. Knows no formats and no fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from indexer.catalog.rows import RowError
from indexer.errors import shown

KEPT_ROWS = 1_000
KEPT_KINDS = 500
OTHER = "other problems"
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one row."""

    field: str
    """What it is about; empty where it is about the row."""
    what: str
    """In words that are the same for every value, and what was done."""
    value: object = None

    @property
    def kind(self) -> str:
        """What it has in common with others."""
        return f"{self.field} {self.what}".strip()

    @property
    def reason(self) -> str:
        """The same, of its own row."""
        if self.value is None:
            return self.kind
        return f"{self.field} is {shown(self.value)}: it {self.what}"


@dataclass(slots=True)
class Kind:
    """Problems that are alike."""

    rows: int
    line: int
    example: object
    lost: bool
    """The rows did not come in."""


@dataclass(slots=True)
class Problems:
    """Of one source."""

    unit: str = "row"
    """What lines count: "line" or "row"."""
    on_failed: Callable[[RowError], None] = lambda _: None
    on_warning: Callable[[RowError], None] = lambda _: None
    kinds: dict[str, Kind] = field(default_factory=dict)
    failed: list[RowError] = field(default_factory=list)
    """The first rows that did not come in."""
    warnings: list[RowError] = field(default_factory=list)
    """The first of which not all came in, once for each problem."""
    n_failed: int = 0
    n_warnings: int = 0
    """Problems of rows that came in."""

    def lose(self, line: int, row_id: str | None, problem: Problem) -> None:
        """A row does not come in."""
        self.lose_row(RowError(line, row_id, problem.reason), problem)

    def lose_row(self, error: RowError, problem: Problem | None = None) -> None:
        """The same, of a row that something else has a sentence for."""
        self.n_failed += 1
        self._count(problem or _told_by(error.reason), error.line, lost=True)
        self._keep(self.failed, error)
        self.on_failed(error)

    def warn(self, line: int, row_id: str | None, problems: Sequence[Problem]) -> None:
        """A row comes in, and not all of it."""
        for problem in problems:
            self.warn_row(RowError(line, row_id, problem.reason), problem)

    def warn_row(self, error: RowError, problem: Problem | None = None) -> None:
        """The same, of a row that something else has a sentence for."""
        self.n_warnings += 1
        self._count(problem or _told_by(error.reason), error.line, lost=False)
        self._keep(self.warnings, error)
        self.on_warning(error)

    def sentences(self) -> list[str]:
        """A sentence a kind, rows that were lost first, then by how many rows it is about."""
        order = sorted(self.kinds.items(), key=lambda one: (not one[1].lost, -one[1].rows))
        return [self._sentence(name, kind) for name, kind in order]

    def _sentence(self, name: str, kind: Kind) -> str:
        rows = "1 row" if kind.rows == 1 else f"{kind.rows:,} rows"
        value = "" if kind.example is None else f"{shown(kind.example)} "
        lost = " lost" if kind.lost else ""
        return f"{rows}{lost}: {name}, e.g. {value}in {self.unit} {kind.line:,}"

    def _count(self, problem: Problem, line: int, *, lost: bool) -> None:
        name = problem.kind
        kind = self.kinds.get(name)
        if kind is None and len(self.kinds) >= KEPT_KINDS:
            name, kind = OTHER, self.kinds.get(OTHER)
        if kind is None:
            self.kinds[name] = Kind(1, line, problem.value, lost)
        else:
            kind.rows += 1

    @staticmethod
    def _keep(kept: list[RowError], error: RowError) -> None:
        if len(kept) < KEPT_ROWS:
            kept.append(error)


def _told_by(reason: str) -> Problem:
    """What a sentence about one row has in common with those about others: all but the first value that
    it quotes."""
    quoted = _QUOTED.search(reason)
    if quoted is None:
        return Problem("", reason)
    return Problem("", reason.replace(quoted[0], "...", 1), quoted[1])
