"""The demo on a made-up example with two tastes: its rules choose whom they say, and its scenes are
told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.cli.commands import recording
from service.cli.demo.audience import Audience
from service.cli.interruption import left
from tests.service.cli.conftest import Run

FAMILY = ["Adventure", "Animation", "Children", "Comedy"]
NOIR = ["Crime", "Film-Noir"]
N_FILMS, N_USERS, EACH = 220, 24, 60


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Even people rate even films, which are for families; odd people rate odd films, which are
    noir."""
    folder = tmp_path_factory.mktemp("example")
    with (folder / "items.jsonl").open("w") as stream:
        for i in range(N_FILMS):
            film = {
                "item_id": f"f{i}",
                "title": f"Film {i}",
                "categories": NOIR if i % 2 else FAMILY,
            }
            stream.write(json.dumps({**film, "domain": "movies"}) + "\n")
    with (folder / "events.jsonl").open("w") as stream:
        for user in range(N_USERS):
            for step in range(EACH):
                film_id = f"f{(2 * (user * 2 + step) + user % 2) % N_FILMS}"
                row = {"user_id": f"u{user:02}", "item_id": film_id, "event_type": "rating"}
                stream.write(
                    json.dumps({**row, "value": 5.0, "timestamp": 1_500_000_000 + 60 * step + user})
                    + "\n"
                )
    return folder


@pytest.fixture(scope="module")
def audience(example: Path) -> Audience:
    return Audience.read(example / "items.jsonl", example / "events.jsonl")


def test_the_regular_is_who_rated_last(audience: Audience) -> None:
    assert audience.regular() == f"u{N_USERS - 1:02}"


def test_new_ground_is_the_genre_least_rated_and_its_best_known_films(audience: Audience) -> None:
    genre, films = audience.new_ground("u23", 2)
    assert genre == "Adventure"  # none of the family genres was rated; the first by name
    counts = dict.fromkeys(audience.films, 0)
    for history in audience.events.values():
        for event in history:
            counts[event.item_id] += 1
    best = max(counts[item_id] for item_id in audience.films if int(item_id[1:]) % 2 == 0)
    assert [counts[film.item_id] for film in films] == [best, best]


def test_people_are_ordered_by_their_liking(audience: Audience) -> None:
    people = audience.by_affinity(FAMILY)
    assert {int(user[1:]) % 2 for user in people[: N_USERS // 2]} == {0}
    assert {int(user[1:]) % 2 for user in people[N_USERS // 2 :]} == {1}


def test_ctrl_c_in_one_stage_ends_the_demo(
    run: Run, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recording, "_record", interrupted)
    ran = run("demo", "--example", example, "--data", tmp_path / "kept")
    assert (ran.code, ran.err) == (130, f"{left('demo')}\n")
    headings = [line for line in ran.out.splitlines() if line.startswith("== ")]
    assert headings[-1].startswith("== palate events")


@pytest.mark.slow
def test_the_demo_tells_its_five_scenes(run: Run, example: Path, tmp_path: Path) -> None:
    ran = run("demo", "--example", example, "--data", tmp_path / "kept")
    assert ran.code == 0, ran.err
    headings = [line for line in ran.out.splitlines() if line.startswith("== ")]
    assert [line[3:5] for line in headings[-5:]] == ["1.", "2.", "3.", "4.", "5."]
    assert "Toy Story 4 (2019)" in ran.out
    assert any("\u4e00" <= letter <= "\u9fff" for letter in ran.out)
    assert (tmp_path / "kept" / "log.db").is_file()
    assert run("recommend", "--user", "u00", "--data", tmp_path / "kept").code == 0


def test_the_demo_keeps_out_of_folders_that_hold_data(filled: Run, example: Path) -> None:
    ran = filled("demo", "--example", example, "--data", "palate-data")
    assert ran.code == 2


def test_a_missing_example_is_said(run: Run, tmp_path: Path) -> None:
    ran = run("demo", "--example", tmp_path)
    assert ran.code == 2
    assert "items.jsonl is not there" in ran.err
