"""Whom the demo shows, of people whose ratings are given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.cli.demo.audience import FEWEST, MOST, Audience

GENRES = {"d": ("Drama",), "w": ("War", "Drama"), "x": ("Western",)}
FILMS = {
    f"{letter}{number:03}": Item(f"{letter}{number:03}", title=letter, categories=genres)
    for letter, genres in GENRES.items()
    for number in range(99 if letter == "x" else 100)
}
"""100 films of war, which are drama too, 100 more that are drama only, and 99 westerns."""


def _rated(
    user: str, films: Sequence[str], value: float | None = 5.0, start: int = 0
) -> list[Event]:
    return [
        Event(user, film, "rating", value, float(start + step)) for step, film in enumerate(films)
    ]


def _films(letter: str, n: int) -> list[str]:
    return [film for film in FILMS if film.startswith(letter)][:n]


def test_it_is_read_from_files_oldest_first_and_without_unknown_films(tmp_path: Path) -> None:
    items, events = tmp_path / "items.jsonl", tmp_path / "events.jsonl"
    items.write_text('{"item_id": "a", "categories": ["War"]}\n{"title": "no id"}\n')
    rows = [("u", "a", 30), ("u", "gone", 20), ("v", "a", 15), ("u", "a", 10)]
    names = ("user_id", "item_id", "timestamp")
    events.write_text(
        "".join(
            json.dumps({**dict(zip(names, row, strict=True)), "event_type": "rating"}) + "\n"
            for row in rows
        )
    )
    audience = Audience.read(items, events)
    assert {name: film.categories for name, film in audience.films.items()} == {"a": ("War",)}
    times = {user: [event.timestamp for event in past] for user, past in audience.events.items()}
    assert times == {"u": [10.0, 30.0], "v": [15.0]}


def test_the_regular_is_neither_new_nor_a_collector_and_rated_last() -> None:
    every = list(FILMS)
    people = {
        "new": _rated("new", every[: FEWEST - 1], start=900),
        "fewest": _rated("fewest", every[:FEWEST], start=100),
        "most": _rated("most", every[:MOST]),
        "collector": _rated("collector", every[: MOST + 1], start=900),
    }
    assert (FEWEST, MOST) == (50, 150)
    assert Audience(FILMS, people).regular() == "most"  # at 149; the other's last is of the same
    later = {**people, "fewest": _rated("fewest", every[:FEWEST], start=101)}
    assert Audience(FILMS, later).regular() == "fewest"


def test_a_film_is_liked_from_four_stars_on() -> None:
    stars = {"d000": 4.0, "d001": 3.5, "w000": 5.0, "w001": None}
    history = [Event("u", film, "rating", value, 0.0) for film, value in stars.items()]
    liked = Audience(FILMS, {"u": history}).liked("u")
    assert [film.item_id for film in liked] == ["d000", "w000"]


def test_new_ground_is_a_large_genre_little_rated_and_its_films_by_fame() -> None:
    audience = Audience(
        FILMS,
        {
            "u": _rated("u", ["d000", "w000"]),  # 2 of 200 dramas, 1 of 100 films of war
            "v": _rated("v", ["w007", "w005", "w000"]),
            "w": _rated("w", ["w007", "d000", "d001"]),
            "x": _rated("x", ["d000", "d001"]),  # nothing of war, and of too few westerns
        },
    )
    genre, films = audience.new_ground("u", 3)
    assert (genre, [film.item_id for film in films]) == ("Drama", ["d001", "w007", "w005"])
    genre, films = audience.new_ground("x", 4)
    assert genre == "War"
    assert [film.item_id for film in films] == ["w000", "w007", "w005", "w001"]


def test_people_are_ordered_by_the_share_of_what_they_liked_that_has_all_the_genres() -> None:
    people = {
        "few": _rated("few", _films("w", 49)),
        "drama": _rated("drama", _films("d", 50)),
        "war": _rated("war", _films("w", 50)),
        "both": _rated("both", _films("w", 25) + _films("d", 25)),
        "critic": _rated("critic", _films("w", 60), value=1.0),
    }
    audience = Audience(FILMS, people)
    assert audience.by_affinity(["War", "Drama"]) == ["war", "both", "critic", "drama"]
    assert audience.by_affinity(["Drama"]) == ["both", "drama", "war", "critic"]
