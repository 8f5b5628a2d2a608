"""Whether the check of a training decides as the served answer does.

    python -m benchmarks.verdicts [--data DIR] [--work DIR] [--only DATASET]... [--seeds N] [--write]

Every row is one `palate evaluate --protocol leave-one-out`, whose training says whether its own check
would let the model serve; the served answer to everybody's last event says whether that is right. A
decision is wrong where a model is refused that serves better than every baseline, or where one
serves that is worse than a baseline beyond chance. Figures are kept in the work folder, as those of
`benchmarks.quality` are.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from benchmarks.quality import (
    NEXT_ITEM,
    PAGE,
    Result,
    Row,
    cell,
    evaluated,
    measured,
    parser_of,
)
from benchmarks.tables import markdown, replace_section
from service.evaluation.pictures import OURS

PEOPLE = "3000"
"""Asked in each row."""
DATASETS = {
    "movielens-small": ("movielens-small", ()),
    "amazon-beauty": ("amazon-beauty-toys", ("--domain", "Beauty")),
    "amazon-toys": ("amazon-beauty-toys", ("--domain", "Toys_and_Games")),
}
NDCG = NEXT_ITEM[0]


def main() -> None:
    asked = arguments()
    rows = [
        row_of(name, seed) for seed in range(asked.seeds) for name in asked.only or list(DATASETS)
    ]
    results = {row.name: measured(row, asked.data, asked.work, evaluated) for row in rows}
    text = report({name: one for name, one in results.items() if one is not None})
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-verdicts", text)


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument(
        "--only", action="append", choices=list(DATASETS), help="this data set; may be repeated"
    )
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each (default 5)")
    return parser.parse_args()


def row_of(name: str, seed: int) -> Row:
    dataset, options = DATASETS[name]
    protocol = ["--protocol", "leave-one-out", "--seed", str(seed), "--max-cases", PEOPLE]
    return Row(f"verdict-{name}-{seed}", dataset, [*protocol, *options], NEXT_ITEM)


def report(results: dict[str, Result]) -> str:
    rows, n_wrong = [], 0
    for name, result in results.items():
        best = best_baseline(result)
        wrong = is_wrong(result, best)
        n_wrong += wrong
        ours, theirs = (cell(result, system, NDCG) for system in (OURS, best))
        verdict = result.about["check"]
        rows.append([name, verdict, ours, f"{best} {theirs}", "**wrong**" if wrong else "right"])
    heading = (
        f"`make bench-verdicts`: {n_wrong} of {len(rows)} decisions wrong. NDCG@10 at the served "
        "answer to everybody's last event, with bootstrap 95 % intervals over the people."
    )
    columns = ["training", "its check", "palate", "best baseline", "decision"]
    return "\n\n".join([heading, markdown(columns, rows)])


def best_baseline(result: Result) -> str:
    others: Sequence[str] = [name for name in result.report.systems() if name != OURS]
    return max(
        others, key=lambda name: result.report.get("ndcg@10", slice="all", system=name).value
    )


def is_wrong(result: Result, baseline: str) -> bool:
    ours, theirs = (
        result.report.get("ndcg@10", slice="all", system=name) for name in (OURS, baseline)
    )
    if result.about["check"] == "refused":
        return ours.value > theirs.value
    return (ours.high or ours.value) < (theirs.low or theirs.value)


if __name__ == "__main__":
    main()
