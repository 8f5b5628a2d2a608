"""How well a wish in words is obeyed: what it brings, what it costs, and what it does to the list.

    python -m benchmarks.words [--data DIR] [--work DIR] [--write] [--page FILE]

On movielens-small every person's newest film is held out and the genre of it is put into words, by its name and by what
such films are about; on hm-fashion colours and product types are, also of articles of which only a picture is
known. The answers are those of `Recommender.recommend`.
"""

from __future__ import annotations

import argparse
import platform
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from benchmarks.folders import ROOT, add_data, dataset, made
from benchmarks.tables import markdown, replace_section
from benchmarks.wordless import DOMAIN, Pair, chance, pairs_of, wordless_rows
from benchmarks.wordless import K as OF_WORDLESS
from indexer.catalog.item import Item
from service.api.messages import Personalization, RecommendRequest
from service.config_file import load_settings
from service.recommender import Recommender
from service.storage.workspace import Workspace

PAGE = ROOT / "docs/words.md"
PAGE_HEAD = """<!doctype html><meta charset="utf-8"><title>Wishes and their lists</title>
<style>body{font:14px sans-serif;margin:2em}div{display:flex;flex-wrap:wrap;gap:12px}
figure{width:170px;margin:0}img{max-width:160px}small{display:block;color:#666;margin-top:4px}</style>
"""
K = 10
MOST_CASES = 300
SEEDS = (0, 1, 2)
"""Of the trainings; what is measured once is measured with the first."""
BEFORE = {"events": {"rating_negative_below": 2.0}}
NAMED = ("{}", "{} films", "I'd like to see a {} tonight", "a good {} movie", "some {}, please")
SPOKEN = {"Film-Noir": "film noir", "Sci-Fi": "science fiction", "Children": "children's"}
ABOUT = {
    "Western": "cowboys, outlaws and gunfights on the frontier",
    "Documentary": "real people and true events, told as they happened",
    "Musical": "people bursting into song and dance",
    "Film-Noir": "a cynical private eye, a femme fatale and long shadows",
    "War": "soldiers in battle",
    "Horror": "haunted houses, monsters and blood",
    "Children": "for small kids",
    "Animation": "cartoons drawn by hand",
    "Romance": "two people falling in love",
    "Crime": "gangsters, heists and the police",
    "Mystery": "who did it? somebody looks for the murderer",
    "Comedy": "something that makes me laugh",
    "Fantasy": "wizards, dragons and magic",
    "Adventure": "treasure hunts and journeys to far lands",
    "Thriller": "suspense, a killer on the loose",
    "Drama": "serious stories of families and loss",
    "Action": "car chases, explosions and fights",
    "Sci-Fi": "spaceships, aliens and robots",
}
ABOUT_UNSEEN = {
    "Western": "gunslingers, saloons and dusty desert towns",
    "Documentary": "learn about nature, history or science",
    "Musical": "lots of singing and dancing numbers",
    "Film-Noir": "shadowy streets and hard-boiled detectives of the 1940s",
    "War": "trenches, tanks and generals at the front",
    "Horror": "something terrifying with ghosts and demons",
    "Children": "family fun for young kids",
    "Animation": "animated cartoon characters",
    "Romance": "a love story that ends happily",
    "Crime": "mafia bosses and bank robbers",
    "Mystery": "a whodunit with a clever sleuth",
    "Comedy": "silly jokes and slapstick",
    "Fantasy": "elves, sorcery and enchanted kingdoms",
    "Adventure": "explorers on a quest across the world",
    "Thriller": "psychological tension and a stalker",
    "Drama": "moving family tragedy",
    "Action": "explosive shootouts and martial arts",
    "Sci-Fi": "time travel and distant planets",
}
"""The same in other sentences. The weights were set before them; the form of their learning and that of
topics were not."""
SHOWN = {
    "movielens-small": (
        "old black and white detective films",
        "no animation",
        "nothing gory",
        "spaceships, aliens and robots",
        "a romantic comedy from the nineties",
        "like Alien but less scary",
        "with Tom Hanks, not a drama",
        "for my six-year-old",
        "something funny",
        "a western without violence, before 1970",
        "a documentary about music",
        "neither horror nor war",
        "wizards and dragons",
        "the latest science fiction",
    ),
    "hm-fashion": (
        "a red dress",
        "warm winter sweater, not black",
        "swimwear with stripes",
        "something for the gym",
        "white trousers",
        "denim jacket",
    ),
}
"""Wishes that are shown with their lists as they come out, for somebody new."""
RULED_OUT = ("no {}", "nothing with {}", "anything but {}", "I don't want {}", "please without {}")
DECADES = {"from the seventies": (1970, 1979), "before 1960": (0, 1959), "after 2010": (2011, 9999)}


