"""Whether learned weights of wishes are better than those that are set: learned from half of the people,
measured on the other.

    python -m benchmarks.wish_weights [--data DIR] [--work DIR] [NAME ...]

On movielens-small, on which weights were set by hand, and on amazon-beauty. Everybody's newest item is held
out of the training; what 600 people may have said who then chose it is pretended.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.folders import ROOT, add_data, dataset, made
from benchmarks.tables import markdown
from benchmarks.words import decimals, opened, split
from service.api.messages import RecommendRequest
from service.models.wish_lists import WishLists
from service.ranker.candidates import sources_of
from service.ranker.training.cases import RankingCase
from service.ranker.training.interval import with_interval
from service.recommender import Recommender
from service.wishes.learning import WishList, gains, learned
from service.wishes.weights import Following

SETS = {"movielens-small": ("movielens-small", ""), "amazon-beauty": ("amazon-beauty-toys", "Be:")}
"""Data set, and what the ids of its items begin with."""
MOST_PEOPLE = 600


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench-wish-weights")
    parser.add_argument("names", nargs="*", default=list(SETS), help=", ".join(SETS))
    args = parser.parse_args()
    for name in args.names:
        source, prefix = SETS[name]
        rows, weights = measured(dataset(args.data, source), prefix, args.work / name)
        head = ["wishes", "people", "set", "learned", "difference, 95 %"]
        print(f"\n{name}\n\n{markdown(head, rows)}\n\n{weights}")


def measured(data: Path, prefix: str, work: Path) -> tuple[list[Sequence[str]], str]:
    """Rows of the table, and the weights that both halves found."""
    work.mkdir(parents=True, exist_ok=True)
    events, items = work / "events.parquet", work / "items.jsonl"
    table = pq.read_table(data / "events.parquet")
    pq.write_table(table.filter(pc.starts_with(table["item_id"], prefix)), events)
    lines = (data / "items.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    items.write_text("".join(one for one in lines if f'"item_id": "{prefix}' in one), "utf-8")
    held_out = split(events, work / "known.parquet")
    steps = [["index", items], ["events", work / "known.parquet"], ["train", "--force"]]
    palate = opened(made(work / "folder", steps)).palate
    halves = [asked(palate, held_out, half) for half in (0, 1)]
    found = [learned(half).following for half in halves]
    rows = [row for half in (0, 1) for row in compared(halves[1 - half], found[half])]
    return rows, "\n".join(f"half {half}: {one.to_json()}" for half, one in enumerate(found))


def asked(palate: Recommender, held_out: dict[str, str], half: int) -> list[WishList]:
    """The lists of half of the people."""
    model, ids = palate._models.active, palate.ids  # as requests are served
    users = sorted(held_out)
    cases = []
    for place in np.random.default_rng(3).permutation(len(users))[:MOST_PEOPLE][half::2].tolist():
        user = palate.ranking.contexts.of(RecommendRequest(user_id=users[place]), model)
        chosen = np.array([ids.index(held_out[users[place]])], np.int64)
        cases.append(RankingCase(place, user.history, chosen, np.zeros(1, np.int64)))
    ranker, wishes = model.ranker, palate.wishes
    lexicon = wishes.lexicon.now(ranker.n_items)
    spaces = replace(wishes.spaces, alignments=model.alignments)
    sources = sources_of(ranker.modalities)
    lists = WishLists(ranker, sources, *lexicon, wishes.encoder, spaces)
    return lists.of(cases, np.random.default_rng(0))


def compared(lists: Sequence[WishList], found: Following) -> Iterable[Sequence[str]]:
    """A row for each sort of wish, of strangers and of people known."""
    before, after = gains(lists, Following()), gains(lists, found)
    people = np.array([one.person for one in lists])
    kinds = np.array([(one.sort, "known" if one.n_events else "stranger") for one in lists])
    for sort, who in np.unique(kinds, axis=0).tolist():
        some = (kinds == (sort, who)).all(axis=1)
        more = with_interval("d", (after - before)[some], people[some], least=-1.0)
        interval = f"{more['d']:+.3f} [{more['d/low']:+.3f}, {more['d/high']:+.3f}], {some.sum()}"
        yield sort, who, decimals(before[some].mean()), decimals(after[some].mean()), interval


if __name__ == "__main__":
    main()
