"""What an incremental training is worth: the model of before, taken up with the newest events, and
trained anew.

    python -m benchmarks.incremental [--data DIR | --work DIR] [--since 0.1] [--seed N] [--write]

On a data folder that `palate index` and `palate events` have filled, in which nothing is changed,
else on the example catalogue, which is indexed in the work folder at first. Everybody's last event
is asked for. Of the other events the newest share happens after the first training: it is in every
history that is read, and the three models differ in what they have learned of it.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.folders import ROOT, made
from benchmarks.tables import markdown, replace_section
from service.api.messages import ModelInfo
from service.config_file import load_settings
from service.evaluation.answers import Answers, ask
from service.evaluation.evaluate import ALL, measure
from service.evaluation.report import Report
from service.evaluation.served.dataset import Dataset
from service.evaluation.served.sandbox import Sandbox, sandbox
from service.evaluation.splits import Case, leave_one_out
from service.ranker.data.interactions import Interactions
from service.storage.workspace import Workspace

PAGE, EXAMPLE = ROOT / "docs/benchmarks.md", ROOT / "examples/movielens-small"
K = 10
KNOWN, NEW = "known people", "new people"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a data folder with items and events")
    parser.add_argument(
        "--work",
        type=Path,
        default=ROOT / "build/bench-incremental",
        help="where one is made otherwise",
    )
    parser.add_argument(
        "--since", type=float, default=0.1, help="share of the events that are new (default 0.1)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--write", action="store_true", help="put the report into docs/benchmarks.md too"
    )
    asked = parser.parse_args()
    folder = asked.data or made(
        asked.work, [["index", EXAMPLE / "items.jsonl"], ["events", EXAMPLE / "events.parquet"]]
    )
    with closing(Workspace.open(load_settings(folder))) as workspace:
        text = compared(workspace, asked.since, asked.seed)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-incremental", text)


def compared(workspace: Workspace, since: float, seed: int) -> str:
    """The three models on the same cases, as a table."""
    dataset = Dataset.of(workspace)
    split = leave_one_out(dataset.table)
    before = older(split.train, since)
    took: dict[str, float] = {}
    answers: dict[str, list[Answers]] = {}
    with sandbox(workspace, dataset, before) as copy:
        models: dict[str, Callable[[], ModelInfo]] = {
            "before": lambda: copy.recommender.train(seed=seed, force=True),
            "incremental": lambda: copy.recommender.train(seed=seed, force=True, incremental=True),
            "trained anew": lambda: copy.recommender.train(seed=seed, force=True),
        }
        for name, train in models.items():
            started = time.perf_counter()
            train()
            took[name] = time.perf_counter() - started
            copy.record_history(
                split.cases, before
            )  # after the first training; from then on all of it is known
            answers[name] = [answered(copy, split.cases, dataset, before)]
    n_new = len(split.train) - len(before)
    about = (
        f"`make bench-incremental`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores: {len(before):,} events, then "
        f"the {n_new:,} newest ({since:.0%}), {len(split.cases):,} people's last event to be predicted, seed {seed}. "
        "New people: those without an event before."
    )
    return f"{about}\n\n{table(measure(answers, K, n_items=len(dataset.rows), seed=seed), took)}"


def older(train: Interactions, since: float) -> Interactions:
    """All but the newest share of the events, by the clock."""
    order = np.argsort(train.timestamp, kind="stable")
    kept = np.zeros(len(train), bool)
    kept[order[: len(train) - round(since * len(train))]] = True
    return train.select(kept)


def answered(
    copy: Sandbox, cases: Sequence[Case], dataset: Dataset, before: Interactions
) -> Answers:
    """What is recommended to everybody; people without an event in `before` are a slice of their
    own."""
    known = np.diff(before.by_user()) > 0
    sliced = [
        replace(
            case, slices=dict.fromkeys((ALL, KNOWN if known[case.user] else NEW), case.relevant)
        )
        for case in cases
    ]
    return Answers(sliced, ask(copy.served(K, 0.0), sliced, K, n_items=len(dataset.rows)), None)


def table(report: Report, took: dict[str, float]) -> str:
    slices = [name for name in (ALL, KNOWN, NEW) if name in report.slices()]
    sizes = [report.get(f"ndcg@{K}", slice=name).n_cases for name in slices]
    header = [
        "model",
        *(f"{name} ({size:,})" for name, size in zip(slices, sizes, strict=True)),
        "training",
    ]
    rows = []
    for system, seconds in took.items():
        figures = [report.get(f"ndcg@{K}", slice=name, system=system) for name in slices]
        cells = [f"{one.value:.4f} [{one.low or 0:.4f}, {one.high or 0:.4f}]" for one in figures]
        rows.append([system, *cells, f"{seconds:.0f} s"])
    return markdown(header, rows)


if __name__ == "__main__":
    main()
