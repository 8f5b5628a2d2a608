"""What explanations are worth: are they true of the scorer, do they vary, what do they cost, can
they be led astray.

    python -m benchmarks.explain [--data DIR | --work DIR] [--pairs N] [--writer NAME]... [--write]

On a data folder that was trained (`--data`, or `PALATE_BENCH_EXPLAIN_DATA`), else on the example
catalogue, which is indexed and trained in the work folder at first. Ten results for each of 50
people make 500 pairs. Times are processor time of this process, since other work on the machine
would count otherwise.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks.explained import K, Row, Texts, cost, fidelity, gathered, hostile, texts_of, variety
from benchmarks.folders import ROOT, made
from benchmarks.tables import markdown, replace_section
from indexer.log.event_log import EventLog
from service.config_file import load_settings
from service.errors import WriterUnavailable
from service.explainer.writers.writer import Writer
from service.garbage_collection import freeze_gc
from service.reasons.writing import Writing
from service.recommender import Recommender
from service.rpc.work.cores import one_core
from service.storage.workspace import Workspace

DATA = "PALATE_BENCH_EXPLAIN_DATA"
EXAMPLE = ROOT / "examples/movielens-small"
PAGE, SAMPLES_PAGE = ROOT / "docs/explanations.md", ROOT / "docs/explanation-samples.md"
MIN_EVENTS = 20
SAMPLES = 20


def main() -> None:
    asked = arguments()
    example = [
        ["index", EXAMPLE / "items.jsonl"],
        ["events", EXAMPLE / "events.parquet"],
        ["train"],
    ]
    folder = asked.data or made(asked.work, example)
    workspace = Workspace.open(load_settings(folder))
    rng = np.random.default_rng(asked.seed)
    one_core()  # as the threads of a server that answer
    with closing(Recommender(workspace)) as palate:
        freeze_gc()  # as a server does
        people = people_of(workspace.log)
        chosen = [people[i] for i in rng.permutation(len(people))[: -(-asked.pairs // K)]]
        pairs = list(gathered(palate, chosen))
        if not pairs:
            sys.exit(
                f"nobody in {folder} has {MIN_EVENTS} events or more; record events and train first"
            )
        rows = [*fidelity(palate, workspace, pairs, rng), *variety(pairs), *cost(palate, pairs)]
        model = pairs[0].explanation.model_version or "none"
    writing = Writing(load_settings(folder))
    texts = [texts_of(writer, pairs) for writer in writers(writing, asked.writer)]
    rows += [row for one in texts for row in hostile(writing.writer(one.writer), one, pairs)]
    writing.close()
    report = "\n\n".join([heading(len(pairs), len(chosen), model), figures(rows), by_writer(texts)])
    print(report)
    if asked.write:
        replace_section(PAGE, "bench-explain", report)
        for one in texts:
            replace_section(SAMPLES_PAGE, f"samples-{one.writer}", samples(one))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = os.environ.get(DATA)
    parser.add_argument(
        "--data",
        type=Path,
        default=data and Path(data),
        help=f"a trained data folder (default ${DATA})",
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=ROOT / "build/bench-explain",
        help="where one is made otherwise",
    )
    parser.add_argument("--pairs", type=int, default=500, help="user-item pairs (default 500)")
    parser.add_argument(
        "--seed", type=int, default=0, help="which people, and which items at random (default 0)"
    )
    parser.add_argument(
        "--writer", action="append", help="whose texts; may be repeated (default template, local)"
    )
    parser.add_argument(
        "--write", action="store_true", help="put the report and samples into docs/ too"
    )
    return parser.parse_args()


def writers(writing: Writing, asked: Sequence[str] | None) -> list[Writer]:
    """Those asked for; else the template, and the local one where it is installed."""
    if asked:
        return [writing.writer(name) for name in asked]
    found = [writing.writer("template")]
    try:
        found.append(writing.writer("local"))
    except WriterUnavailable as error:
        print(error, file=sys.stderr)
    return found


def people_of(log: EventLog) -> list[str]:
    """Everybody with MIN_EVENTS or more."""
    counts: Counter[str] = Counter()
    for batch in log.read_events():
        counts.update(batch.user_id.tolist())
    return sorted(user for user, n in counts.items() if n >= MIN_EVENTS)


def heading(n_pairs: int, n_people: int, model: str) -> str:
    where = f"{os.cpu_count()} cores, Python {platform.python_version()}, model {model}"
    return (
        f"`make bench-explain`, {time.strftime('%Y-%m-%d')}, {where}: {n_pairs} results of {n_people} people with "
        f"{MIN_EVENTS} events or more."
    )


def figures(rows: Sequence[Row]) -> str:
    return markdown(["", "measured", "wanted"], [[row.what, row.value, row.wanted] for row in rows])


def by_writer(texts: Sequence[Texts]) -> str:
    header = ["writer", "texts", "supported", "invented", "fell back", "processor ms per text"]
    return markdown(header, [one.row() for one in texts])


def samples(texts: Texts) -> str:
    """As they came out."""
    every = max(len(texts.written) // SAMPLES, 1)
    chosen = texts.written[::every][:SAMPLES]
    return "\n".join([f"## {texts.writer}", "", *(f"- {one.text}" for one in chosen)])


if __name__ == "__main__":
    main()
