"""`palate export`: files that go back in."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import indexer.export
from indexer.export import tables
from indexer.log.opening import open_event_log
from service.cli.session import open_recommender
from service.operations.switching import Switching
from service.storage.pseudonyms import Pseudonyms
from service.storage.workspace import Workspace
from tests.indexer.indexing.test_indexer import png
from tests.service import world
from tests.service.cli.conftest import Run
from tests.service.standin import StandIn, served

KEY, OTHER = "k" * 32, "o" * 32


def test_what_is_exported_is_what_is_there(filled: Run) -> None:
    for what, command, key in (("items", "index", "skipped"), ("events", "events", "duplicates")):
        written = filled("export", what, "out.parquet", "--json").json
        assert written["rows"] == pq.read_metadata("out.parquet").num_rows > 0
        (report,) = filled(command, "out.parquet", "--json").json["files"]
        assert report["counts"][key] == written["rows"]
    filled("users", "import", _people())
    assert filled("export", "users", "out.parquet").out == "out.parquet: 1 rows\n"
    assert [path.name for path in Path().glob("*.new")] == []


@contextmanager
def _serving(data: str) -> Iterator[str]:
    palate = open_recommender(world.settings(Path(data).absolute()))
    with closing(Switching(palate)) as switching, served(switching) as address:
        yield address


def _pictures(data: str) -> dict[str, list[float]]:
    """Vectors of pictures by item id."""
    with closing(Workspace.open(world.settings(Path(data).absolute()))) as workspace:
        return {
            stored.item.item_id: stored.vectors["image"].tolist()
            for page in workspace.store.scroll(["image"])
            for stored in page
            if "image" in stored.vectors
        }


def test_pictures_go_along_into_another_folder_and_over_a_server(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/red.png").write_bytes(png("red"))
    sent = f"data:image/png;base64,{base64.b64encode(png('blue')).decode()}"
    rows = [{"item_id": "file", "image": "red.png"}, {"item_id": "bytes", "image": sent}]
    catalogue = tmp_path / "shop/items.jsonl"
    catalogue.write_text("".join(json.dumps({"title": "a", **row}) + "\n" for row in rows))
    assert run("index", catalogue, "--data", "one").code == 0
    before = _pictures("one")
    assert before.keys() == {"file", "bytes"}

    (tmp_path / "out").mkdir()
    told = run("export", "items", "out/items.parquet", "--data", "one", "--json")
    assert (told.code, told.json["media"]) == (0, {"pictures": {"copied": 2}})
    shutil.rmtree(tmp_path / "shop")
    assert _counts(run, "index", "out/items.parquet", "--data", "two")["indexed"] == 2
    with _serving("three") as address:
        (report,) = run("index", "out/items.parquet", "--server", address, "--json").json["files"]
    assert (report["counts"]["indexed"], report["warnings"]) == (2, [])
    assert _pictures("two") == _pictures("three") == before
    # what came as bytes is what is there
    assert _counts(run, "index", "out/items.parquet", "--data", "one")["skipped"] == 1


def test_pictures_that_do_not_go_along_are_told_by_kind(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    for name in ("red", "blue"):
        (tmp_path / f"shop/{name}.png").write_bytes(png(name))
    rows = [{"item_id": name, "image": f"{name}.png"} for name in ("red", "blue")]
    (tmp_path / "shop/items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("index", tmp_path / "shop/items.jsonl", "--data", "one")
    left = run("export", "items", "items.parquet", "--data", "one", "--no-media")
    assert (left.code, Path("items.media").exists()) == (0, False)
    assert "pictures: 2 left out" in left.err
    assert "without --no-media" in left.err
    (tmp_path / "shop/red.png").unlink()
    missing = run("export", "items", "items.parquet", "--data", "one")
    assert missing.code == 1
    assert "1 missing" in missing.err
    assert "1 copied" in missing.err


def _people() -> Path:
    path = Path("people.jsonl")
    path.write_text('{"user_id": "u0", "age": 30}\n')
    return path


def test_vectors_are_named(filled: Run) -> None:
    ran = filled("export", "vectors", "out.parquet")
    assert (ran.code, "no model is trained; there are text, image" in ran.err) == (2, True)
    assert filled("export", "vectors", "out.parquet", "--vector", "text").code == 0
    table = pq.read_table("out.parquet")
    assert table.column_names == ["item_id", "vector"]
    assert len(table["vector"][0]) == 16


def test_a_vector_is_asked_of_vectors_only(run: Run) -> None:
    assert "--vector is for vectors" in run("export", "items", "a.parquet", "--vector", "text").err


def test_without_what_writes_parquet_it_is_said_how_to_get_it(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, tables.__name__)
    monkeypatch.delattr(indexer.export, "tables")
    ran = filled("export", "items", "a.parquet")
    assert (ran.code, "pip install 'palate[parquet]'" in ran.err) == (2, True)
    assert not Path("a.parquet").exists()


def test_without_data_nothing_is_written(run: Run) -> None:
    assert run("export", "items", "a.parquet").code == 2
    assert not Path("a.parquet").exists()


def _counts(run: Run, *command: object) -> dict[str, int]:
    (report,) = run(*command, "--json").json["files"]
    return dict(report["counts"])


def _people_of(folder: str) -> set[str]:
    with open_event_log(f"sqlite:///{Path(folder, 'log.db').absolute()}") as log:
        with log.snapshot() as snapshot:
            pages = [*snapshot.rows("events"), *snapshot.rows("users")]
        return {row["user_id"] for page in pages for row in page}


@pytest.fixture
def hidden(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An event and a profile of ann under a pseudonym, and both exported."""
    monkeypatch.setenv("PALATE_PSEUDONYM_KEY", KEY)
    row = {"user_id": "ann", "item_id": "i", "event_type": "view", "timestamp": 1}
    Path("events.jsonl").write_text(json.dumps(row) + "\n")
    Path("people.jsonl").write_text('{"user_id": "ann", "taste": "quiet"}\n')
    assert _counts(run, "events", "events.jsonl")["recorded"] == 1
    assert _counts(run, "users", "import", "people.jsonl") == {"stored": 1}
    for what in ("events", "users"):
        ran = run("export", what, f"{what}.parquet")
        assert (ran.code, "people in it have pseudonyms" in ran.err) == (0, True)
    return run


