"""What calibration shows of a session that is unlike what was liked before, and what it costs.

    python -m benchmarks.sessions [--data DIR | --work DIR] [--seed N] [--write]

On a data folder that `palate index` and `palate events` have filled, in which nothing is changed, else
on the example catalogue, which is indexed in the work folder at first. Of everybody with LEAST events
or more the newest HIDDEN are hidden from the training, and asked for one after the other. A person has
turned to a category where their newest two or three likes all have it and less than RARE of those
before do.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.folders import ROOT, made
from benchmarks.tables import markdown, replace_section
from service.config_file import load_settings
from service.models.training_data import TrainingData
from service.ranker.calibration import calibrated
from service.ranker.candidates import sources_of
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.pipeline import Ranked
from service.ranker.ranker import Ranker
from service.ranker.training.cases import RankingCase, next_event_cases
from service.ranker.training.interval import standard_error
from service.ranker.training.train import train_ranker
from service.ranker.training.training_list import ndcg
from service.ranker.training.validation import answered
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace

PAGE, EXAMPLE = ROOT / "docs/benchmarks.md", ROOT / "examples/movielens-small"
K = 10
LEAST, HIDDEN = 30, 10
RARE = 0.1
BEFORE = 10
"""Whoever has fewer likes before the newest has turned to nothing yet."""
ADDED = 2
"""Likes of the category somebody liked least that are made up."""
COMMON = 100
"""A category of so many items could have been liked."""
STRENGTHS = (0.0, 0.05, 0.1, 0.15, 0.3)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a data folder with items and events")
    parser.add_argument(
        "--work",
        type=Path,
        default=ROOT / "build/bench-sessions",
        help="where one is made otherwise",
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
        data = TrainingData.read(workspace, ItemIds(workspace.log.item_indices()))
    text = measured(data, RankerConfig(), asked.seed)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-sessions", text)


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What lists of one strength had, a value per list."""

    next_event: list[float] = field(default_factory=list)
    """NDCG@K of what everybody did next."""
    rest: list[float] = field(default_factory=list)
    """NDCG@K of all that followed, of whoever has turned to a category; so are the next three."""
    found: list[float] = field(default_factory=list)
    """Share of what followed that is on the list."""
    share: list[float] = field(default_factory=list)
    """Share of the list that has the category."""
    first_five: list[float] = field(default_factory=list)
    """1 where one of the first five has it."""
    made_up: list[float] = field(default_factory=list)
    """The same after likes that are made up, of a category that was liked least."""

    def add_turn(self, items: IntArray, of_category: BoolArray, follows: IntArray) -> None:
        """The list of somebody who has turned to a category, which of it have it, (K,) each, and what
        followed."""
        self.rest.append(_ndcg(items, follows))
        self.found.append(float(np.isin(follows, items).mean()))
        self.share.append(float(of_category.mean()))
        self.first_five.append(float(of_category[:5].any()))


def measured(data: TrainingData, config: RankerConfig, seed: int) -> str:
    """Lists of all strengths for the same people, as a table."""
    table = data.interactions
    is_hidden = hidden(table)
    past = table.select(~is_hidden)
    trained = train_ranker(
        past, data.features, config, version="", event_weights=data.event_weights, seed=seed
    )
    ranker = trained.ranker
    has = categories(ranker)
    cases = next_event_cases(table, is_hidden, config.feature_history)
    strengths = sorted({*STRENGTHS, ranker.calibration})
    figures = {strength: Figures() for strength in strengths}
    people: list[int] = []
    n_turned = 0
    for case, found in _answered(ranker, cases):
        people.append(case.user)
        category = turned_to(has, case.history.items)
        n_turned += int(category.any())
        follows = table.item[is_hidden & (table.user == case.user)]
        follows = follows[~np.isin(follows, case.history.items)]
        for strength, items in _lists(ranker, found, strengths):
            figures[strength].next_event.append(_ndcg(items, case.chosen))
            if category.any():
                of_category: BoolArray = np.any(has[items][:, category], axis=1)
                figures[strength].add_turn(items, of_category, follows)
    unlike = made_up(has, past, ranker.snapshot.behaviour.counts, config.feature_history)
    for case, found in _answered(ranker, unlike):
        category = turned_to(has, case.history.items)
        for strength, items in _lists(ranker, found, strengths):
            figures[strength].made_up.append(float(has[items[:5]][:, category].any()))
    about = (
        f"`python -m benchmarks.sessions`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores: "
        f"{len(past):,} events, then {len(cases):,} of {len(np.unique(people)):,} people that were hidden, "
        f"before {n_turned:,} of which somebody had turned to a category; seed {seed}. The check of the "
        f"training chose {ranker.calibration:g}."
    )
    return f"{about}\n\n{_table(figures, np.array(people))}"


