"""The five scenes, asked of a real server that answers what it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from palate.client import Client
from service.api.messages import Recommendation, RecommendRequest, ScoredItem
from service.cli.demo.audience import Audience
from service.cli.demo.story import DEEP, NEW_FILM, NEW_USER, SAID, SHOWN, TALKED_ABOUT, tell
from tests.service.standin import StandIn, served

GENRES = ("Adventure", "Animation", "Children", "Comedy")
FILMS = {
    f"f{number:03}": Item(
        f"f{number:03}", title=f"Film {number}", categories=("Noir",) if number % 2 else GENRES
    )
    for number in range(200)
}
FAN, REGULAR = "u00", "u59"


def _answer(films: Sequence[Item]) -> Recommendation:
    return Recommendation(
        recommendation_id="rec-1",
        results=tuple(
            ScoredItem(film.item_id, rank, 1 / rank, ("popular",), film, f"Reason {rank}.")
            for rank, film in enumerate(films, start=1)
        ),
        model_version="m1",
        degraded=("no pictures",),
    )


@dataclass
class Stage(StandIn):
    """Recommends the first five films, without the first of them once something is recorded; the
    new film, once it is indexed, stands third for those whom it `reaches`."""

    reaches: Sequence[str] = ()
    recorded: list[Event] = field(default_factory=list)

    def recommend(self, request: RecommendRequest) -> Recommendation:
        self._take("recommend", request)
        first = 1 if self.recorded else 0
        films = list(FILMS.values())[first : first + SHOWN]
        if request.user_id in self.reaches and any(
            verb == "index_items" for verb, *_ in self.asked
        ):
            films.insert(2, Item(str(NEW_FILM["item_id"]), title=str(NEW_FILM["title"])))
        return _answer(films[: request.k])

    def record_events(self, events: Sequence[Event]) -> Any:
        self.recorded += events
        return super().record_events(events)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are wrapped at the width of the terminal that the tests run in."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture(scope="module")
def audience() -> Audience:
    """60 people: who has an even number rated 50 family films, who has an odd one 50 of noir; the
    last of them rated last."""
    films = list(FILMS)
    return Audience(
        FILMS,
        {
            f"u{user:02}": [
                Event(f"u{user:02}", film, "rating", 4.5, 1000.0 * user + step)
                for step, film in enumerate(films[user % 2 : 100 : 2])
            ]
            for user in range(60)
        },
    )


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(reaches=getattr(request, "param", (FAN, "u02", REGULAR)))


@pytest.fixture
def told(
    stage: Stage, audience: Audience, capsys: pytest.CaptureFixture[str]
) -> Iterator[list[str]]:
    """The lines of the story, the server still there."""
    with served(stage) as address, Client(address, timeout_s=20.0) as palate:
        tell(palate, audience)
        yield [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def _scene(told: Sequence[str], number: int) -> list[str]:
    """The lines of one scene, its heading first."""
    starts = [place for place, line in enumerate(told) if line.startswith("== ")] + [len(told)]
    return [line.strip() for line in told[starts[number - 1] : starts[number]] if line.strip()]


def _asked(stage: Stage, verb: str) -> list[Any]:
    return [asked for asked in stage.asked if asked[0] == verb]


def test_the_regular_is_told_of_with_the_latest_ratings(told: list[str]) -> None:
    heading, _, header, _, *rows = _scene(told, 1)
    assert heading == f"== 1. User {REGULAR}: 50 ratings, and five films to see next"
    assert header.split() == ["rated", "last", "genres", "rating"]
    assert [row.split() for row in rows[:SHOWN]] == [
        ["Film", str(number), "Noir", "4.5"] for number in (91, 93, 95, 97, 99)
    ]
    assert rows[SHOWN] == "note: no pictures"
    assert rows[-SHOWN].split() == ["1", "Film", "0", "Reason", "1."]


def test_two_events_change_the_list_and_the_change_is_told(told: list[str], stage: Stage) -> None:
    heading, _, *rest = _scene(told, 2)
    assert heading == f"== 2. User {REGULAR} now gives five stars to Film 0 and Film 2"
    assert [(e.user_id, e.item_id, e.event_type, e.value) for e in stage.recorded] == [
        (REGULAR, "f000", "rating", 5.0),
        (REGULAR, "f002", "rating", 5.0),
    ]
    news = [line.split() for line in rest if "new" in line.split()]
    assert news == [["5", "Film", "5", "new", "Reason", "5."]]
    assert rest[-1] == "No longer among the five: Film 0."


def test_somebody_new_says_what_they_would_like(told: list[str], stage: Stage) -> None:
    scene = _scene(told, 3)
    assert [line for line in scene if line.startswith("> ")] == [f"> {said}" for said in SAID]
    asked = [r for _, r in _asked(stage, "recommend") if r.user_id == NEW_USER]
    assert [(one.wish, one.k, one.explain) for one in asked] == [
        (said, TALKED_ABOUT, True) for said in SAID[:3]
    ]
    assert [one.refine_recommendation_id for one in asked] == ["", "rec-1", "rec-1"]
    assert scene[-1] == "1 (Film 1): Because you watched Aliens."


def test_a_new_film_is_looked_for_on_the_lists_of_those_who_like_its_genres_and_of_others(
    told: list[str], stage: Stage
) -> None:
    assert [item.item_id for verb, (item, *_), *_ in _asked(stage, "index_items")] == [
        NEW_FILM["item_id"]
    ]
    lists = [request for _, request in _asked(stage, "recommend") if request.k == DEEP]
    assert len({request.user_id for request in lists}) == 50
    text = " ".join(_scene(told, 4))
    assert "among the best 100 of 201 films for 2 of the 25 people who like Adventure," in text
    assert "and for 1 of the 25 who like them least." in text
    assert f"highest for user {FAN}: rank 3." in text
    assert text.endswith("Why: Because you watched Aliens.")


@pytest.mark.parametrize("stage", [(REGULAR,)], indirect=True)
def test_a_new_film_that_reaches_no_fan_is_not_explained(told: list[str]) -> None:
    text = " ".join(_scene(told, 4))
    assert "for 0 of the 25 people who like" in text
    assert "and for 1 of the 25" in text
    assert "Why:" not in text


def test_the_first_answer_is_explained_in_every_language_with_its_evidence(
    told: list[str], stage: Stage
) -> None:
    heading, *rest = _scene(told, 5)
    assert heading.startswith(f"== 5. Why user {REGULAR} was given Film 0 first")
    asked = [request for _, request in _asked(stage, "explain") if request.recommendation_id][1:]
    assert [(one.item_id, one.recommendation_id, one.language) for one in asked] == [
        ("f000", "rec-1", "en"),
        ("f000", "rec-1", "zh"),
    ]
    assert rest[:2] == ["Because you watched Aliens."] * 2
    assert [row.split()[:2] for row in rest[-2:]] == [["75%", "history"], ["25%", "popularity"]]
