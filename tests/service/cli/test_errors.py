"""Bad input on the command line: one line on stderr, the right exit code, and nothing that was
stored is lost."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from indexer.folder_lock import FolderLock
from tests.indexer.indexing.test_indexer import png
from tests.indexer.web import body, serving
from tests.service.cli.conftest import Run

GOOD = b'{"item_id": "a", "title": "A"}\n'
EVENT = '{"user_id": "u", "item_id": "i0", "event_type": "view", "timestamp": 1}'


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", 2, "it is empty"),
        (b"\xff\xfe", 2, "it is empty"),
        (GOOD + b"{oops\n", 1, "not JSON"),
        (GOOD + b'{"title": "B"}\n', 1, "item_id is missing"),
        (GOOD + GOOD, 0, "appears again"),
        (GOOD + b'{"item_id": "c", "price": -1}\n', 0, "price"),
        (GOOD + b'{"item_id": "c", "colour": "red"}\n', 0, "2"),
        (GOOD + b'{"item_id": "c", "description": "' + b"x" * 1_000_000 + b'"}\n', 0, "characters"),
        (b'[{"item_id": "a"}]\n', 0, "1"),
    ],
)
def test_bad_catalogues(run: Run, tmp_path: Path, content: bytes, code: int, said: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    ran = run("index", path)
    assert ran.code == code
    assert said in ran.out + ran.err
    if code < 2:
        assert run("recommend", "-k", 1, "--json").json["results"][0]["item_id"] == "a"


def test_a_missing_and_a_broken_picture_are_warnings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    rows = [{"item_id": "a", "image": "broken.png"}, {"item_id": "b", "image": "gone.png"}]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = run("index", tmp_path / "items.jsonl", "--json")
    assert report.code == 0
    assert [row["item_id"] for row in report.json["files"][0]["warnings"]] == ["a", "b"]


def test_pictures_from_the_web_come_under_the_settings_and_are_tried_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({"/red.png": body(png("red"))}) as web:
        rows = [
            {"item_id": "a", "images": [web.url("/red.png"), "red.png"]},
            {"item_id": "b", "title": "b"},
        ]
        (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (tmp_path / "red.png").write_bytes(png("red"))
        (refused,) = run("index", tmp_path / "items.jsonl", "--json").json["files"]
        assert refused["counts"] == {"indexed": 2, "skipped": 0, "joined": 0}
        assert "images.allow_private" in refused["warnings"][0]["reason"]
        monkeypatch.setenv("PALATE_IMAGES__ALLOW_PRIVATE", "true")
        (fetched,) = run("index", tmp_path / "items.jsonl", "--json").json["files"]
        assert fetched["counts"] == {"indexed": 1, "skipped": 1, "joined": 0}
        assert fetched["warnings"] == []
    (found,) = run("search", "--image", tmp_path / "red.png", "-k", 1, "--json").json["results"]
    assert found["item"]["images"] == ["red.png"]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ('{"user_id": "u", "event_type": "view", "timestamp": 1}', 1, "item_id"),
        (EVENT.replace("1}", '"yesterday"}'), 0, "timestamp is 'yesterday'"),
        (EVENT.replace("1}", "99999999999}"), 0, "more than a day in the future"),
        (EVENT.replace("1}", '2, "value": "much"}'), 0, "value"),
    ],
)
def test_bad_events(run: Run, tmp_path: Path, line: str, code: int, said: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(f"{EVENT}\n{line}\n", encoding="utf-8")
    ran = run("events", path, "--json")
    (report,) = ran.json["files"]
    assert (ran.code, report["counts"]["recorded"]) == (code, 2 - code)
    told = report["failed"] if code else report["warnings"]
    assert said in told[0]["reason"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["recommend", "-k", "-1"], "-k"),
        (["recommend", "-k", "501"], "-k"),
        (["recommend", "-k", "many"], "-k"),
        (["recommend", "--diversity", "nan"], "0 to 1"),
        (["recommend", "--exploration", "1.5"], "0 to 1"),
        (["recommend", "--lang", "fr"], "en or zh"),
        (["recommend", "--filter", "price <"], "character 8"),
        (["recommend", "--filter", "colour = 1"], "colour"),
        (["recommend", "--colour"], "No such option"),
        (["similar", "nothing"], "nothing"),
        (["search"], "one of TEXT, --image FILE"),
        (["search", "--image", "gone.jpg"], "gone.jpg"),
        (["explain", "--item", "i0"], "--user ID or --recommendation ID"),
        (["explain", "--user", "u0"], "--item ID, or --profile"),
        (["explain", "--profile"], "--profile needs --user"),
        (
            ["explain", "--profile", "--user", "u0", "--item", "i0", "--change"],
            "leave out --item and --change",
        ),
        (
            ["explain", "--profile", "--user", "u0", "--recommendation", "r"],
            "leave out --recommendation",
        ),
        (["explain", "--profile", "--user", "u0", "--writer", "nobody"], "nobody"),
        (["explain", "--item", "nothing", "--user", "u0"], "nothing"),
        (["explain", "--item", "i0", "--recommendation", "nothing"], "nothing"),
        (["explain", "--item", "i0", "--user", "u0", "--writer", "nobody"], "nobody"),
        (
            ["explain", "--item", "i0", "--user", "u0", "--writer", "openai"],
            "explain.openai.base_url",
        ),
        (["models", "activate", "nothing"], "nothing"),
        (["models", "rollback"], "no model served before"),
        (["index", "gone.jsonl"], "there is no such file"),
        (["index", "items.xlsx"], "there is no such file"),
        (["recommend", "--data", "nowhere"], "palate index FILE"),
        (["recommend", "--config", "gone.toml"], "gone.toml"),
        (["dance"], "No such command"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(
    asking: Run, arguments: list[str], said: str
) -> None:
    ran = asking(*arguments)
    assert ran.code == 2
    (line,) = ran.err.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert not Path("nowhere").exists()


def test_an_unknown_field_in_the_configuration(filled: Run) -> None:
    Path("palate-data/palate.toml").write_text("[server]\nport = 1\n")
    ran = filled("recommend")
    assert ran.code == 2
    assert "unknown field server.port" in ran.err


@pytest.mark.parametrize(
    ("command", "todo"),
    [
        (["index", "items.jsonl"], "--server ADDRESS"),
        (["events", "events.jsonl"], "--server ADDRESS"),
        (["recommend"], "--server ADDRESS"),
        (["rebuild"], "stop it first"),
    ],
)
def test_a_folder_that_another_process_has_open_says_what_can_be_done(
    asking: Run, command: list[str], todo: str
) -> None:
    lock = FolderLock(Path("palate-data"))
    try:
        ran = asking(*command)
    finally:
        lock.release()
    assert ran.code == 2
    assert todo in ran.err
    assert asking("recommend", "-k", 1).code == 0


def test_a_port_in_use(asking: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ran = asking("serve", "--address", f"127.0.0.1:{other.getsockname()[1]}")
    assert ran.code == 2
    assert "cannot listen on" in ran.err


def test_no_server_where_one_is_asked_for(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    ran = run("recommend", "--server", address)
    assert ran.code == 2
    assert "`palate serve` is running there" in ran.err


def test_a_traceback_is_shown_when_asked_for(asking: Run) -> None:
    from service.errors import ItemNotFound

    with pytest.raises(ItemNotFound):
        asking("similar", "nothing", "--debug")
