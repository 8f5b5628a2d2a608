"""Where the time of `palate index` went, and what it took of the machine's memory.

Encoders say it of themselves (`encoders.base.Measured`); one that does not, as a plug-in need not,
is left out, and then nobody knows the share of all. Knows nothing of rows but how many there were.
"""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from encoders.base import Encoder, Measured, runs_on
from encoders.timing import STAGES
from service.cli import output


@dataclass(frozen=True, slots=True)
class EncoderTimes:
    """What one encoder took."""

    encoder: str
    runs_on: str
    seconds: Mapping[str, float]
    """By stage: `load`, `pre`, `core`, `post` (`encoders.timing`)."""


@dataclass(frozen=True, slots=True)
class RunTimes:
    """What a run took, from the open data folder to a store that is ready to be searched."""

    seconds: float
    rows_per_s: float
    encoders: tuple[EncoderTimes, ...]
    """Those that had something to encode."""
    encoding: float | None
    """Share of the seconds that was spent inside encoders; None where one does not say."""
    peak_memory_mb: float
    """The most that the process has held, or a child of it that converted a network."""


def run_times(encoders: Collection[Encoder], rows: int, seconds: float) -> RunTimes:
    """Of a run that began with these encoders unused."""
    told = [encoder for encoder in encoders if isinstance(encoder, Measured)]
    times = tuple(
        EncoderTimes(e.name, runs_on(e), _rounded(e.timing.seconds())) for e in told if runs_on(e)
    )
    inside = sum(sum(encoder.seconds.values()) for encoder in times)
    return RunTimes(
        seconds=round(seconds, 2),
        rows_per_s=round(rows / seconds, 1),
        encoders=times,
        encoding=round(inside / seconds, 3) if len(told) == len(encoders) else None,
        peak_memory_mb=round(peak_memory_mb()),
    )


def show(times: RunTimes) -> None:
    """A line per encoder, and one of the run."""
    if times.encoders:
        rows = [
            [e.encoder, e.runs_on, *(f"{e.seconds[stage]:.1f}" for stage in STAGES)]
            for e in times.encoders
        ]
        output.table(["encoder", "runs on", *STAGES], rows, right=STAGES)
    share = (
        f", {times.encoding:.0%} of it inside the encoders"
        if times.encoders and times.encoding
        else ""
    )
    output.say(
        f"{times.seconds:,.1f} seconds in all{share}; {times.rows_per_s:,.0f} rows a second; "
        f"{times.peak_memory_mb:,.0f} MB of memory at most"
    )


def peak_memory_mb() -> float:
    """Of this process since its start, or the largest of its ended children, in millions of bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except FileNotFoundError:
        return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit) / 1e6
    # on Linux, getrusage counts what the parent of this process held too
    (own_kb,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return max(children, int(own_kb) * 1024) / 1e6


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(taken, 3) for stage, taken in seconds.items()}
