"""The commands: what they print, what they leave in the data folder, and their exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from encoders.fake import FakeTextEncoder
from encoders.networks.network import cores
from indexer.folder_lock import FolderLock
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.api import messages as requests
from service.cli import options
from service.cli.app import COMMANDS
from tests.service import world
from tests.service.cli.conftest import Run


def _log(folder: str = "palate-data") -> EventLog:
    return open_event_log(f"sqlite:///{Path(folder).absolute() / 'log.db'}")


def test_indexing_twice_skips_what_is_unchanged(run: Run, catalogue: Path) -> None:
    first, second = run("index", catalogue, "--json"), run("index", catalogue, "--json")
    assert (first.code, first.json["files"][0]["counts"]) == (
        0,
        {"indexed": 40, "skipped": 0, "joined": 0},
    )
    assert (second.code, second.json["files"][0]["counts"]) == (
        0,
        {"indexed": 0, "skipped": 40, "joined": 0},
    )


def test_indexing_tells_its_time_and_of_encoders_that_do_not_tell_theirs_nothing(
    run: Run, catalogue: Path
) -> None:
    times = run("index", catalogue, "--json").json["times"]
    assert (times["encoders"], times["encoding"]) == ([], None)
    assert 40 / times["rows_per_s"] == pytest.approx(times["seconds"], abs=0.01)  # they are rounded
    assert times["peak_memory_mb"] > 20
    assert "rows a second" in run("index", catalogue).out
    assert "times" not in run("events", catalogue, "--json").json


def test_workers_are_the_cores_that_encoders_take(
    run: Run, catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    encode = FakeTextEncoder.encode_passages

    def watched(self: FakeTextEncoder, texts: Sequence[str]) -> Any:
        seen.append(cores())
        return encode(self, texts)

    monkeypatch.setattr(FakeTextEncoder, "encode_passages", watched)
    assert run("index", catalogue, "--workers", 1).code == 0
    assert run("rebuild").code == 0
    assert (seen[0], seen[-1]) == (1, os.cpu_count())
    elsewhere = run("index", catalogue, "--workers", 1, "--server", "127.0.0.1:1")
    assert elsewhere.code == 2
    assert "--workers is for encoding here" in elsewhere.err


def test_recording_a_file_twice_records_it_once(run: Run, catalogue: Path, behaviour: Path) -> None:
    run("index", catalogue)
    first, second = run("events", behaviour, "--json"), run("events", behaviour, "--json")
    n = len(world.events())
    assert first.json["files"][0]["counts"] == {
        "recorded": n,
        "duplicates": 0,
        "unknown_items": 0,
        "unattributed": 0,
        "withheld": 0,
    }
    assert second.json["files"][0]["counts"]["duplicates"] == n


def test_events_of_unknown_items_are_recorded_and_counted(run: Run, behaviour: Path) -> None:
    report = run("events", behaviour, "--json").json["files"][0]
    assert report["counts"]["recorded"] == report["counts"]["unknown_items"] == len(world.events())


def test_failed_rows_are_all_in_the_errors_file_and_counted_on_the_screen(
    run: Run, tmp_path: Path, catalogue: Path
) -> None:
    with catalogue.open("a", encoding="utf-8") as stream:
        stream.write('{"title": "no id"}\n' * 12)
    ran = run("index", catalogue, "--errors", tmp_path / "failed.jsonl")
    rows = [
        json.loads(line) for line in (tmp_path / "failed.jsonl").read_text("utf-8").splitlines()
    ]
    assert ran.code == 1
    assert [row["line"] for row in rows] == list(range(41, 53))
    assert "12 rows" in ran.out
    assert "item_id is missing" in ran.out


def test_a_person_gets_results_with_reasons_of_their_own_kind(asking: Run) -> None:
    answer = asking("recommend", "--user", "u0", "-k", 5, "--explain", "--json").json
    assert [row["rank"] for row in answer["results"]] == [1, 2, 3, 4, 5]
    assert all(row["reason"] for row in answer["results"])
    assert answer["results"][0]["item"]["categories"] == ["Space"]
    assert "no model has been trained yet" in answer["degraded"][0]


def test_results_are_a_table_for_people(asking: Run) -> None:
    ran = asking("recommend", "--user", "u0", "-k", 3, "--explain")
    assert ran.code == 0
    assert "reason" in ran.out
    assert "palate explain --recommendation" in ran.out


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        (["--domain", "books"], lambda row: row["item"].get("domain") == "books"),
        (["--filter", "price < 10"], lambda row: row["item"]["price"] < 10),
        (["--exclude", "i1", "--exclude", "i3"], lambda row: row["item_id"] not in ("i1", "i3")),
        (["--history", "i0", "--history", "i2"], lambda row: row["item_id"] not in ("i0", "i2")),
        (["--taste", "alien rocket"], lambda row: True),
        (["--non-profiled"], lambda row: True),
        (["--diversity", "0.5", "--exploration", "0.5"], lambda row: True),
    ],
)
def test_options_narrow_the_answer(
    asking: Run, options: list[str], allowed: Callable[[Any], bool]
) -> None:
    rows = asking("recommend", *options, "-k", 5, "--json").json["results"]
    assert rows
    assert all(allowed(row) for row in rows)


def test_an_answer_is_explained_as_it_was_served_in_english_and_chinese(asking: Run) -> None:
    answer = asking("recommend", "--user", "u0", "-k", 1, "--json").json
    item, served = answer["results"][0]["item_id"], answer["recommendation_id"]
    english = asking("explain", "--recommendation", served, "--item", item, "--json")
    chinese = asking(
        "explain", "--recommendation", served, "--item", item, "--lang", "zh", "--json"
    )
    now = asking("explain", "--user", "u0", "--item", item)
    assert (english.code, chinese.code, now.code) == (0, 0, 0)
    assert english.json["evidence"] == chinese.json["evidence"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.json["text"])
    assert "evidence" in now.out


def test_a_taste_is_told_from_what_the_person_did(asking: Run) -> None:
    told = asking("explain", "--user", "u0", "--profile")
    assert told.code == 0
    assert "Space" in " ".join(told.out.split("preference")[0].split())
    assert "8 of 8" in told.out
    fact, *_ = asking("explain", "--user", "u0", "--profile", "--json").json["evidence"]
    assert [fact[name] for name in ("kind", "value", "count", "total", "lift")] == [
        "preference",
        "Space",
        8,
        8,
        2.0,
    ]
    (nothing,) = asking("explain", "--user", "nobody", "--profile", "--json").json["evidence"]
    assert (nothing["kind"], nothing["name"]) == ("cold_start", "no_history")


def test_similar_and_search_find_their_own_kind(asking: Run) -> None:
    similar = asking("similar", "i0", "-k", 3, "--json").json["results"]
    found = asking("search", "wedding love", "-k", 3, "--json").json["results"]
    assert "i0" not in [row["item_id"] for row in similar]
    assert {category for row in found for category in row["item"]["categories"]} == {"Love"}


def test_a_trained_model_serves_and_is_listed(filled: Run) -> None:
    trained = filled("train", "--force")
    assert trained.code == 0
    assert "NDCG@10" in trained.out
    (model,) = filled("models", "list", "--json").json
    assert model["active"]
    assert filled("recommend", "--user", "u0", "--json").json["model_version"] == model["version"]
    assert filled("models", "activate", model["version"]).code == 0
    assert "active" in filled("models", "list").out
    shrunk = filled("models", "shrink", model["version"])
    assert (
        shrunk.code,
        f"palate models activate {model['version']}-int8" in " ".join(shrunk.out.split()),
    ) == (0, True)
    again = filled("models", "shrink", model["version"])
    assert (again.code, "shrunk already" in again.err) == (2, True)


def test_everything_about_a_person_is_exported_and_then_deleted(filled: Run) -> None:
    exported = filled("users", "export", "u0").json
    assert len(exported["events"]) == 8
    assert filled("users", "delete", "u0", "--json").json["events"] == 8
    assert filled("users", "export", "u0").json["events"] == []
    assert "nothing was stored" in filled("users", "delete", "u0").out


def test_a_rebuild_with_other_encoders_keeps_items_and_events(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_ENCODERS__IMAGE", "none")
    refused = filled("recommend", "--user", "u0")
    assert refused.code == 2
    assert "palate rebuild" in refused.err
    assert filled("rebuild", "--json").json["indexed"] == 40
    assert filled("recommend", "--user", "u0", "-k", 2).code == 0
    with _log() as log:
        assert (log.count_items(), log.count_events()) == (40, len(world.events()))


def test_the_doctor_finds_a_sound_folder_sound(filled: Run) -> None:
    filled("train", "--force")
    found = {finding["what"]: finding for finding in filled("doctor", "--json").json}
    assert found["log"]["found"] == f"sound: 40 items, {len(world.events())} events of 30 people"
    assert found["vectors"]["found"] == "40 items, as in the log"
    sound = ("python", "packages", "settings", "writers", "log", "vectors", "model")
    assert {found[name]["status"] for name in sound} == {"ok"}
    assert (
        "openai not set up (set explain.openai.base_url and explain.openai.model)"
        in found["writers"]["found"]
    )


def test_the_doctor_fails_a_configured_writer_that_is_not_set_up(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_EXPLAIN__WRITER", "openai")
    ran = run("doctor", "--json")
    assert ran.code == 2
    assert [finding["status"] for finding in ran.json if finding["what"] == "writers"] == ["fail"]


def test_a_note_says_who_wrote_instead(asking: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv(
        "PALATE_EXPLAIN__OPENAI__BASE_URL", "http://127.0.0.1:9/v1"
    )  # discard: nobody listens
    monkeypatch.setenv("PALATE_EXPLAIN__OPENAI__MODEL", "tiny")
    monkeypatch.setenv("PALATE_EXPLAIN__OPENAI__MAX_RETRIES", "0")
    ran = asking("explain", "--user", "u0", "--item", "i8", "--writer", "openai")
    assert ran.code == 0
    assert "note: writer openai failed (its endpoint cannot be reached: ConnectError)" in ran.err
    assert "written by template" in ran.out


def test_the_doctor_looks_at_encoders_that_cannot_be_loaded_and_at_missing_pictures(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("more.jsonl").write_text('{"item_id": "new", "image": "gone.png"}\n')
    filled("index", "more.jsonl")
    found = {finding["what"]: finding for finding in filled("doctor", "--json").json}
    assert (found["pictures"]["status"], found["pictures"]["found"]) == (
        "warn",
        "1 items lack one that could not be had",
    )
    monkeypatch.setenv("PALATE_ENCODERS__IMAGE", "no-such-encoder")
    broken = filled("doctor", "--json")
    found = {finding["what"]: finding for finding in broken.json}
    assert broken.code == 2
    assert "no image encoder is called 'no-such-encoder'" in found["image encoder"]["found"]
    assert (found["text encoder"]["status"], found["vectors"]["status"]) == ("ok", "warn")


def test_the_doctor_warns_of_an_empty_folder_and_fails_a_broken_one(run: Run, filled: Run) -> None:
    assert run("doctor", "--data", "elsewhere").code == 1
    assert not Path("elsewhere").exists()
    log = Path("palate-data/log.db")
    log.write_bytes(b"not a database" * 1000)
    broken = run("doctor", "--json")
    assert broken.code == 2
    assert [finding["status"] for finding in broken.json if finding["what"] == "log"] == ["fail"]


def test_the_doctor_looks_at_what_a_running_server_leaves_open(asking: Run) -> None:
    lock = FolderLock(Path("palate-data"))
    try:
        found = {finding["what"]: finding for finding in asking("doctor", "--json").json}
    finally:
        lock.release()
    assert found["log"]["status"] == "ok"
    assert "in use by process" in found["vectors"]["found"]


def test_reading_events_alone_keeps_the_mark_of_an_unclean_end(
    filled: Run, behaviour: Path
) -> None:
    mark = Path("palate-data/vectors/lock")
    mark.write_text("12345")
    assert filled("events", behaviour).code == 0
    assert mark.read_text()


def test_help_loads_nothing_heavy() -> None:
    """That is what makes it instant: measured at 0.3 s, of which typer and rich are most."""
    heavy = [
        "torch",
        "numpy",
        "grpc",
        "google",
        "pydantic",
        "sqlalchemy",
        "pyarrow",
        "PIL",
        "qdrant_edge",
        "lark",
    ]
    code = f"import sys, service.cli.app; print([name for name in {heavy} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_options_have_the_limits_of_the_requests() -> None:
    assert options.MAX_K == requests.MAX_K


def test_help_names_every_command(run: Run) -> None:
    text = run("--help").out
    names = [command.__name__ for commands in COMMANDS.values() for command in commands] + [
        "models",
        "encoders",
        "users",
        "enrich",
    ]
    assert [name for name in names if name not in text] == []
