"""Quality of the served answers on real data: every protocol beside the baselines, and what each
part is worth.

    python -m benchmarks.quality [--data DIR] [--work DIR] [--only NAME]... [--write]

Every row is one `palate evaluate`, whose figures are kept in the work folder: a run that was
stopped goes on with the rows that are missing, and a row whose command has changed is measured
again. The data folder holds a folder per data set, with items.jsonl and events.parquet in the
README's schema.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.folders import DATA, ROOT, add_data, made, palate
from benchmarks.tables import markdown, replace_section
from service.evaluation.pictures import is_ours
from service.evaluation.report import Figure, Report

PAGE = ROOT / "docs/benchmarks.md"
EVERYBODY = ("--max-cases", "1000000")
PACKAGES = ("torch", "numpy", "scipy", "implicit", "sentence-transformers", "timm")


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of every system."""

    heading: str
    slice: str = "all"
    metric: str = "ndcg@10"


@dataclass(frozen=True, slots=True)
class Row:
    """One evaluation."""

    name: str
    dataset: str
    options: Sequence[str]
    columns: Sequence[Column]
    unread: Sequence[str] = ()
    """Fields of the items that are left out of the catalogue before it is indexed."""

    @property
    def folder(self) -> str:
        """Of its data, in the work folder."""
        return f"{self.dataset}-without-{'-'.join(self.unread)}" if self.unread else self.dataset

    @property
    def command(self) -> str:
        return " ".join(["palate evaluate", *self.options])


@dataclass(frozen=True, slots=True)
class Result:
    """What a row gave."""

    command: str
    measured: str
    """Date."""
    about: dict[str, str]
    report: Report


WARM_AND_COLD = (Column("all"), Column("warm", "warm"), Column("cold items", "cold_item"))
KNOWN_EVENTS = (0, 1, 3, 5)
NEXT_ITEM = (Column("NDCG@10"), Column("recall@10", metric="recall@10"))
COLD_ITEMS = Row(
    "movielens-small-cold-items",
    "movielens-small",
    ["--protocol", "cold-items", "--exploration", "0,0.25,0.5,1"],
    WARM_AND_COLD,
)
PROTOCOLS = (
    COLD_ITEMS,
    Row(
        "movielens-small-cold-users",
        "movielens-small",
        ["--protocol", "cold-users", "--events", ",".join(map(str, KNOWN_EVENTS))],
        [Column(f"{n} events", f"events {n}") for n in KNOWN_EVENTS],
    ),
    Row(
        "amazon-beauty",
        "amazon-beauty-toys",
        ["--protocol", "leave-one-out", "--domain", "Beauty", *EVERYBODY],
        NEXT_ITEM,
    ),
    Row(
        "amazon-toys",
        "amazon-beauty-toys",
        ["--protocol", "leave-one-out", "--domain", "Toys_and_Games", *EVERYBODY],
        NEXT_ITEM,
    ),
    Row(
        "amazon-beauty-to-toys",
        "amazon-beauty-toys",
        ["--protocol", "cross-domain", "--source", "Beauty", "--target", "Toys_and_Games"],
        NEXT_ITEM,
    ),
    Row("movielens-1m", "movielens-1m", ["--protocol", "leave-one-out", *EVERYBODY], NEXT_ITEM),
)
ABLATED = {
    "text": "no text vectors: no likeness of words, no candidates by words, and cold items borrow from nobody; "
    "categories and attributes stay",
    "image": "no picture vectors",
    "id": "the Transformer knows items by their content alone; co-engagement stays",
    "second-stage": "the weights that rank before any training, which leave the Transformer and EASE out",
}
UNREAD = ("categories", "attributes")
UNREAD_NAME = " and ".join(UNREAD)
ABLATIONS = {
    what: Row(
        f"movielens-small-without-{what}",
        "movielens-small",
        ["--protocol", "cold-items", "--without", what, "--no-baselines"],
        WARM_AND_COLD,
    )
    for what in ABLATED
} | {
    UNREAD_NAME: Row(
        "movielens-small-without-attributes",
        "movielens-small",
        ["--protocol", "cold-items", "--no-baselines"],
        WARM_AND_COLD,
        UNREAD,
    )
}
ABLATED[UNREAD_NAME] = (
    "an index of the catalogue without them: titles, descriptions and pictures are all there is"
)
ROWS = {row.name: row for row in (*PROTOCOLS, *ABLATIONS.values())}


def main() -> None:
    asked = arguments()
    wanted = [ROWS[name] for name in asked.only or ROWS]
    failed = [
        row.name for row in wanted if measured(row, asked.data, asked.work, evaluated) is None
    ]
    text = report(
        {row.name: found for row in ROWS.values() if (found := kept(row, asked.work)) is not None}
    )
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-quality", text)
    if failed:
        sys.exit(f"could not be measured: {', '.join(failed)}")


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument(
        "--only", action="append", choices=list(ROWS), help="measure this row; may be repeated"
    )
    return parser.parse_args()


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """With the options of every program whose figures are kept and go into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    parser.add_argument(
        "--work",
        type=Path,
        default=ROOT / "build/bench-quality",
        help="where data and figures are kept",
    )
    parser.add_argument(
        "--write", action="store_true", help="put the report into docs/benchmarks.md too"
    )
    return parser


def measured(
    row: Row, data: Path, work: Path, evaluate: Callable[[Row, Path], str | None]
) -> Result | None:
    """The row's result, from the work folder where it is there; None where the evaluation failed."""
    if (before := kept(row, work)) is not None:
        return before
    source = data / row.dataset
    if not source.is_dir():
        print(
            f"{row.name}: there is no {source}; name the folder of the data sets with {DATA}",
            file=sys.stderr,
        )
        return None
    folder = made(
        work / row.folder,
        [["index", items_of(row, source, work)], ["events", source / "events.parquet"]],
    )
    print(f"{row.name}: {row.command}", file=sys.stderr)
    answer = evaluate(row, folder)
    if answer is None:
        return None
    found = {"command": row.command, "measured": time.strftime("%Y-%m-%d"), **json.loads(answer)}
    path = result_file(row, work)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(found, indent=1), encoding="utf-8")
    partial.replace(path)
    return kept(row, work)


