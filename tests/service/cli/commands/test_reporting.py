"""`palate report online`: figures of a folder and of a server, as a table, JSON and a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import typer

from indexer.folder_lock import FolderLock
from service.cli.commands.reporting import since_of
from service.cli.session import open_recommender
from service.operations.switching import Switching
from tests.service import world
from tests.service.cli.conftest import Run
from tests.service.standin import StandIn, served


@contextmanager
def serving_here() -> Iterator[str]:
    """The address of a server that has opened ./palate-data."""
    palate = open_recommender(world.settings(Path("palate-data").absolute()))
    with closing(Switching(palate)) as switching, served(switching) as address:
        yield address


def test_what_was_served_here_is_reported_with_what_came_of_it(filled: Run, tmp_path: Path) -> None:
    run = filled
    answers = {
        user: run("recommend", "--user", user, "-k", 4, "--json").json for user in ("u1", "u2")
    }
    rows = [
        {
            "user_id": user,
            "item_id": answers[of]["results"][place]["item_id"],
            "event_type": "click",
            "timestamp": world.NOW,
            "recommendation_id": answers[of]["recommendation_id"],
            "position": place + 1,
        }
        for user, of, place in (("u1", "u1", 0), ("u1", "u1", 2), ("u1", "u2", 0))
    ]
    file = tmp_path / "clicks.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    recorded = run("events", file, "--json").json["files"][0]["counts"]
    assert recorded == {
        "recorded": 3,
        "duplicates": 0,
        "unknown_items": 0,
        "unattributed": 1,
        "withheld": 0,
    }

    found = run("report", "online", "--by", "slice", "--since", "1d", "--json").json
    groups = {group["name"]: group for group in found["groups"]}
    assert (groups["all"]["impressions"], groups["all"]["clicks"]) == (8, 2)
    assert (groups["known users"]["people"], groups["new users"]["people"]) == (2, 0)
    assert found["attribution"]["other_person"] == 1

    page = tmp_path / "online.html"
    shown = run("report", "online", "--by", "source", "--report", page)
    assert shown.code == 0
    assert ".2500 [" in shown.out
    assert "popular" in shown.out
    assert "1 another person's" in " ".join(shown.out.split())
    assert "<svg" in page.read_text()


def test_a_table_of_nothing_says_so(filled: Run) -> None:
    ran = filled("report", "online")
    assert (ran.code, "Nothing that was served then is kept." in ran.out) == (0, True)


def test_a_server_is_asked_for_what_was_asked(run: Run) -> None:
    standin = StandIn()
    with served(standin) as address:
        ran = run("report", "online", "--since", "2026-03-01T12:00", "--server", address, "--json")
    assert ran.json["answers"] == 3
    ((verb, request),) = standin.asked
    assert (verb, request.since, request.by) == ("report_online", 1_772_366_400.0, "model")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "yesterday"), "'yesterday' is no time"),
        (("--by", "user"), "'user' is not one of model, source"),
    ],
)
def test_what_cannot_be_asked_is_named(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("report", "online", *arguments)
    assert (ran.code, said in ran.err) == (2, True)


def test_times_are_ago_or_a_moment() -> None:
    assert since_of("30m", 10_000.0) == 8_200.0
    assert since_of("2w", 2_000_000.0) == 2_000_000.0 - 14 * 86_400
    assert since_of("9999d", 100.0) == 0.0
    assert since_of("1970-01-02", 0.0) == 86_400.0
    with pytest.raises(typer.BadParameter):
        since_of("7y", 0.0)


def test_exposure_and_groups_of_people_are_reported_of_a_folder(
    filled: Run, tmp_path: Path
) -> None:
    run = filled
    for user in ("u1", "u2", "u3"):
        run("recommend", "--user", user, "-k", 4)
    groups = tmp_path / "groups.csv"
    groups.write_text("user_id,group\nu1,a\nu2,a\nu3,b\n")
    page = tmp_path / "fairness.html"
    asked = ("report", "fairness", "--provider", "domain", "--groups", groups, "--windows", 2)
    found = run(*asked, "--json").json
    assert [by["kind"] for by in found["exposure"]] == ["age", "popularity", "category", "provider"]
    assert (found["answers"], found["people"], found["impressions"]) == (3, 3, 12)
    users = {one["kind"]: one["groups"] for one in found["users"]}
    figures = [one["figures"] for one in users["groups.csv"]]
    assert [(one["name"], one["people"]) for one in figures] == [("a", 2), ("b", 1)]
    told = run(*asked, "--report", page)
    assert told.code == 0
    assert "Exposure by category" in told.out
    assert "no event names one of these answers" in told.err
    assert "<svg" in page.read_text()


def test_the_page_on_online_quality_has_exposure_too(filled: Run, tmp_path: Path) -> None:
    for user in ("u1", "u2"):
        filled("recommend", "--user", user, "-k", 4)
    page = tmp_path / "online.html"
    assert filled("report", "online", "--report", page).code == 0
    assert "Exposure by popularity" in page.read_text()
    page.unlink()
    with serving_here() as address:
        assert filled("report", "online", "--server", address, "--report", page).code == 0
    assert "Exposure by popularity" in page.read_text()


def test_a_server_tells_the_same_of_whom_it_serves_as_its_folder(
    filled: Run, tmp_path: Path
) -> None:
    for user in ("u1", "u2", "u3"):
        filled("recommend", "--user", user, "-k", 4)
    groups = tmp_path / "groups.csv"
    groups.write_text("user_id,group\nu1,a\nu2,a\nu3,b\n")
    asked = ("report", "fairness", "--provider", "domain", "--groups", groups, "--windows", 3)
    here = filled(*asked, "--json").json
    with serving_here() as address:
        there = filled(*asked, "--server", address, "--json").json
    assert here["impressions"] == 12
    assert there == here


def test_a_provider_is_a_field(run: Run) -> None:
    ran = run("report", "fairness", "--provider", "brand")
    assert (ran.code, "'brand' is not domain, categories or attributes.NAME" in ran.err) == (
        2,
        True,
    )


def test_exposure_is_told_while_a_server_has_the_folder(filled: Run) -> None:
    filled("recommend", "--user", "u1", "-k", 4)
    lock = FolderLock(Path("palate-data"))
    try:
        found = filled("report", "fairness", "--json")
        refused = filled("report", "online")
    finally:
        lock.release()
    assert (found.code, found.json["impressions"], refused.code) == (0, 4, 2)
