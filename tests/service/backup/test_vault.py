"""A vault keeps each block once, counts a backup from its manifest on, and names what is damaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from service.backup.manifest import Blocks, Manifest
from service.backup.vault import Vault
from service.errors import BackupDamaged, BackupUnusable


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    opened = Vault.writing(tmp_path / "backups")
    yield opened
    opened.close()


def _manifest(made_at: float, digests: Sequence[str]) -> Manifest:
    return Manifest(made_at, 0, False, {"events": Blocks(digests, 1)}, {})


def _blocks(vault: Vault) -> set[str]:
    return {path.name for path in (vault.folder / "blocks").glob("??/*")}


def test_a_block_is_kept_once_and_comes_back(vault: Vault) -> None:
    first, again = vault.put(b"rows" * 100), vault.put(b"rows" * 100)
    assert (first, vault.get(first)) == (again, b"rows" * 100)
    assert (vault.written, vault.written_blocks) == (400, 1)


def test_a_damaged_and_a_missing_block_are_named(vault: Vault) -> None:
    damaged, swapped, missing = (vault.put(name) for name in (b"a", b"b", b"c"))
    files = [vault.folder / "blocks" / one[:2] / one for one in (damaged, swapped, missing)]
    files[1].write_bytes(files[0].read_bytes())
    files[0].write_bytes(b"?" + files[0].read_bytes()[1:])
    files[2].unlink()
    for digest, why in ((damaged, "cannot be read"), (swapped, "differs"), (missing, "missing")):
        with pytest.raises(BackupDamaged, match=f"{digest} .*{why}"):
            vault.verify(_manifest(1.0, [digest]))
        vault.verify(_manifest(1.0, [digest]), known=[digest])


def test_backups_are_listed_oldest_first_and_only_the_newest_stay(vault: Vault) -> None:
    shared = vault.put(b"shared")
    of = [vault.put(f"{n}".encode()) for n in range(3)]
    for n in (1, 0, 2):
        vault.publish(_manifest(float(n), [shared, of[n]]))
    vault.put(b"of a backup that was interrupted")
    assert [one.made_at for one in vault.manifests()] == [0.0, 1.0, 2.0]
    assert vault.keep(2) == 1
    assert [one.made_at for one in vault.manifests()] == [1.0, 2.0]
    assert _blocks(vault) == {shared, of[1], of[2]}


def test_a_manifest_that_is_damaged_is_named(vault: Vault) -> None:
    vault.publish(_manifest(1.0, []))
    (file,) = (vault.folder / "backups").glob("*.json")
    file.write_text(file.read_text().replace('"position": 0', '"position": 1'))
    with pytest.raises(BackupDamaged, match=file.name):
        vault.manifests()


def test_a_folder_without_backups_says_so(tmp_path: Path) -> None:
    with pytest.raises(BackupUnusable, match="no backup in it"):
        Vault(tmp_path).manifests()


def test_one_process_writes_at_a_time(vault: Vault) -> None:
    with pytest.raises(BackupUnusable, match="makes a backup there"):
        Vault.writing(vault.folder)
    vault.close()
    vault._lock = None
    Vault.writing(vault.folder).close()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(BackupUnusable, match=r"thesis\.txt"):
        Vault.writing(tmp_path)
    with pytest.raises(BackupUnusable, match="it is a file"):
        Vault.writing(tmp_path / "thesis.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
