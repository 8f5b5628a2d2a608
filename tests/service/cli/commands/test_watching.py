"""`palate top`: what a server's metrics say, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli import output
from service.cli.commands import watching
from service.telemetry import metrics as m
from service.telemetry.endpoint import metrics_at
from service.telemetry.measurements import Measurements
from service.telemetry.metrics import Reading
from service.telemetry.told import Listed
from tests.service.cli.conftest import Run


@pytest.fixture
def page() -> Iterator[str]:
    """The URL of a page with one call, one error and a source that fails."""
    measured = Measurements()
    measured.watch(
        "it", lambda: [Reading(m.SERVING, 1), Reading(m.QUEUE_PENDING, 3, ("answering",))]
    )
    measured.ended("/palate.v1.RecommendService/Recommend", "OK", "", 0.01)
    measured.ended("/palate.v1.IndexService/GetItem", "NOT_FOUND", "ITEM_NOT_FOUND", 0.01)
    measured.listed(Listed("m1", {}, {}, ["their_source"], True, None))
    with metrics_at("127.0.0.1:0", measured.registry) as address:
        yield f"http://{address}/metrics"


def test_one_look_shows_methods_queues_and_what_fails(run: Run, page: str) -> None:
    ran = run("top", "--metrics", page, "--once")
    assert ran.code == 0
    for expected in (
        "Recommend",
        "GetItem",
        "ITEM_NOT_FOUND",
        "their_source",
        "answering",
        "p99 ms",
    ):
        assert expected in ran.out
    assert ["state", "serving"] in [line.split() for line in ran.out.splitlines()]


def test_one_look_shows_the_tenants_of_a_server_that_has_some(run: Run, page: str) -> None:
    assert "tenant" not in run("top", "--metrics", page, "--once").out
    measured = Measurements(max_tenants=1)
    for tenant in ("shop_de", "shop_fr"):
        measured.ended("/palate.v1.RecommendService/Recommend", "OK", "", 0.01, tenant)
    with metrics_at("127.0.0.1:0", measured.registry) as address:
        told = run("top", "--metrics", f"http://{address}/metrics", "--once").out
    assert "shop_de" in told
    assert "OTHER" in told
    assert "shop_fr" not in told


def test_a_page_that_asks_for_a_key_is_read_with_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web.key").write_text("palate_k\n")
    measured = Measurements()
    with metrics_at("127.0.0.1:0", measured.registry, "Bearer palate_k".__eq__) as address:
        url = f"http://{address}/metrics"
        assert run("top", "--metrics", url, "--once", "--key-file", "web.key").code == 0
        monkeypatch.setenv("PALATE_CLIENT_KEY", "palate_k")
        assert run("top", "--metrics", url, "--once").code == 0
        monkeypatch.delenv("PALATE_CLIENT_KEY")
        refused = run("top", "--metrics", url, "--once")
    assert (refused.code, "401" in refused.err, "--key-file" in refused.err) == (2, True, True)


def test_without_a_terminal_one_look_is_all(run: Run, page: str) -> None:
    assert run("top", "--metrics", page).out.count("Recommend") == 1


def test_one_look_for_programs_is_an_object(run: Run, page: str) -> None:
    seen = run("top", "--metrics", page, "--once", "--json").json
    assert [method["name"] for method in seen["methods"]] == ["GetItem", "Recommend"]
    assert seen["failing_sources"] == ["their_source"]
    assert seen["queues"][0]["pending"] == 3


def test_looks_for_programs_go_on_a_line_each_until_they_are_ended(
    run: Run, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching.time, "sleep", nap)
    ran = run("top", "--metrics", page, "--json", "--every", 0.5)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.code, naps) == (0, [0.5, 0.5, 0.5])
    assert [len(line["methods"]) for line in lines] == [2, 0, 0]  # nothing was called since


def test_a_terminal_is_shown_each_look_in_the_place_of_the_one_before(
    run: Run, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []

    def take_two(drawn: Iterator[object]) -> None:
        shown.extend([next(drawn), next(drawn)])

    monkeypatch.setattr(output, "keep_showing", take_two)
    monkeypatch.setattr(watching.time, "sleep", lambda _: None)
    monkeypatch.setattr(watching.sys.stdout, "isatty", lambda: True, raising=False)
    assert run("top", "--metrics", page).code == 0
    assert len(shown) == 2


def test_the_page_is_that_of_the_settings_where_none_is_named(
    run: Run, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = page.removeprefix("http://").removesuffix("/metrics")
    monkeypatch.setenv("PALATE_SERVER__METRICS", address)
    assert "Recommend" in run("top", "--once").out


def test_no_server_is_one_line_that_says_what_to_do(run: Run) -> None:
    ran = run("top", "--metrics", "http://127.0.0.1:9/metrics", "--once")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: metrics at http://127.0.0.1:9/metrics")
    assert "server.metrics" in ran.err