def test_exported_pseudonyms_that_are_read_again_stay_as_they_are(hidden: Run) -> None:
    ann = Pseudonyms(KEY.encode()).of("ann")
    for folder in ("palate-data", "another"):
        events = _counts(hidden, "events", "events.parquet", "--data", folder)
        assert events["recorded"] + events["duplicates"] == 1
        hidden("users", "import", "users.parquet", "--data", folder)
        assert _people_of(folder) == {ann}
    assert _counts(hidden, "events", "events.jsonl", "--data", "another")["duplicates"] == 1


def test_pseudonyms_of_another_key_are_not_given_others(
    hidden: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_PSEUDONYM_KEY", OTHER)
    for command in (("events", "events.parquet"), ("users", "import", "users.parquet")):
        ran = hidden(*command, "--data", "another")
        assert (ran.code, "pseudonyms that were made with another key" in ran.err) == (2, True)
    assert _people_of("another") == set()


def test_nor_are_they_sent_to_a_server_which_would_give_them_others(
    hidden: Run, answered: StandIn
) -> None:
    for command in (("events", "events.parquet"), ("users", "import", "users.parquet")):
        ran = hidden(*command, "--server", "here:1")
        assert (ran.code, "read it into the data folder itself" in ran.err) == (2, True)
    assert answered.asked == []


def test_of_people_under_their_own_ids_nothing_is_said(filled: Run) -> None:
    assert filled("export", "events", "out.parquet").err == ""
    assert pq.read_schema("out.parquet").metadata is None
    table = pa.table({"user_id": ["ann"], "item_id": ["i"]}).replace_schema_metadata({"a": "b"})
    pq.write_table(table, "of-others.parquet")
    assert _counts(filled, "events", "of-others.parquet")["recorded"] == 1
