"""What differential privacy costs and what it keeps: quality over epsilon, and who can be told to have
been in the log.

    python -m benchmarks.epsilon [--data DIR] [--work DIR] [--only NAME]... [--write]

Quality is `palate evaluate --protocol leave-one-out` with `privacy.epsilon` set, beside popularity and
the nearest content, which uses nobody else's data; the figures are kept as those of
`benchmarks.quality` are.

Membership: half of the people of a data set, drawn at random, are in the log; the attacker knows
everybody's histories, and for a part of the people also whether they were in. From that they learn (by
logistic regression and by boosted trees, the better of which counts) to tell it of the others, by what
the model's item-item weights and popularity say of a history, and what the exact ones of everybody
would say. The advantage is the largest true positive rate less the false positive rate over all
thresholds, of scores that were learned without the person (five folds), as a mean over SPLITS draws
of who is in. `guessing` is what random scores come to by the same measure.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks import quality
from benchmarks.folders import ROOT, palate
from benchmarks.quality import NEXT_ITEM, Result, Row, cell, parser_of, short
from benchmarks.tables import markdown, replace_section
from indexer.log.opening import open_event_log
from service.config import Settings
from service.models.releasing import MOST_KNOWN
from service.models.training_data import read_interactions
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import co_probability, ease, item_knn
from service.ranker.item_item.transition_graph import transitions
from service.ranker.private.behaviour import NEIGHBOURS
from service.ranker.private.budget import epsilon_of, rho_of
from service.ranker.private.release import released
from service.ranker.private.weights import Denoised
from service.storage.item_ids import ItemIds

PAGE = ROOT / "docs/privacy.md"
DATASETS = ("movielens-small", "movielens-1m")
EPSILONS = (0, 16, 8, 4, 2, 1)
"""0 is without privacy."""
DELTA = Settings().privacy.delta
BASELINES = ("content-knn", "popularity")
SPLITS, FOLDS = 3, 5
WEIGHTS = RankerConfig().neighbours
"""Per item, as the ranker keeps them where it counts exactly."""


def main() -> None:
    asked = arguments()
    rows = {name: row for name, row in ROWS.items() if not asked.only or name in asked.only}
    failed = [
        name for name, row in rows.items() if quality.measured(row, asked.data, asked.work, evaluated) is None
    ]  # fmt: skip
    if not asked.only or MEMBERSHIP in asked.only:
        for dataset in DATASETS:  # made by now
            keep(dataset, asked.work)
    text = report(asked.work)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-epsilon", text)
    if failed:
        sys.exit(f"could not be measured: {', '.join(failed)}")


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.set_defaults(work=ROOT / "build/bench-epsilon")
    parser.add_argument(
        "--only",
        action="append",
        choices=[*ROWS, MEMBERSHIP],
        help="measure this alone; may be repeated",
    )
    return parser.parse_args()


# quality


@dataclass(frozen=True, slots=True)
class PrivateRow(Row):
    """One evaluation at one epsilon."""

    epsilon: float = 0.0


def row_of(dataset: str, epsilon: float) -> PrivateRow:
    options = ["--protocol", "leave-one-out", "--max-cases", "1000000"]
    options += [part for name in BASELINES for part in ("--baseline", name)]
    name = f"{dataset}-epsilon-{epsilon:g}"
    return PrivateRow(name, dataset, options, NEXT_ITEM, epsilon=epsilon)


ROWS = {
    row.name: row for dataset in DATASETS for epsilon in EPSILONS if (row := row_of(dataset, epsilon))
}  # fmt: skip
MEMBERSHIP = "membership"


def evaluated(row: Row, folder: Path) -> str | None:
    """As `benchmarks.quality` does, under the row's epsilon."""
    assert isinstance(row, PrivateRow)
    done = subprocess.run(
        palate("evaluate", *row.options, "--json", "--data", folder),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PALATE_PRIVACY__EPSILON": f"{row.epsilon:g}"},
    )
    return done.stdout if done.returncode == 0 else None