def hidden(table: Interactions) -> BoolArray:
    """(E,) the newest HIDDEN events of whoever has LEAST or more."""
    lengths = np.diff(table.by_user())
    newest: BoolArray = table.positions_from_end() < HIDDEN
    return newest & (lengths[table.user] >= LEAST)


def categories(ranker: Ranker) -> BoolArray:
    """(N, categories) which items have which."""
    content = ranker.snapshot.content
    has: BoolArray = content.tags[:, np.flatnonzero(content.is_category)].toarray() > 0
    return has


def turned_to(has: BoolArray, liked: IntArray) -> BoolArray:
    """(categories,) those that the newest three of `liked`, or else the newest two, all have, and less
    than RARE of those before. has (N, categories)."""
    for n in (3, 2):
        before, newest = liked[:-n], liked[-n:]
        if len(before) < BEFORE:
            break
        turned: BoolArray = has[newest].all(axis=0) & (has[before].mean(axis=0) < RARE)
        if turned.any():
            return turned
    return np.zeros(has.shape[1], bool)


def made_up(
    has: BoolArray, past: Interactions, counts: IntArray, longest: int
) -> list[RankingCase]:
    """Everybody with LEAST events or more, at most the `longest` newest of them, after ADDED more
    likes: the items of most events (N,) they had not met of the category they had met least of, if
    that is RARE."""
    cases = []
    could_be = has.sum(axis=0) >= COMMON
    for user, items in enumerate(past.histories()):
        if len(items) < LEAST:
            continue
        least = int(np.where(could_be, has[items].mean(axis=0), 2.0).argmin())
        of_it = np.setdiff1d(np.flatnonzero(has[:, least]), items)
        new = of_it[np.argsort(-counts[of_it], kind="stable")[:ADDED]]
        met = np.append(items, new)[-longest:]
        if turned_to(has, met).any():
            cases.append(RankingCase(user, History.of(met), new[:1], np.zeros(1, np.int64)))
    return cases


def _answered(ranker: Ranker, cases: Sequence[RankingCase]) -> Iterator[tuple[RankingCase, Ranked]]:
    return answered(ranker, cases, sources_of(ranker.modalities))


def _lists(
    ranker: Ranker, found: Ranked, strengths: Sequence[float]
) -> Iterator[tuple[float, IntArray]]:
    """The first K items of every strength."""
    share = float(ranker.blend.share_of_known(found.scored.scale))
    interest = found.interest
    for strength in strengths:
        order = calibrated(found.scored.scores, [interest.goal(strength * share)], K)
        yield strength, found.items(order[:K])


def _ndcg(items: IntArray, relevant: IntArray) -> float:
    return ndcg(np.flatnonzero(np.isin(items, relevant)), len(relevant), K)


def _table(figures: Mapping[float, Figures], people: IntArray) -> str:
    plain = np.array(figures[0.0].next_event)
    header = [
        "strength",
        "next event",
        "against 0",
        "rest",
        "recall of it",
        "of the ten",
        "in five",
        "in five, made up",
    ]
    rows = []
    for strength, one in figures.items():
        more: FloatArray = (np.array(one.next_event) - plain).astype(np.float32)
        cells = [float(np.mean(values)) for values in (one.next_event, one.rest, one.found)]
        shares = [float(np.mean(values)) for values in (one.share, one.first_five, one.made_up)]
        error = standard_error(more, people)
        rows.append(
            [
                f"{strength:g}",
                f"{cells[0]:.4f}",
                f"{more.mean():+.4f} ±{1.96 * error:.4f}",
                *(f"{cell:.4f}" for cell in cells[1:]),
                *(f"{share:.1%}" for share in shares),
            ]
        )
    return markdown(header, rows)


if __name__ == "__main__":
    main()
