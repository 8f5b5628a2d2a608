"""`palate enrich`: items are described, what was said is listed and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.log.opening import open_event_log
from service.aspects.enrichment import Standing
from service.cli.commands import enriching
from tests.service.aspects.describing import read_item, well
from tests.service.cli.conftest import Run
from tests.service.language_model.fake_endpoint import FakeEndpoint, Reply, completion

ASPECTS = '{"films": {"mood": "how it feels"}, "*": {"mood": "how it feels", "use": "what for"}}'


@pytest.fixture
def server(filled: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    """Configured as the language model: 30 films have one aspect to describe, 10 books two."""
    server = FakeEndpoint(well)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PALATE_LANGUAGE_MODEL__KIND", "openai")
    monkeypatch.setenv("PALATE_LANGUAGE_MODEL__BASE_URL", server.url)
    monkeypatch.setenv("PALATE_LANGUAGE_MODEL__MODEL", "tiny")
    monkeypatch.setenv("PALATE_LANGUAGE_MODEL__MAX_RETRIES", "0")
    monkeypatch.setenv("PALATE_ENRICH__ASPECTS", ASPECTS)
    yield server
    server.close()


def test_a_domain_is_described_and_then_the_rest(run: Run, server: FakeEndpoint) -> None:
    books = run("enrich", "--domain", "books", "--json")
    assert (books.code, books.json["described"], books.json["left"]) == (0, 10, 0)
    assert books.json["spent"] == {
        "requests": 10,
        "failed": 0,
        "input_tokens": 1_000,
        "output_tokens": 200,
    }
    some = run("enrich", "--limit", 4)
    assert some.code == 0
    assert "4 items are described, for 400 tokens read and 80 written in 4 requests" in some.out
    assert "26 items are left, about 3,120 tokens; call it again to go on" in some.out
    rest = run("enrich")
    assert "26 items are described" in rest.out
    assert "left" not in rest.out
    assert len(server.asked) == 40


def test_it_stops_at_the_budget(run: Run, server: FakeEndpoint) -> None:
    ran = run("enrich", "--budget-tokens", 2_500)
    assert ran.code == 1
    assert "stopped: its budget of 2,500 tokens is spent" in ran.err
    assert "items are left, about" in ran.out
    assert 1 < len(server.asked) < 20


def test_the_budget_of_the_settings_holds_where_none_is_given(
    run: Run, server: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_LANGUAGE_MODEL__BUDGET_TOKENS", "10")
    ran = run("enrich", "--json")
    assert (ran.code, ran.json["described"], ran.json["left"]) == (1, 0, 40)
    assert server.asked == []


def test_what_failed_is_told_with_its_reason(run: Run, server: FakeEndpoint) -> None:
    server.replies(
        lambda body: (
            completion("no", usage=(1, 1))
            if read_item(body)["attributes"]["maker"] == "maker 1"
            else well(body)
        )
    )
    ran = run("enrich")
    assert ran.code == 1
    assert "10 failed" in ran.out
    assert "it is not JSON" in ran.out
    server.replies(well)
    assert run("enrich", "--json").json["described"] == 10


def test_a_picture_is_sent_where_the_model_takes_them(
    run: Run, server: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_LANGUAGE_MODEL__TAKES_PICTURES", "true")
    with open_event_log(f"sqlite:///{Path('palate-data/log.db').absolute()}") as log:
        (_, item) = log.get_items(["i0"])["i0"]
        log.put_items([item.with_perceived("image", ["/nowhere/./gone.png"])])
    ran = run("enrich", "--limit", 1)
    assert ran.code == 0
    assert "1 without a picture" in ran.out
    assert "gone.png" in ran.out


def test_what_was_said_is_listed_in_all_and_of_an_item(run: Run, server: FakeEndpoint) -> None:
    assert "Nothing is described yet" in run("enrich", "list").out
    assert "Nothing was said of 'i0' yet" in run("enrich", "list", "i0").out
    run("enrich")
    rows = run("enrich", "list", "--json").json
    assert [(row["domain"], row["aspect"], row["items"], row["stale"]) for row in rows] == [
        ("books", "mood", 10, 0),
        ("books", "use", 10, 0),
        ("films", "mood", 30, 0),
    ]
    assert sum(row["tokens"] for row in rows) == 4_800
    assert "tiny" in run("enrich", "list").out
    (row,) = run("enrich", "list", "i0", "--json").json
    assert (row["aspect"], row["state"], row["model"]) == ("mood", "used", "tiny")
    assert row["values"] == ["mood of Rocket 0"]
    assert "used" in run("enrich", "list", "i0").out
    unknown = run("enrich", "list", "no-such-item")
    assert (unknown.code, "no item 'no-such-item'" in unknown.err) == (2, True)


def test_what_was_said_is_dropped_by_domain_aspect_model_and_text(
    run: Run, server: FakeEndpoint
) -> None:
    run("enrich")
    refused = run("enrich", "drop", "--yes")
    assert (refused.code, "at least one of --domain" in refused.err) == (2, True)
    assert run("enrich", "drop", "--stale", "--yes", "--json").json == {"dropped": 0}
    with open_event_log(f"sqlite:///{Path('palate-data/log.db').absolute()}") as log:
        log.delete_items(["i0"])
    assert run("enrich", "drop", "--stale", "--yes").out == "1 aspects are deleted\n"
    for options, dropped in (
        (["--domain", "books", "--aspect", "use"], 10),
        (["--model", "other"], 0),
        (["--aspect", "mood"], 39),
    ):
        assert run("enrich", "drop", *options, "--yes", "--json").json == {"dropped": dropped}
    assert run("enrich", "list", "--json").json == []


def test_dropping_asks_first(
    run: Run, server: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("typer.confirm", lambda text, **_: asked.append(text))
    assert run("enrich", "drop", "--model", "tiny").code == 0
    assert asked == ["delete what was said of items of palate-data?"]


def test_without_a_model_or_data_it_says_what_to_do(filled: Run) -> None:
    ran = filled("enrich")
    assert (ran.code, "set language_model.kind to openai" in ran.err) == (2, True)
    empty = filled("enrich", "--data", "elsewhere")
    assert (empty.code, "palate index FILE" in empty.err) == (2, True)


def test_progress_tells_what_was_spent_and_what_is_to_come() -> None:
    told: list[tuple[str, int, int | None]] = []
    tell = enriching._telling(lambda *step: told.append(step))
    tell(Standing(0, 40, 0))
    tell(Standing(10, 40, 1_200))
    assert told == [
        ("describing: 0 tokens, about 0 to go", 0, 40),
        ("describing: 1,200 tokens, about 3,600 to go", 10, 40),
    ]


def test_an_endpoint_that_is_down_ends_it(run: Run, server: FakeEndpoint) -> None:
    server.replies(Reply(status=500))
    ran = run("enrich")
    assert ran.code == 1
    assert "stopped: its endpoint failed too often" in ran.err
    assert "40 items are left; call it again" in ran.out