# membership


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What an attacker sees of a model of N items."""

    matrices: Mapping[str, FloatArray]
    """(N, N) by name."""
    counts: FloatArray
    """(N,)"""


def without_privacy(people: Interactions) -> Seen:
    """The tables of a ranker that counted these people."""
    tables = {
        "ease": ease(people, top=WEIGHTS),
        "knn": item_knn(people),
        "co_occurrence": co_probability(people, top=WEIGHTS),
        "transitions": transitions(people),
    }
    dense = {name: np.asarray(table.toarray(), np.float32) for name, table in tables.items()}
    return Seen(dense, people.item_counts().astype(np.float32))


def with_privacy(people: Interactions, epsilon: float) -> Seen:
    """Those of a ranker that knows a release of them."""
    denoised = Denoised.of(released(people, rho_of(epsilon, DELTA), most_known=MOST_KNOWN))
    weights = np.asarray(denoised.item_weights(top=NEIGHBOURS).toarray(), np.float32)
    return Seen({"ease": weights}, denoised.people_per_item().astype(np.float32))


def told_of(history: IntArray, seen: Seen, usual: Seen) -> list[float]:
    """What the model says of a history, and the exact tables of everybody, as features."""
    own, told = np.ix_(history, history), [float(np.log(len(history)))]
    for name, matrix in seen.matrices.items():
        ours, theirs = matrix[own], usual.matrices[name][own]
        told += [ours.mean(), theirs.mean(), ours.std(), (ours > 0).mean(), (theirs > 0).mean()]
        told += [(ours * theirs).sum(), np.square(theirs).sum(), np.square(ours).sum()]
        told += [(ours.sum(axis=1) > 0).mean(), ours.sum() / len(history)]
    for of in (seen.counts, usual.counts):
        counts = of[history]
        told += [
            counts.mean(),
            np.log1p(counts).mean(),
            (counts > 0).mean(),
            np.log1p(counts).min(),
        ]
    return told


def features(histories: Sequence[IntArray], seen: Seen, usual: Seen) -> FloatArray:
    """(people, features)"""
    rows = [told_of(np.unique(history), seen, usual) for history in histories]
    return np.nan_to_num(np.array(rows, np.float32))


def attacked(told: FloatArray, is_in: BoolArray, seed: int) -> float:
    """The advantage of the better attacker."""
    attackers = (
        make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=3000)),
        HistGradientBoostingClassifier(max_iter=60, learning_rate=0.05, random_state=seed),
    )
    scores = (
        cross_val_predict(one, told, is_in, cv=FOLDS, method="predict_proba")[:, 1]
        for one in attackers
    )
    return max(advantage(one, is_in) for one in scores)


def advantage(scores: FloatArray, is_in: BoolArray) -> float:
    """Of a score that is higher for who was in: max over thresholds of TPR - FPR.

    >>> advantage(np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, True, False, False]))
    1.0
    >>> advantage(np.array([1.0, 1.0, 1.0, 1.0]), np.array([True, False, True, False]))
    0.0
    """
    found = stats.ks_2samp(scores[is_in], scores[~is_in], alternative="less", method="asymp")
    return abs(float(found.statistic))  # of no difference it is -0.0


def membership(people: Interactions, usual: Seen) -> dict[str, list[float]]:
    """Advantages by what is released, one of each draw of who is in."""
    histories = people.histories()
    found: dict[str, list[float]] = {}
    for split in range(SPLITS):
        rng = np.random.default_rng(split)
        is_in = rng.permutation(len(histories)) < len(histories) // 2
        inside = people.select(is_in[people.user])
        guesses = advantage(rng.random(len(histories)), is_in)
        found.setdefault("guessing", []).append(guesses)
        for epsilon in EPSILONS:
            seen = with_privacy(inside, epsilon) if epsilon else without_privacy(inside)
            told = features(histories, seen, usual)
            found.setdefault(f"{epsilon:g}", []).append(attacked(told, is_in, split))
            print(f"split {split}, epsilon {epsilon}: {found[f'{epsilon:g}'][-1]:.3f}", file=sys.stderr)  # fmt: skip
    return found


def keep(dataset: str, work: Path) -> None:
    """Measure, unless that is done."""
    file = membership_file(dataset, work)
    if file.is_file():
        return
    if not (work / dataset / "prepared").is_file():
        print(
            f"{dataset}: its quality is to be measured first, which makes the log", file=sys.stderr
        )
        return
    settings = Settings(data=work / dataset)
    with open_event_log(settings.log_url) as log:
        n_items = ItemIds(log.item_indices()).n_indices
        people, _ = read_interactions(log, settings.events.policy(), {}, n_items)
    found = membership(people, without_privacy(people))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found), encoding="utf-8")


def membership_file(dataset: str, work: Path) -> Path:
    return work / "results" / f"{dataset}-{MEMBERSHIP}.json"


# report


def report(work: Path) -> str:
    """A table per data set, of what has been measured."""
    parts = []
    for dataset in DATASETS:
        results = {
            epsilon: found
            for epsilon in EPSILONS
            if (found := quality.kept(row_of(dataset, epsilon), work)) is not None
        }
        file = membership_file(dataset, work)
        advantages = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if results or advantages:
            parts += [f"### {dataset}", table(results, advantages)]
    missing = [name for name, row in ROWS.items() if quality.kept(row, work) is None]
    missing += [f"{name}-{MEMBERSHIP}" for name in DATASETS if not membership_file(name, work).is_file()]  # fmt: skip
    if missing:
        parts.append(f"Not measured: {', '.join(missing)}.")
    return "\n\n".join(parts)


def table(results: Mapping[int, Result], advantages: Mapping[str, Sequence[float]]) -> str:
    column, rows = NEXT_ITEM[0], []
    for name in BASELINES:
        one = next(iter(results.values()), None)
        rows.append([name, "" if one is None else cell(one, name, column), "", "", ""])
    rows.append(["guessing", "", "", mean_of(advantages.get("guessing", ())), ""])
    for epsilon in EPSILONS:
        found = results.get(epsilon)
        rows.append(
            [
                f"**epsilon {epsilon:g}**" if epsilon else "**no privacy**",
                "" if found is None else cell(found, quality.ours_of(found), column),
                "" if found is None else times_content(found),
                mean_of(advantages.get(f"{epsilon:g}", ())),
                short(most(epsilon)) if epsilon else "",
            ]
        )
    header = ["", "NDCG@10", "against content-knn", "advantage", "at most"]
    return markdown(header, rows)


def times_content(found: Result) -> str:
    """How many times the NDCG@10 of what uses nobody else's data."""
    column = NEXT_ITEM[0]
    ours = quality.figure(found, quality.ours_of(found), column).value
    return f"{ours / quality.figure(found, 'content-knn', column).value:.1f}x"


def mean_of(advantages: Sequence[float]) -> str:
    """`.0312 [.0250, .0374]`: mean, least and most of the draws."""
    if not advantages:
        return ""
    low, high = short(min(advantages)), short(max(advantages))
    return f"{short(float(np.mean(advantages)))} [{low}, {high}]"


def most(epsilon: float) -> float:
    """No attacker's advantage is larger, whatever they know: that of a Gaussian of the same rho,
    2 Phi(mu / 2) - 1 with mu = sqrt(2 rho) (Dong, Roth and Su, arXiv 1905.02383)."""
    rho = rho_of(epsilon, DELTA)
    assert epsilon_of(rho, DELTA) <= epsilon
    return float(2 * stats.norm.cdf(np.sqrt(2 * rho) / 2) - 1)


if __name__ == "__main__":
    main()
