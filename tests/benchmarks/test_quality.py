"""The quality benchmark: its commands exist, what is measured stays measured, and the page says
what was found."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from benchmarks import quality
from benchmarks.quality import ABLATIONS, COLD_ITEMS, PROTOCOLS, ROWS, Row
from service.cli.app import app

ABOUT = {
    "catalogue": "40 items",
    "training": "200 events",
    "training time": "7 s",
    "cases": "30",
    "seed": "0",
}


def answer(row: Row, systems: dict[str, float], **about: str) -> str:
    """What `palate evaluate --json` would print: every figure of a system has the same value."""
    figures = [
        {
            "system": system,
            "slice": column.slice,
            "metric": column.metric,
            "value": value,
            "low": value / 2 if value else None,
            "high": 2 * value if value else None,
            "n_cases": 1234,
        }
        for system, value in systems.items()
        for column in row.columns
    ]
    return json.dumps({"about": {**ABOUT, **about}, "figures": figures})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Data sets that are indexed already."""
    for row in ROWS.values():
        (tmp_path / "data" / row.dataset).mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / row.dataset / "items.jsonl").touch()
        (tmp_path / row.folder).mkdir(exist_ok=True)
        (tmp_path / row.folder / "prepared").touch()
    return tmp_path / "data"


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_every_command_is_one_that_palate_has(row: Row) -> None:
    command: Any = typer.main.get_command(app)
    program, name, *options = shlex.split(row.command)
    assert (program, name) == ("palate", "evaluate")
    command.commands[name].make_context(name, options)  # raises for what is not an option


def test_what_was_measured_is_not_measured_again_unless_its_command_changed(
    data: Path, tmp_path: Path
) -> None:
    asked: list[str] = []

    def evaluate(row: Row, folder: Path) -> str | None:
        asked.append(row.command)
        return answer(row, {"palate": 0.5}) if len(asked) > 1 else None

    row = PROTOCOLS[-1]
    assert (
        quality.measured(row, data, tmp_path, evaluate) is None
    )  # it failed, and left nothing behind
    assert quality.kept(row, tmp_path) is None
    first = quality.measured(row, data, tmp_path, evaluate)
    assert quality.measured(row, data, tmp_path, evaluate) == first is not None
    changed = Row(row.name, row.dataset, [*row.options, "--seed", "1"], row.columns)
    assert quality.kept(changed, tmp_path) is None
    assert quality.measured(changed, data, tmp_path, evaluate) is not None
    assert asked == [row.command, row.command, changed.command]


def test_what_is_left_unread_is_left_out_of_a_copy_with_its_pictures(tmp_path: Path) -> None:
    row = Row("short", "films", [], [], ("categories", "attributes"))
    source = tmp_path / "films"
    (source / "images").mkdir(parents=True)
    (source / "images/1.jpg").write_bytes(b"a picture")
    lines = [
        {"item_id": "1", "title": "One", "categories": ["a"], "image": "images/1.jpg"},
        {"item_id": "2", "attributes": {"b": "c"}},
    ]
    (source / "items.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    copy = quality.items_of(row, source, tmp_path / "work")
    assert [json.loads(line) for line in copy.read_text().splitlines()] == [
        {"item_id": "1", "title": "One", "image": "images/1.jpg"},
        {"item_id": "2"},
    ]
    assert (copy.parent / "images/1.jpg").read_bytes() == b"a picture"
    assert row.folder == "films-without-categories-attributes"


def test_a_data_set_that_is_not_there_is_named_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        quality.measured(
            COLD_ITEMS, tmp_path, tmp_path, lambda row, folder: pytest.fail("was asked")
        )
        is None
    )
    assert f"there is no {tmp_path / 'movielens-small'}; name the folder" in capsys.readouterr().err


def test_the_report_has_the_best_system_on_top_ours_in_bold_and_says_what_is_missing(
    data: Path, tmp_path: Path
) -> None:
    row = PROTOCOLS[-1]
    found = quality.measured(
        row, data, tmp_path, lambda row, _: answer(row, {"palate": 0.0624, "popularity": 0.0, "ease": 0.125},
        **{"left out": "als: no library."})
    )  # fmt: skip
    assert found is not None
    lines = quality.report({row.name: found}).splitlines()
    assert "### movielens-1m" in lines
    assert any(
        line.startswith(f"`{row.command}`") and line.endswith("Left out: als: no library.")
        for line in lines
    )
    assert (
        lines[lines.index("|:---|---:|---:|") - 1]
        == "| system | NDCG@10 (1,234 cases) | recall@10 (1,234 cases) |"
    )
    assert [line for line in lines if line.startswith(("| **", "| ease", "| pop"))] == [
        "| ease | .1250 [.0625, .2500] | .1250 [.0625, .2500] |",
        "| **palate** | .0624 [.0312, .1248] | .0624 [.0312, .1248] |",
        "| popularity | 0 | 0 |",
    ]
    assert lines[-1].startswith("Not measured: movielens-small-cold-items, ")
    assert "movielens-1m" not in lines[-1]


def test_ablations_stand_below_palate_without_exploration(data: Path, tmp_path: Path) -> None:
    def evaluate(row: Row, folder: Path) -> str:
        if row is COLD_ITEMS:
            return answer(row, {"palate (exploration 0)": 0.5, "palate (exploration 1)": 0.25})
        return answer(row, {"palate": 0.125})

    rows = [COLD_ITEMS, ABLATIONS["image"]]
    results = {row.name: quality.measured(row, data, tmp_path, evaluate) for row in rows}
    lines = quality.report(
        {name: found for name, found in results.items() if found is not None}
    ).splitlines()
    start = lines.index("### What each part is worth on movielens-small")
    assert [line for line in lines[start:] if line.startswith("| ")][1:] == [
        "| palate | .5000 [.2500, 1.0000] | .5000 [.2500, 1.0000] | .5000 [.2500, 1.0000] | 7 s |",
        "| without image | .1250 [.0625, .2500] | .1250 [.0625, .2500] | .1250 [.0625, .2500] | 7 s |",
    ]
    assert "- without image: no picture vectors." in lines