@dataclass(frozen=True, eq=False)
class Asked:
    """A recommender and its items."""

    palate: Recommender
    items: dict[str, Item]

    def ids(self, **request: object) -> list[str]:
        """Ids of an answer, best first."""
        answer = self.palate.recommend(RecommendRequest(k=K, **request))  # type: ignore[arg-type]
        return [result.item_id for result in answer.results]

    def share(self, fits: Callable[[Item], bool], ids: Sequence[str]) -> float:
        """Share of K places that an item has which fits."""
        return sum(fits(self.items[item_id]) for item_id in ids) / K


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench-words")
    parser.add_argument("--write", action="store_true", help="put the report into docs/words.md")
    parser.add_argument(
        "--page", type=Path, help="write the lists of the wishes with their pictures, as HTML"
    )
    args = parser.parse_args()
    films = dataset(args.data, "movielens-small")
    held_out = split(films / "events.parquet", args.work / "events.parquet")
    folder = made(
        args.work / "movielens-small",
        [
            ["index", films / "items.jsonl"],
            ["events", args.work / "events.parquet"],
            *(["train", "--force", "--seed", seed] for seed in reversed(SEEDS)),
        ],
    )
    same = without_words(folder, held_out)
    films_asked = opened(folder)
    rows = [*of_films(films_asked, held_out), same]
    lists = shown(films_asked, SHOWN["movielens-small"])
    clothes = dataset(args.data, "hm-fashion")
    folder = made(args.work / "hm-fashion", [["index", clothes / "items.jsonl"]])
    clothes_asked = opened(folder)
    rows += of_clothes(clothes_asked)
    file, lost = wordless_rows(clothes, args.work / "wordless")
    folder = made(args.work / "wordless-data", [["index", file], ["align"]])
    rows += of_wordless(opened(folder), lost)
    lists += shown(clothes_asked, SHOWN["hm-fashion"])
    if args.page is not None:
        sections = [
            pictured(asked, SHOWN[name], args.data / name)
            for asked, name in ((films_asked, "movielens-small"), (clothes_asked, "hm-fashion"))
        ]
        args.page.write_text(PAGE_HEAD + "".join(sections), encoding="utf-8")
    text = report(rows, lists)
    print(text)
    if args.write:
        replace_section(PAGE, "bench-words", text)


def split(events: Path, kept: Path) -> dict[str, str]:
    """Everybody's newest item, which is left out of the events that are written to `kept`."""
    table = pq.read_table(events)
    times = np.array(table["timestamp"].cast("timestamp[us]").cast("int64").to_numpy())
    users = np.array(table["user_id"].to_pylist())
    order = np.lexsort((times, users))
    is_last = np.append(users[order][1:] != users[order][:-1], True)
    last = order[is_last]
    kept.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.take(np.setdiff1d(np.arange(len(users)), last)), kept)
    items = table["item_id"].to_pylist()
    return {str(users[row]): str(items[row]) for row in last.tolist()}


def opened(folder: Path, **overrides: object) -> Asked:
    palate = Recommender(Workspace.open(load_settings(data=folder, overrides=overrides)))
    palate.wishes.lexicon.prepare()
    return Asked(palate, {item.item_id: item for _, item in palate.catalog.everything()})


