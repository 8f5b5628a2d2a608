"""Pictures and sounds of an export lie where its rows look for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.catalog.item import Item
from indexer.export.media import Became, MediaExport
from indexer.media.folder import MediaFolder, admitted


@pytest.fixture
def kept(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "kept")


def _file(folder: Path, name: str, content: bytes) -> str:
    """What the log calls it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return admitted(name, folder)


def _exported(exported: MediaExport, *names: str) -> tuple[str, ...]:
    return exported.of(Item("1", media={"image": names})).media["image"]


def test_files_keep_their_names_and_bytes_are_named_by_their_hash(
    tmp_path: Path, kept: MediaFolder
) -> None:
    shop, out = tmp_path / "shop", tmp_path / "out"
    out.mkdir()
    in_a_file, sent = _file(shop, "posters/1.png", b"file"), kept.keep(b"bytes")
    exported = MediaExport(out / "items.parquet", kept)
    names = _exported(exported, in_a_file, sent, "https://x.example/1.png")
    digest = sent.removeprefix("kept:")
    assert names == (
        "items.media/posters/1.png",
        f"items.media/{digest}",
        "https://x.example/1.png",
    )
    assert [(out / name).read_bytes() for name in names[:2]] == [b"file", b"bytes"]
    assert exported.counts == {("image", Became.COPIED): 2, ("image", Became.ADDRESS): 1}
    assert kept.known(admitted(names[1], out)) == sent
    assert kept.known(admitted(names[0], out)) == admitted(names[0], out)


def test_two_catalogues_may_call_different_pictures_alike(
    tmp_path: Path, kept: MediaFolder
) -> None:
    one, other = (_file(tmp_path / name, "1.png", name.encode()) for name in ("one", "other"))
    exported = MediaExport(tmp_path / "items.parquet", kept)
    names = _exported(exported, one, other, one)
    assert [(tmp_path / name).read_bytes() for name in names] == [b"one", b"other", b"one"]
    assert names[0] == names[2]


def test_what_lies_beside_the_export_already_is_not_copied(
    tmp_path: Path, kept: MediaFolder
) -> None:
    name = _file(tmp_path, "posters/1.png", b"file")
    exported = MediaExport(tmp_path / "items.parquet", kept)
    assert _exported(exported, name) == ("posters/1.png",)
    assert not (tmp_path / "items.media").exists()
    assert exported.counts == {("image", Became.IN_PLACE): 1}


def test_what_is_missing_or_not_wanted_is_counted(tmp_path: Path, kept: MediaFolder) -> None:
    name = _file(tmp_path / "shop", "1.png", b"file")
    without = MediaExport(tmp_path / "items.parquet", kept, copies=False)
    assert _exported(without, name) == ("1.png",)
    assert without.counts == {("image", Became.LEFT_OUT): 1}
    (tmp_path / "shop/1.png").unlink()
    exported = MediaExport(tmp_path / "items.parquet", kept)
    assert _exported(exported, name, "kept:" + "0" * 32) == ("1.png", "kept:" + "0" * 32)
    assert exported.counts == {("image", Became.MISSING): 2}
    assert not (tmp_path / "items.media").exists()
