"""`--map`: our own columns, a guess, a preset, a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from indexer.errors import CatalogError
from indexer.ingest.mapping.mapping import ColumnMap
from indexer.ingest.problems import Problems
from indexer.ingest.sources.opening import file_source
from indexer.ingest.sources.source import Row
from service.cli.files import FileReport
from service.cli.maps import Maps

CONTENT = "SKU,Product Name,Price,brand\n1,Shirt,$5.00,Acme\n2,Dress,$6.00,Nord\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "shop.csv"
    path.write_text(CONTENT)
    return path


def mapped(path: Path, option: str, kind: Any = "items") -> tuple[ColumnMap, FileReport, int]:
    """The map, what is reported, and how many rows come afterwards."""
    report = FileReport(str(path), {}, Problems())
    source, mapping = Maps(kind, option, as_json=False).of(file_source(path), report)
    return mapping, report, len([row for row in source.open() if isinstance(row, Row)])


def test_a_guess_is_shown_written_and_read_back(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, report, rows = mapped(shop, "auto")
    assert mapping.fields == {"item_id": ("SKU",), "title": ("Product Name",), "price": ("Price",)}
    assert rows == 2
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "price Price $5.00 · $6.00" in shown
    assert "attribute brand Acme · Nord" in shown
    written = Path(report.map)
    assert written == shop.with_name("shop.map.toml")
    assert ColumnMap.read(written) == mapping
    assert mapped(shop, str(written))[0] == mapping


def test_a_map_that_somebody_changed_stays(shop: Path) -> None:
    first = mapped(shop, "auto")[1].map
    assert mapped(shop, "auto")[1].map == first
    Path(first).write_text("kind = 'items' # mine\n")
    second = mapped(shop, "auto")[1].map
    assert Path(second).name == "shop-2.map.toml"
    assert "read with it by --map shop-2.map.toml\n" in Path(second).read_text()
    assert mapped(shop, "auto")[1].map == second
    assert "mine" in Path(first).read_text()


def test_files_with_the_same_columns_have_one_map(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "more.csv"
    other.write_text(CONTENT)
    maps = Maps("items", "auto", as_json=True)
    reports = [FileReport(str(path), {}, Problems()) for path in (shop, other)]
    found = [
        maps.of(file_source(path), report)[1]
        for path, report in zip((shop, other), reports, strict=True)
    ]
    assert found[0] == found[1]
    assert [bool(report.map) for report in reports] == [True, False]


def test_other_columns_than_ours_are_attributes_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("item_id,title,brand\n1,a,Acme\n")
    mapping, report, _ = mapped(path, "")
    assert mapping == ColumnMap.own("items")
    assert report.notes == ["taken as attributes: brand"]


def test_without_an_id_the_way_on_is_told(shop: Path) -> None:
    says = (
        r"no column 'item_id' \(it has SKU, Product Name, Price, brand\); guess with `--map auto`"
    )
    with pytest.raises(CatalogError, match=says):
        mapped(shop, "")


def test_a_preset_is_named(shop: Path) -> None:
    assert mapped(shop, "woocommerce")[0].parent == "Parent"


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("gone.toml", "there is no such map; give a file, auto, or one of amazon-meta"),
        ("movielens-ratings", "it is a map of events; give one of items"),
    ],
)
def test_a_map_that_cannot_be_used_is_told(shop: Path, option: str, says: str) -> None:
    with pytest.raises(CatalogError, match=says):
        mapped(shop, option)


def test_columns_of_events_that_are_not_read_are_told(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("user_id,item_id,event_type,timestamp,note\nu,i,view,5,x\n")
    assert mapped(path, "", "events")[1].notes == ["not read: note"]