def of_films(films: Asked, held_out: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    """The rows that are measured on films."""
    rng = np.random.default_rng(0)
    cases = []
    for user, target in sorted(held_out.items()):
        genres = [genre for genre in films.items[target].categories if genre in ABOUT]
        if genres:
            cases.append((user, target, str(rng.choice(genres))))
    cases = [cases[place] for place in rng.permutation(len(cases))[:MOST_CASES]]
    yield from gains(films, cases)
    yield from of_strangers(films)
    yield from exclusions(films)
    yield from decades(films)
    yield close_and_unfit(films)
    yield from two_people(films, [user for user, _, _ in cases])
    yield latency(films, [user for user, _, _ in cases])


def gains(films: Asked, cases: Sequence[tuple[str, str, str]]) -> Iterable[tuple[str, str, str]]:
    """What words bring of what a filter would."""

    def mean(request: Callable[[int, str], dict[str, object]]) -> float:
        return float(
            np.mean(
                [
                    gain(films.ids(user_id=user, **request(place, genre)), target)
                    for place, (user, target, genre) in enumerate(cases)
                ]
            )
        )

    without = mean(lambda _, genre: {})
    filtered = mean(lambda _, genre: {"filter": f'categories:"{genre}"'})
    named = mean(lambda place, genre: {"wish": naming(genre, place)})
    about = mean(lambda _, genre: {"wish": ABOUT[genre]})
    unseen = mean(lambda _, genre: {"wish": ABOUT_UNSEEN[genre]})
    yield "N@10 without words", decimals(without), ""
    yield "N@10 with the hard filter", decimals(filtered), ""
    yield (
        "N@10 of the later film, which fits, over filter-then-rank",
        ratio(named, filtered),
        ">= .95",
    )
    yield "gain, the wish names the genre", ratio(named - without, filtered - without), ">= .95"
    yield "gain, it does not name it", ratio(about - without, filtered - without), ">= .6"
    what = "the same, other sentences"
    yield what, ratio(unseen - without, filtered - without), ">= .6"


def without_words(folder: Path, held_out: dict[str, str]) -> tuple[str, str, str]:
    """What people get who say nothing, by the models of all seeds, over what the same models give where
    a rating of 2 of 5 is liked, as it was before where liking begins was found from the ratings."""
    found = [gains_without_words(folder, held_out, **more) for more in ({}, BEFORE)]
    ratios = [now / before for now, before in zip(*found, strict=True)]
    what = f"N@10 without words, {len(ratios)} seeds, over that with ratings liked from 2"
    each = ", ".join(map(decimals, ratios))
    return what, f"{decimals(np.mean(ratios))} ({each})", ">= .99"


def gains_without_words(folder: Path, held_out: dict[str, str], **overrides: object) -> list[float]:
    """N@10 of everybody's held-out film by each of the models; the one of the first seed serves
    afterwards, as before."""
    asked = opened(folder, **overrides)
    versions = [model.version for model in asked.palate.list_models()][: len(SEEDS)]
    found = []
    for version in reversed(versions):
        asked.palate.activate_model(version)
        found.append(
            float(np.mean([gain(asked.ids(user_id=one), film) for one, film in held_out.items()]))
        )
    asked.palate.close()
    return found


def naming(genre: str, place: int) -> str:
    """A sentence that names the genre."""
    return NAMED[place % len(NAMED)].format(SPOKEN.get(genre, genre).lower())


def of_strangers(films: Asked) -> Iterable[tuple[str, str, str]]:
    """Whether what somebody new gets fits, and is what people like."""
    counts = films.palate.ranker.snapshot.behaviour.counts
    by_id = {item_id: counts[films.palate.ids.index(item_id)] for item_id in films.items}
    order = sorted(by_id.values())
    percentile = {
        item_id: np.searchsorted(order, count) / len(order) for item_id, count in by_id.items()
    }
    for name, words in (
        ("named", lambda genre, place: naming(genre, place)),
        ("not named", lambda genre, _: ABOUT[genre]),
        ("not named, other sentences", lambda genre, _: ABOUT_UNSEEN[genre]),
    ):
        shares, popularity = [], []
        for place, genre in enumerate(ABOUT):
            ids = films.ids(wish=words(genre, place))
            has = lambda item, genre=genre: genre in item.categories  # noqa: E731
            shares.append(films.share(has, ids))
            best = sorted(
                (item_id for item_id, item in films.items.items() if has(item)),
                key=lambda one: -by_id[one],
            )[:K]
            if fits := [percentile[item_id] for item_id in ids if has(films.items[item_id])]:
                popularity.append(np.mean(fits) / np.mean([percentile[one] for one in best]))
            if shares[-1] < 0.7:
                print(f"{name}, {genre}: {shares[-1]:.1f} {words(genre, place)}")
        yield (
            f"share of ten that fit, somebody new, {name}",
            decimals(np.mean(shares)),
            ">= .9" if name == "named" else ">= .7",
        )
        yield (
            f"their popularity, over the genre's most popular, {name}",
            decimals(np.mean(popularity)),
            ">= .8",
        )


def exclusions(films: Asked) -> Iterable[tuple[str, str, str]]:
    """Ruled out things among the results, for somebody new who else likes such films."""
    found = 0
    for place, genre in enumerate(ABOUT):
        spoken = SPOKEN.get(genre, genre).lower()
        wish = RULED_OUT[place % len(RULED_OUT)].format(spoken)
        liked = [item_id for item_id, item in films.items.items() if genre in item.categories][:5]
        ids = films.ids(wish=wish, history_item_ids=liked)
        has = sum(genre in films.items[item_id].categories for item_id in ids)
        if has:
            print(f"{wish}: {has} have it")
        found += has
    yield "ruled out things among the results", str(found), "0"


def decades(films: Asked) -> Iterable[tuple[str, str, str]]:
    """Limits on the year of a title that are broken."""
    broken = 0
    for wish, (first, last) in DECADES.items():
        for item_id in films.ids(wish=f"a comedy {wish}"):
            year = films.items[item_id].title.rstrip()[-5:-1]
            broken += not (year.isdecimal() and first <= int(year) <= last)
    yield "limits on the year broken", str(broken), "0"


def two_people(films: Asked, users: Sequence[str]) -> Iterable[tuple[str, str, str]]:
    """Overlap of the lists of two people with the same wish."""
    overlaps = []
    for place, (one, other) in enumerate(zip(users[::2], users[1::2], strict=False)):
        wish = naming(("Drama", "Comedy", "Thriller", "Horror", "Sci-Fi")[place % 5], place)
        both = set(films.ids(user_id=one, wish=wish)) & set(films.ids(user_id=other, wish=wish))
        overlaps.append(len(both) / K)
    yield "overlap of two people's lists, same wish", decimals(np.mean(overlaps)), "<= .5"


def latency(films: Asked, users: Sequence[str]) -> tuple[str, str, str]:
    """Difference of the medians with and without a wish, every wish another one."""
    plain, wished = [], []
    for place, user in enumerate(users[:100]):
        films.ids(user_id=user)
        start = time.perf_counter()
        films.ids(user_id=user)
        middle = time.perf_counter()
        films.ids(user_id=user, wish=f"a story about {place} friends and number {place * 7}")
        plain.append(middle - start)
        wished.append(time.perf_counter() - middle)
    more = (np.median(wished) - np.median(plain)) * 1000
    return "p50 of Recommend with a wish, over without", f"+{more:.1f} ms", "+8 ms"


def of_clothes(clothes: Asked) -> Iterable[tuple[str, str, str]]:
    """Colours with product types."""
    pairs: dict[tuple[str, str], int] = {}
    for item in clothes.items.values():
        pair = (
            str(item.attributes["colour_group_name"]),
            str(item.attributes["product_type_name"]),
        )
        pairs[pair] = pairs.get(pair, 0) + 1
    shares = []
    for (colour, kind), count in sorted(pairs.items()):
        if count < K or "/" in kind:
            continue
        wish = f"{colour} {kind}".lower()
        ids = clothes.ids(wish=wish, personalization=Personalization.NON_PROFILED)
        shares.append(clothes.share(partial(_is_of, (colour, kind)), ids))
        if shares[-1] < 0.8:
            print(f"{wish}: {shares[-1]:.1f}")
    yield (
        f"colour and product type, {len(shares)} pairs, share of ten with both",
        decimals(np.mean(shares)),
        ">= .8",
    )
    found = 0
    for colour in ("Black", "White", "Blue", "Beige"):
        ids = clothes.ids(wish=f"a dress, not {colour.lower()}")
        found += sum(clothes.items[one].attributes["colour_group_name"] == colour for one in ids)
    yield "ruled out colours among the results", str(found), "0"


def of_wordless(clothes: Asked, lost: dict[str, Pair]) -> Iterable[tuple[str, str, str]]:
    """Colours with product types among articles without a word."""
    pairs = pairs_of(lost)
    shares = []
    for colour, kind in pairs:
        request = RecommendRequest(
            wish=f"{colour} {kind}".lower(),
            domains=[DOMAIN],
            k=OF_WORDLESS,
            personalization=Personalization.NON_PROFILED,
        )
        results = clothes.palate.recommend(request).results
        fit = sum(lost[one.item_id] == (colour, kind) for one in results)
        shares.append(fit / OF_WORDLESS)
    what = f"the same of articles without a word, {len(pairs)} pairs, share of five with both"
    by_chance = decimals(chance(lost, pairs))
    yield what, f"{decimals(np.mean(shares))} (by chance {by_chance})", ""


def _is_of(pair: tuple[str, str], item: Item) -> bool:
    """Whether it is of this colour and product type."""
    return (item.attributes["colour_group_name"], item.attributes["product_type_name"]) == pair


def shown(asked: Asked, wishes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Each wish, what it was read as, and the first five of its list."""
    rows = []
    for wish in wishes:
        answer = asked.palate.recommend(RecommendRequest(wish=wish, k=5))
        assert answer.wish is not None
        read = [
            f"{part.kind.value.replace('_', ' ')}: {', '.join(part.values) or part.words or part.text}"
            for part in answer.wish.parts
        ]
        titles = [result.item.title for result in answer.results]
        rows.append((wish, "; ".join(dict.fromkeys(read)), "; ".join(titles)))
    return rows


def pictured(asked: Asked, wishes: Sequence[str], source: Path) -> str:
    """The lists of wishes as HTML, ten results each, with the pictures of their catalogue."""
    made = []
    for wish in wishes:
        answer = asked.palate.recommend(RecommendRequest(wish=wish, k=K, explain=True))
        cards = "".join(
            f"<figure>{picture(result.item, source)}<figcaption>{escape(result.item.title)}"
            f"<small>{escape(result.reason)}</small></figcaption></figure>"
            for result in answer.results
        )
        made.append(f"<h2>{escape(wish)}</h2><div>{cards}</div>\n")
    return "".join(made)


def picture(item: Item, source: Path) -> str:
    """A small copy inside the page; empty where the item has none."""
    file = source / "images" / f"{item.item_id}.jpg"
    if not file.is_file():
        return ""
    with Image.open(file) as image:
        image.thumbnail((160, 200))
        buffer = BytesIO()
        image.convert("RGB").save(buffer, "JPEG", quality=80)
    return f'<img alt="" src="data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}">'


def close_and_unfit(films: Asked) -> tuple[str, str, str]:
    """The share of results whose reason says that they are close to the words, and that are not of
    the genre that the words are about."""
    asked = unfit = 0
    for genre, words in ABOUT.items():
        answer = films.palate.recommend(RecommendRequest(wish=words, k=K, explain=True))
        asked += len(answer.results)
        unfit += sum(
            "close" in result.reason and genre not in result.item.categories
            for result in answer.results
        )
    what = f"of {asked} results, the reason says close and the genre is another"
    return what, decimals(unfit / asked), "<= .02"


def gain(ids: Sequence[str], target: str) -> float:
    """NDCG@10 of one held-out item."""
    return 1 / float(np.log2(ids.index(target) + 2)) if target in ids else 0.0


def decimals(value: float) -> str:
    return f"{value:.3f}".lstrip("0")


def ratio(part: float, whole: float) -> str:
    return decimals(part / whole) if whole else "-"


def report(rows: Sequence[tuple[str, str, str]], lists: Sequence[tuple[str, str, str]]) -> str:
    """The section of docs/words.md."""
    head = f"`make bench-words`, {time.strftime('%Y-%m-%d')}, 2 cores; Python {platform.python_version()}."
    table = markdown(["what", "measured", "to reach"], rows)
    shown_lists = markdown(["wish", "read as", "the first five, for somebody new"], lists)
    return "\n\n".join([head, table, "### Twenty wishes", shown_lists])


if __name__ == "__main__":
    main()