def items_of(row: Row, source: Path, work: Path) -> Path:
    """The catalogue, or a copy of it without what is to be left unread, with its pictures beside
    it."""
    if not row.unread:
        return source / "items.jsonl"
    copy = work / f"{row.folder}-catalogue"
    copy.mkdir(parents=True, exist_ok=True)
    with (
        (source / "items.jsonl").open(encoding="utf-8") as lines,
        (copy / "items.jsonl").open("w", encoding="utf-8") as left,
    ):
        for line in lines:
            item = {
                name: value for name, value in json.loads(line).items() if name not in row.unread
            }
            if image := item.get("image"):
                (copy / image).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / image, copy / image)
            left.write(json.dumps(item) + "\n")
    return copy / "items.jsonl"


def evaluated(row: Row, folder: Path) -> str | None:
    """What `palate evaluate` prints as JSON; None where it could not."""
    done = subprocess.run(
        palate("evaluate", *row.options, "--json", "--data", folder),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else None


def kept(row: Row, work: Path) -> Result | None:
    """What was measured before by the same command."""
    path = result_file(row, work)
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    if found["command"] != row.command:
        return None
    figures = tuple(Figure(**figure) for figure in found["figures"])
    return Result(found["command"], found["measured"], found["about"], Report(figures))


def result_file(row: Row, work: Path) -> Path:
    return work / "results" / f"{row.name}.json"


def report(results: dict[str, Result]) -> str:
    """A section per protocol that was measured, and one of ablations."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    parts = [
        f"`make bench-quality`, {os.cpu_count()} cores; Python {platform.python_version()}, {packages}. "
        "NDCG@10 where no metric is named, over the full catalogue, with bootstrap 95 % intervals over the people."
    ]
    parts += [section(row, results[row.name]) for row in PROTOCOLS if row.name in results]
    less = {what: results[row.name] for what, row in ABLATIONS.items() if row.name in results}
    if less and COLD_ITEMS.name in results:
        parts.append(ablations(results[COLD_ITEMS.name], less))
    if missing := [name for name in ROWS if name not in results]:
        parts.append(f"Not measured: {', '.join(missing)}.")
    return "\n\n".join(parts)


def section(row: Row, result: Result) -> str:
    """One protocol: the best system on top, ours in bold."""
    systems = sorted(
        result.report.systems(), key=lambda name: -figure(result, name, row.columns[0]).value
    )
    rows = [
        [
            f"**{name}**" if is_ours(name) else name,
            *(cell(result, name, column) for column in row.columns),
        ]
        for name in systems
    ]
    return "\n\n".join(
        [f"### {row.name}", described(result), markdown(["system", *headings(row, result)], rows)]
    )


def described(result: Result) -> str:
    """What was asked of what, and what it took."""
    about = result.about
    left_out = f" Left out: {about['left out']}" if "left out" in about else ""
    return (
        f"`{result.command}`, {result.measured}: {about['catalogue']}, {about['training']} to train on in "
        f"{about['training time']}, {about['cases']} cases, seed {about['seed']}.{left_out}"
    )


def headings(row: Row, result: Result) -> list[str]:
    """With how many cases each column has."""
    return [
        f"{column.heading} ({figure(result, None, column).n_cases:,} cases)"
        for column in row.columns
    ]


def ablations(whole: Result, less: dict[str, Result]) -> str:
    """Palate whole and without each part, on the same split."""
    measured = {"palate": whole, **{f"without {what}": one for what, one in less.items()}}
    rows = [
        [
            name,
            *(cell(one, ours_of(one), column) for column in WARM_AND_COLD),
            one.about["training time"],
        ]
        for name, one in measured.items()
    ]
    lacking = "\n".join(f"- without {what}: {ABLATED[what]}." for what in less)
    table = markdown(["", *(column.heading for column in WARM_AND_COLD), "training"], rows)
    command = "`palate evaluate --protocol cold-items --without WHAT`, NDCG@10:"
    return "\n\n".join(["### What each part is worth on movielens-small", command, table, lacking])


def ours_of(result: Result) -> str:
    """Palate's row; the first where it was asked at several explorations, which is none."""
    return next(name for name in result.report.systems() if is_ours(name))


def figure(result: Result, system: str | None, column: Column) -> Figure:
    return result.report.get(column.metric, slice=column.slice, system=system)


def cell(result: Result, system: str, column: Column) -> str:
    """`.0624 [.0538, .0703]`"""
    found = figure(result, system, column)
    if found.low is None or not found.high:  # there is none, or nothing was found at all
        return short(found.value)
    return f"{short(found.value)} [{short(found.low)}, {short(found.high)}]"


def short(value: float) -> str:
    """Four decimals, without the zero before them: `.0624`; plain `0` for nothing at all."""
    return f"{value:.4f}".removeprefix("0") if value else "0"


if __name__ == "__main__":
    main()
