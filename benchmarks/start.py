"""How long a start takes, what a one-off command does, and what memory a server holds.

    python -m benchmarks.start [--trained DIR] [--large DIR] [--repeats 3] [--write]

Of two data folders: the example's films with their bundled encoders and a trained model, and 100,000
made-up items with half a million events and stand-in encoders, untrained. Both have been started once
before, so that what serves is kept. Wall time is that of the machine as it is; processor time says
what the start itself takes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.folders import made, palate
from benchmarks.serve import SOURCES, cpu_s, server, users_of
from benchmarks.tables import markdown, replace_section
from palate.client import Client

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/operations.md"
N_ITEMS, N_EVENTS, N_USERS = 100_000, 500_000, 10_000
FAKE = '[encoders]\ntext = "fake"\nimage = "none"\n'
CALLS = 10
GENRES = ("Drama", "Comedy", "Action", "Horror", "Romance", "Western", "War", "Music")


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a server, and one of a command."""

    serving_s: float
    serving_cpu_s: float
    command_s: float
    command_cpu_s: float
    first_ms: float
    tenth_ms: float
    anonymous_mb: float
    resident_mb: float


def main() -> None:
    asked = arguments()
    folders = {
        "9,742 films, trained": asked.trained or trained_folder(),
        "100,000 items, stand-in encoders": asked.large or large_folder(),
    }
    found = {}
    for name, data in folders.items():
        users = users_of(data)
        started_and_asked(data, users)  # keeps what serves, and reads the files once
        found[name] = [started_and_asked(data, users[n:]) for n in range(asked.repeats)]
    text = report(found)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-start", text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trained", type=Path, help="a data folder, instead of making one")
    parser.add_argument("--large", type=Path, help="another one, instead of making it")
    parser.add_argument("--repeats", type=int, default=3, help="starts of each (default 3)")
    parser.add_argument(
        "--write", action="store_true", help="put the report into docs/operations.md too"
    )
    return parser.parse_args()


def trained_folder() -> Path:
    """The example's catalogue and events with a model."""
    source = next(path for path in SOURCES if path.is_dir())
    commands = (["index", source / "items.jsonl"], ["events", source / "events.parquet"], ["train"])
    return made(ROOT / "build" / "bench-start-trained", commands)


def large_folder() -> Path:
    """Made-up items and events."""
    folder = ROOT / "build" / "bench-start-large"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palate.toml").write_text(FAKE, encoding="utf-8")
    items, events = folder / "items.jsonl", folder / "events.jsonl"
    rng = np.random.default_rng(0)
    if not (folder / "prepared").is_file():
        items.write_text("".join(_lines(made_up_items(N_ITEMS, rng))), encoding="utf-8")
        events.write_text("".join(_lines(made_up_events(N_EVENTS, rng))), encoding="utf-8")
    return made(folder, (["index", items], ["events", events]))


def made_up_items(n: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Texts of a few hundred words, some far commoner than others."""
    words = np.array([f"{a}{b}" for a in "bcdfghklmnprst" for b in ("ala", "eron", "imo", "usk")])
    commonness = 1 / np.arange(1, len(words) + 1)
    commonness /= commonness.sum()
    for place in range(n):
        text = rng.choice(words, 14, p=commonness)
        yield {
            "item_id": f"{place}",
            "title": f"{' '.join(text[:3]).title()} ({1950 + place % 70})",
            "description": " ".join(text[3:]),
            "categories": rng.choice(GENRES, 2, replace=False).tolist(),
            "attributes": {"director": f"Director {rng.zipf(1.4) % 5000}"},
        }


def made_up_events(n: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """A few items are met by many."""
    rows = zip(
        rng.integers(0, N_USERS, n).tolist(), (rng.zipf(1.2, n) % N_ITEMS).tolist(), strict=True
    )
    for moment, (user, item) in enumerate(rows):
        yield {
            "user_id": f"{user}",
            "item_id": f"{item}",
            "event_type": "watch",
            "timestamp": 1.5e9 + moment,
        }


def _lines(rows: Iterator[dict[str, object]]) -> Iterator[str]:
    return (json.dumps(row) + "\n" for row in rows)


def started_and_asked(data: Path, users: Sequence[str]) -> Start:
    """A command, and a server that answers CALLS people."""
    command_s, command_cpu_s = commanded(data, users[0])
    began = time.perf_counter()
    with server(data) as serving, Client(serving.address) as client:
        serving_s, serving_cpu_s = time.perf_counter() - began, cpu_s(serving.pid)
        took_ms = []
        for user in users[:CALLS]:
            asked = time.perf_counter()
            client.recommend(user, k=10, explain=True)
            took_ms.append(1000 * (time.perf_counter() - asked))
        anonymous_mb, resident_mb = memory_mb(serving.pid)
    return Start(
        serving_s,
        serving_cpu_s,
        command_s,
        command_cpu_s,
        took_ms[0],
        took_ms[-1],
        anonymous_mb,
        resident_mb,
    )


def commanded(data: Path, user: str) -> tuple[float, float]:
    """Seconds of `palate recommend`, and of the processor."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(
        palate("recommend", "--user", user, "--data", data),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])  # of children that have ended
    return time.perf_counter() - began, cpu


def memory_mb(pid: int) -> tuple[float, float]:
    """Anonymous and resident, on Linux; NaN elsewhere."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return float("nan"), float("nan")
    fields = dict(line.split(":", 1) for line in status.splitlines())
    anonymous, resident = (int(fields[name].split()[0]) / 1024 for name in ("RssAnon", "VmRSS"))
    return anonymous, resident


def report(found: dict[str, list[Start]]) -> str:
    """Medians."""

    def row(name: str, starts: Sequence[Start]) -> list[str]:
        def of(field: str, digits: int) -> str:
            return f"{median(getattr(start, field) for start in starts):,.{digits}f}"

        return [
            name,
            *(of(f, 1) for f in ("serving_s", "serving_cpu_s", "command_s", "command_cpu_s")),
            *(of(f, 0) for f in ("first_ms", "tenth_ms", "anonymous_mb", "resident_mb")),
        ]

    header = [
        "",
        "start to SERVING, s",
        "of the processor, s",
        "`palate recommend`, s",
        "of the processor, s",
        "first call, ms",
        "tenth call, ms",
        "anonymous, MB",
        "resident, MB",
    ]
    n = max(len(starts) for starts in found.values())
    load = os.getloadavg()[0]
    about = (
        f"`make bench-start`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {load:.0f} processes waiting "
        f"for a turn; medians of {n}, from the second start on:"
    )
    return "\n".join([about, "", markdown(header, [row(*one) for one in found.items()])])


if __name__ == "__main__":
    if sys.platform != "linux":
        print("memory is measured on Linux only", file=sys.stderr)
    main()
