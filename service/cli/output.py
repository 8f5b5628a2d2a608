"""What commands print: results on stdout as tables or JSON, progress and remarks on stderr. Knows
no command."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from service.telemetry.progress_lines import ProgressLines

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from service.api.messages import TrainProgress

WIDTH = 120
"""Columns of a table where there is no terminal."""

Step = Callable[[str, int, int | None], None]
"""Called with a stage, the steps of it that are done, and how many there are in all where that is
known. What follows ": " in a stage is a remark on it, and may change from call to call."""


def emit(value: Mapping[str, Any] | Sequence[Any], *, indent: int | None = 1) -> None:
    """JSON on stdout; without indent it is one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")
    sys.stdout.flush()


def say(text: str = "") -> None:
    """A line on stdout, wrapped at words."""
    console().print(text, markup=False, highlight=False)


def line(text: str) -> None:
    """A line on stdout, as it is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def heading(text: str) -> None:
    """What follows, in bold where there is a terminal."""
    from rich.text import Text

    console().print(Text(f"\n== {text}", style="bold"))


def remark(text: str) -> None:
    """A line on stderr."""
    sys.stderr.write(text + "\n")


def error(text: str) -> None:
    """One line on stderr, whatever the message holds."""
    remark(f"error: {' '.join(text.split())}")


def console() -> Console:
    from rich.console import Console

    return Console(
        file=sys.stdout, width=shutil.get_terminal_size((WIDTH, 24)).columns, soft_wrap=False
    )


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    title: str = "",
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> None:
    """A table on stdout; the columns named in `right` hold numbers, and those in `whole` are not
    folded either."""
    show(table_of(columns, rows, title=title, right=right, whole=whole))


def table_of(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    title: str = "",
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> Table:
    """The same, yet to be shown."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(
        title=Text(title, style="bold") if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for name in columns:
        justify: Literal["left", "right"] = "right" if name in right else "left"
        shown.add_column(
            Text(name), justify=justify, overflow="fold", no_wrap=name in right or name in whole
        )
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    return shown


def grid(rows: Sequence[Sequence[str]]) -> None:
    """Columns on stdout without names and rules; the last takes what room there is."""
    show(grid_of(rows))


def grid_of(rows: Sequence[Sequence[str]]) -> Table:
    """The same, yet to be shown."""
    from rich.table import Table
    from rich.text import Text

    shown = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        shown.add_row(*map(Text, row))
    return shown


def show(drawn: RenderableType) -> None:
    """Something drawn, on stdout."""
    console().print(drawn)


def keep_showing(drawn: Iterable[RenderableType]) -> None:
    """Each in the place of the one before, on the whole terminal."""
    from rich.live import Live

    with Live(console=console(), screen=True, auto_refresh=False) as live:
        for one in drawn:
            live.update(one, refresh=True)


@contextmanager
def progress(quiet: bool, lines: bool = False) -> Iterator[Step]:
    """A bar on stderr per stage. Where nobody watches, a line now and then if there are to be
    `lines`, and else nothing; nothing at all if `quiet`."""
    if quiet or not sys.stderr.isatty():
        writes_lines = lines and not quiet
        yield ProgressLines(_progress_line).step if writes_lines else _nothing
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def step(stage: str, done: int, total: int | None) -> None:
            name = stage.partition(": ")[0]
            if name not in tasks:
                tasks[name] = bars.add_task(stage, total=total)
            bars.update(tasks[name], description=stage, completed=done, total=total)

        yield step


def _progress_line(stage: str, done: int, total: int | None) -> None:
    steps = f"{done}" if total is None else f"{done} of {total}"
    remark(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {stage}, {steps}")


def _nothing(stage: str, done: int, total: int | None) -> None:
    """Takes a step, and shows none."""


def telling(step: Step) -> Callable[[TrainProgress], None]:
    """What takes the progress of long work, as steps of a bar."""
    return lambda progress: step(progress.stage, progress.done, progress.total or None)


@contextmanager
def waiting(text: str, quiet: bool) -> Iterator[None]:
    """A spinner on stderr while something loads."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(text)):
        yield


def minute(unix_s: float) -> str:
    """A time as tables show it, UTC."""
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%d %H:%M")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value)
