"""`palate index` and `palate rebuild`: files of items in, here and through a server."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from encoders.errors import MediaError
from indexer.catalog.item import Item, RowError
from indexer.indexing.indexer import IndexReport
from service.cli.commands import indexing
from tests.indexer.indexing.test_indexer import png
from tests.service.cli.conftest import Run
from tests.tones import wav

ROWS = [
    {"item_id": "seen", "image": "red.png", "audio": "100.wav"},
    {"item_id": "told", "title": "a book"},
    {"item_id": "lost", "title": "a film", "image": "gone.png"},
    {"item_id": "bad", "price": "much"},
]


@pytest.fixture
def items(tmp_path: Path) -> Path:
    (tmp_path / "red.png").write_bytes(png("red"))
    (tmp_path / "100.wav").write_bytes(wav(100))
    file = tmp_path / "some.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)))
    return file


def test_rows_are_counted_by_what_became_of_them(run: Run, items: Path) -> None:
    ran = run("index", items, "--json")
    assert ran.code == 1  # in part
    (report,) = ran.json["files"]
    assert report["counts"] == {"indexed": 3, "skipped": 0}
    assert [row["item_id"] for row in report["failed"]] == ["bad"]
    assert [(row["item_id"], row["line"]) for row in report["warnings"]] == [("lost", 3)]
    (again,) = run("index", items, "--json").json["files"]
    assert again["counts"] == {"indexed": 1, "skipped": 2}  # what lacks a picture is tried again


def test_pictures_and_sounds_of_one_file_are_indexed_together(
    run: Run, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_ENCODERS__AUDIO", "fake")
    run("index", items)
    found = run("search", "--audio", "100.wav", "-k", 1, "--json").json["results"]
    assert (found[0]["item_id"], found[0]["sources"]) == ("seen", ["content_audio"])
    rebuilt = run("rebuild", "--json").json
    assert rebuilt["encoders"] == {"text": "fake", "image": "fake", "audio": "fake"}
    assert (rebuilt["indexed"], rebuilt["warnings"]) == (3, 1)


def test_a_rebuild_needs_data_and_readable_ones(run: Run, items: Path) -> None:
    assert run("rebuild").code == 2
    run("index", items)
    Path("palate-data/log.db").write_bytes(b"no database")
    assert run("rebuild").code == 2
    assert Path("palate-data/vectors/store.json").exists()


def test_workers_are_for_encoding_here(run: Run, items: Path) -> None:
    ran = run("index", items, "--workers", 2, "--server", "127.0.0.1:9")
    assert (ran.code, "--workers is for encoding here" in ran.err) == (2, True)


class Server:
    """Takes batches, and finds one item faulty."""

    def __init__(self) -> None:
        self.batches: list[list[Item]] = []

    def index_items(self, items: Sequence[Item], images: object) -> IndexReport:
        self.batches.append(list(items))
        return IndexReport(
            indexed=len(items) - 1,
            failed=[RowError(1, items[0].item_id, "refused")],
            warnings=[RowError(len(items), items[-1].item_id, "pale")],
        )


def sent(items: Path, server: Any) -> Any:
    return indexing._send(server, items, lambda *_: None)


def test_what_is_sent_carries_its_files_and_errors_come_back_by_line(items: Path) -> None:
    server = Server()
    report = sent(items, server)
    (batch,) = server.batches
    (picture,), (sound,) = (batch[0].perceived(name) for name in ("image", "audio"))
    assert picture == f"data:;base64,{base64.b64encode(png('red')).decode()}"
    assert sound == f"data:;base64,{base64.b64encode(wav(100)).decode()}"
    assert [item.item_id for item in batch] == ["seen", "told", "lost"]
    assert batch[2].media == {}
    assert report.counts == {"indexed": 2, "skipped": 0}
    assert [(row.line, row.item_id) for row in report.failed] == [(4, "bad"), (1, "seen")]
    assert [(row.line, row.item_id) for row in report.warnings] == [(3, "lost"), (3, "lost")]


def test_a_call_ends_at_so_many_items_or_so_many_bytes(
    items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "REMOTE_ITEMS", 2)
    server = Server()
    sent(items, server)
    assert [len(batch) for batch in server.batches] == [2, 1]
    monkeypatch.setattr(indexing, "REMOTE_BYTES", 10)
    server = Server()
    sent(items, server)
    assert [len(batch) for batch in server.batches] == [1, 2]


def test_urls_and_content_are_sent_as_they_are_and_files_only_from_the_folder(
    items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = items.parent
    for name in ("https://example.org/1.png", "data:image/png;base64,AAAA"):
        assert indexing._portable(name, root) == name
    with pytest.raises(MediaError, match="outside the catalogue's folder"):
        indexing._portable("../secret.png", root)
    with pytest.raises(MediaError, match="cannot be read"):
        indexing._portable("gone.png", root)
    monkeypatch.setattr(indexing, "REMOTE_FILE_BYTES", 10)
    with pytest.raises(MediaError, match="is over 10 bytes"):
        indexing._portable("red.png", root)
