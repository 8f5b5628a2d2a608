"""The folder of backups: blocks that several backups share, and a manifest for each backup.

    <folder>/blocks/ab/abcd…     content, compressed, by its digest; written once, never changed
    <folder>/backups/<name>.json a backup: written last, so that what was interrupted does not count
    <folder>/journal/            events since the newest backup (`service.backup.journal`)
    <folder>/erased.json         who was deleted since (`service.backup.erased`)
    <folder>/refused.json        who refused since (`service.backup.refused`)
    <folder>/lock                held by who writes

Knows nothing of what is in a block.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from encoders.durable import put_in_place, sync
from indexer.errors import StoreLocked
from indexer.folder_lock import FolderLock
from service.backup.erased import ERASED
from service.backup.manifest import Manifest, digest_of
from service.backup.refused import REFUSED
from service.errors import BackupDamaged, BackupUnusable

_LEVEL = 1
"""Of compression: rows of the log take a fifth of their room, at 100 MB a second."""
_MANIFESTS, _BLOCKS, _JOURNAL = "backups", "blocks", "journal"
_LISTS = (ERASED, REFUSED)
_OURS = {_MANIFESTS, _BLOCKS, _JOURNAL, "lock", *_LISTS, *(f"{name}.new" for name in _LISTS)}
_AGAIN = (
    "this backup cannot be trusted: use another one of --at, or make a new one in another folder"
)

Watch = Callable[[int, int], None]
"""Called with the blocks that are done, and how many there are."""


class Vault:
    """Reading needs nothing but the folder; `Vault.writing` holds its lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = 0
        """Bytes of content that were new."""
        self.written_blocks = 0
        self._lock: FolderLock | None = None

    @classmethod
    def writing(cls, folder: Path) -> Vault:
        """The vault in a folder, made where it is empty or not there. Close it. BackupUnusable where
        it holds something else, or another process writes to it."""
        if folder.exists() and not folder.is_dir():
            raise BackupUnusable(folder, "it is a file", "name a folder")
        strangers = sorted({path.name for path in _children(folder)} - _OURS)
        if strangers:
            todo = "name an empty folder, or one of earlier backups"
            raise BackupUnusable(folder, f"it holds {strangers[0]!r}, which is no backup", todo)
        vault = cls(folder)
        try:
            vault._lock = FolderLock(folder)
        except StoreLocked as error:
            why = f"process {error.owner_pid} makes a backup there"
            raise BackupUnusable(folder, why, "wait for it to end, or stop it") from None
        for part in (_BLOCKS, _MANIFESTS, _JOURNAL):
            (folder / part).mkdir(exist_ok=True)
        return vault

    @property
    def journal(self) -> Path:
        return self.folder / _JOURNAL

    def close(self) -> None:
        """Let another process write."""
        if self._lock is not None:
            self._lock.release()

    # blocks

    def put(self, content: bytes) -> str:
        """Keep a block, once; its digest."""
        digest = digest_of(content)
        file = self._file(digest)
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            put_in_place(file, zlib.compress(content, _LEVEL))
            self.written += len(content)
            self.written_blocks += 1
        return digest

    def get(self, digest: str) -> bytes:
        """A block; BackupDamaged, which names the file, where it is not what was put in."""
        file = self._file(digest)
        try:
            content = zlib.decompress(file.read_bytes())
        except FileNotFoundError:
            raise BackupDamaged(file, "is missing", _AGAIN) from None
        except (OSError, zlib.error) as error:
            raise BackupDamaged(file, f"cannot be read ({error})", _AGAIN) from None
        if digest_of(content) != digest:
            raise BackupDamaged(file, "is damaged: its checksum differs", _AGAIN)
        return content

    def verify(
        self,
        manifest: Manifest,
        watch: Watch = lambda done, total: None,
        *,
        known: Collection[str] = (),
    ) -> None:
        """Read every block of a backup that is not `known` to be sound; BackupDamaged names the
        first that is not."""
        digests = sorted(set(manifest.digests()).difference(known))
        for done, digest in enumerate(digests, start=1):
            self.get(digest)
            watch(done, len(digests))

    # backups

    def manifests(self) -> Sequence[Manifest]:
        """Oldest first. BackupUnusable where there is none, BackupDamaged where one cannot be read."""
        files = sorted((self.folder / _MANIFESTS).glob("*.json"))
        if not files:
            todo = "make one with `palate backup`, or name the folder of one"
            raise BackupUnusable(self.folder, "there is no backup in it", todo)
        return [self._read(file) for file in files]

    def has_backups(self) -> bool:
        return any((self.folder / _MANIFESTS).glob("*.json"))

    def publish(self, manifest: Manifest) -> None:
        """The backup counts from here on: its blocks are on the disk before its manifest is."""
        for folder in (*(self.folder / _BLOCKS).iterdir(), self.folder / _BLOCKS):
            sync(folder)
        file = self.folder / _MANIFESTS / f"{manifest.name}.json"
        put_in_place(file, manifest.to_json().encode())
        sync(file.parent)

    def keep(self, newest: int) -> int:
        """Forget all but so many backups, and every block that none of them uses, also those of what
        was interrupted; returns how many backups went."""
        files = sorted((self.folder / _MANIFESTS).glob("*.json"))
        old = files[:-newest]
        for file in old:
            file.unlink()
        used = {digest for manifest in self.manifests() for digest in manifest.digests()}
        self._sweep(used)
        return len(old)

    def _sweep(self, used: Collection[str]) -> None:
        for file in (self.folder / _BLOCKS).glob("??/*"):
            if file.name not in used:
                file.unlink()
        for draft in (self.folder / _MANIFESTS).glob("*.new"):
            draft.unlink()

    def _read(self, file: Path) -> Manifest:
        try:
            return Manifest.from_json(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise BackupDamaged(file, str(error), "remove it to use the others") from None

    def _file(self, digest: str) -> Path:
        return self.folder / _BLOCKS / digest[:2] / digest


def _children(folder: Path) -> Sequence[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
