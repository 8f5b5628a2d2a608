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
from indexer.indexing.indexer import Indexer, IndexReport
from indexer.ingest.problems import Problems
from indexer.ingest.sources.opening import file_source
from service.cli.commands import indexing
from service.cli.files import FileReport
from service.cli.interruption import left
from service.cli.maps import Maps
from tests.indexer.indexing.test_indexer import png
from tests.service.cli.conftest import Run
from tests.tones import wav

ROWS = [
    {"item_id": "seen", "image": "red.png", "audio": "100.wav"},
    {"item_id": "told", "title": "a book"},
    {"item_id": "lost", "title": "a film", "image": "gone.png"},
    {"title": "nameless"},
    {"item_id": "odd", "price": "much", "brand": "Acme"},
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
    assert report["counts"] == {"indexed": 4, "skipped": 0, "joined": 0}
    assert [(row["line"], row["reason"]) for row in report["failed"]] == [(4, "item_id is missing")]
    warned = [(row["item_id"], row["line"]) for row in report["warnings"]]
    assert sorted(warned) == [("lost", 3), ("odd", 5)]
    assert report["notes"] == ["taken as attributes: brand"]
    (again,) = run("index", items, "--json").json["files"]
    assert again["counts"] == {"indexed": 1, "skipped": 3, "joined": 0}  # a picture is tried again


def test_pictures_and_sounds_of_one_file_are_indexed_together(
    run: Run, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_ENCODERS__AUDIO", "fake")
    run("index", items)
    found = run("search", "--audio", "100.wav", "-k", 1, "--json").json["results"]
    assert (found[0]["item_id"], found[0]["sources"]) == ("seen", ["content_audio"])
    rebuilt = run("rebuild", "--json").json
    assert rebuilt["encoders"] == {"text": "fake", "image": "fake", "audio": "fake"}
    assert (rebuilt["indexed"], rebuilt["warnings"]) == (4, 1)


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


def sent(items: Path, server: Any) -> FileReport:
    report = FileReport(str(items), dict.fromkeys(indexing.COUNTS, 0), Problems("line"))
    maps = Maps("items", "", as_json=True)
    indexing._send(server, maps, file_source(items), report, lambda *_: None)
    return report


def test_what_is_sent_carries_its_files_and_errors_come_back_by_line(items: Path) -> None:
    server = Server()
    report = sent(items, server)
    (batch,) = server.batches
    (picture,), (sound,) = (batch[0].perceived(name) for name in ("image", "audio"))
    assert picture == f"data:;base64,{base64.b64encode(png('red')).decode()}"
    assert sound == f"data:;base64,{base64.b64encode(wav(100)).decode()}"
    assert [item.item_id for item in batch] == ["seen", "told", "lost", "odd"]
    assert batch[2].media == {}
    assert report.counts == {"indexed": 3, "skipped": 0, "joined": 0}
    failed = [(row.line, row.item_id) for row in report.problems.failed]
    warned = [(row.line, row.item_id) for row in report.problems.warnings]
    assert failed == [(4, None), (1, "seen")]
    assert sorted(warned) == [(3, "lost"), (5, "odd"), (5, "odd")]


def test_a_call_ends_at_so_many_items_or_so_many_bytes(
    items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "REMOTE_ITEMS", 2)
    server = Server()
    sent(items, server)
    assert [len(batch) for batch in server.batches] == [2, 2]
    monkeypatch.setattr(indexing, "REMOTE_BYTES", 10)
    server = Server()
    sent(items, server)
    assert [len(batch) for batch in server.batches] == [1, 2, 1]


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


def test_a_shop_file_comes_in_by_a_guess(run: Run) -> None:
    Path("shop.csv").write_text(
        "SKU;Product Name;Price;brand\nA-1;Red shirt;49,90 EUR;Acme\nA-2;Blue dress;N/A;Nord\n"
    )
    ran = run("index", "shop.csv", "--map", "auto")
    assert ran.code == 0
    assert "map: shop.map.toml" in ran.out
    assert "price is 'N/A': it is not a number; left out" in ran.out
    again = run("index", "shop.csv", "--map", "shop.map.toml", "--json").json["files"][0]
    assert again["counts"] == {"indexed": 0, "skipped": 2, "joined": 0}
    (found,) = run("search", "Red shirt", "-k", 1, "--json").json["results"]
    assert (found["item"]["price"], found["item"]["attributes"]) == (49.9, {"brand": "Acme"})


def test_an_address_that_is_not_read_is_named(run: Run) -> None:
    ran = run("index", "ftp://host/shop.csv")
    assert (ran.code, "ftp:// addresses are not read; fetch it first" in ran.err) == (2, True)


def test_ctrl_c_keeps_what_is_in_and_the_same_command_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.jsonl").write_text("".join(json.dumps({"item_id": str(n)}) + "\n" for n in range(5)))
    monkeypatch.setattr(indexing, "PART", 2)
    of_items = Indexer.index_items
    calls = []

    def interrupted(indexer: Indexer, *arguments: Any, **options: Any) -> IndexReport:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return of_items(indexer, *arguments, **options)

    monkeypatch.setattr(Indexer, "index_items", interrupted)
    ran = run("index", "a.jsonl")
    assert ran.code == 130
    assert next(line.split() for line in ran.out.splitlines() if "a.jsonl" in line)[1] == "2"
    assert ran.err.splitlines() == [left("index")]
    counts = run("index", "a.jsonl", "--json").json["files"][0]["counts"]
    assert counts == {"indexed": 3, "skipped": 2, "joined": 0}
