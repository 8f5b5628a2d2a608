"""Backing up: a data folder into a vault, while a server has it open.

    the log at one moment -> the files that it names, and those beside it -> vectors, if wanted
    -> every block read again -> the manifest, from which on the backup counts

What the log names was written before it was named, so files that are read after the log are all
there. Only vectors need the folder for themselves. Knows no commands.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.errors import StoreLocked
from indexer.log.event_log import LogSnapshot
from indexer.log.opening import open_event_log
from service.backup.blocks import file_blocks, row_blocks, vector_blocks
from service.backup.erased import keep_erased
from service.backup.journal import forget_journals
from service.backup.manifest import Blocks, Manifest, Vectors
from service.backup.refused import keep_refused
from service.backup.vault import Vault
from service.config import Settings
from service.errors import BackupUnusable
from service.storage.alignments import ALIGNMENTS_FOLDER
from service.storage.data_folder import MEDIA_FOLDER, alone, registry_of

KEPT = 7
"""Backups of before that stay, this one counted."""
SETTINGS_FILE = "palate.toml"
_PG_DUMP = (
    "the log is in PostgreSQL and not in this backup: back it up with `pg_dump` before this, so that"
    " all models that it names are here"
)

Step = Callable[[str, int, int | None], None]
"""Called with a stage, what of it is done, and how much there is where that is known."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was backed up, and what of it was new."""

    name: str
    made_at: float
    """Unix seconds: what was acknowledged before is in it."""
    position: int
    """Of the log: what --at may be given."""
    rows: Mapping[str, int]
    """Of each table of the log."""
    files: int
    items_with_vectors: int | None
    """None where vectors were not wanted."""
    blocks: int
    new_blocks: int
    new_bytes: int
    forgotten: int
    """Backups of before that went."""
    remarks: Sequence[str]


def back_up(
    settings: Settings,
    folder: Path,
    *,
    vectors: bool = False,
    keep: int = KEPT,
    step: Step = lambda stage, done, total: None,
) -> BackupReport:
    """Add a backup of the data folder to a folder of backups.

    BackupUnusable where that cannot hold one, or `vectors` are wanted while another process has
    them; BackupDamaged where it turns out not to be sound, and does not count.
    """
    with closing(Vault.writing(folder)) as vault:
        return add_backup(settings, vault, vectors=vectors, keep=keep, step=step)[1]


def add_backup(
    settings: Settings,
    vault: Vault,
    *,
    vectors: bool = False,
    keep: int = KEPT,
    known: Collection[str] = (),
    step: Step = lambda stage, done, total: None,
) -> tuple[Manifest, BackupReport]:
    """The same in a vault that is open. Blocks that are `known` to be sound are not read again."""
    written_before, blocks_before = vault.written, vault.written_blocks
    with _folder_for_itself(settings) if vectors else nullcontext():
        manifest = _copied(settings, vault, step)
        if vectors:
            manifest = replace(manifest, vectors=_vectors(settings, vault, step))
    vault.verify(manifest, lambda done, total: step("verifying", done, total), known=known)
    vault.publish(manifest)
    forgotten = vault.keep(keep)
    forget_journals(vault.journal, but=manifest)
    return manifest, BackupReport(
        name=manifest.name,
        made_at=manifest.made_at,
        position=manifest.position,
        rows={name: blocks.count for name, blocks in manifest.tables.items()},
        files=len(manifest.files),
        items_with_vectors=None if manifest.vectors is None else manifest.vectors.items.count,
        blocks=len(set(manifest.digests())),
        new_blocks=vault.written_blocks - blocks_before,
        new_bytes=vault.written - written_before,
        forgotten=forgotten,
        remarks=[_PG_DUMP] if manifest.shared_log else [],
    )


def _copied(settings: Settings, vault: Vault, step: Step) -> Manifest:
    """Log and files."""
    before = vault.manifests()[-1].files if vault.has_backups() else {}
    with open_event_log(settings.log_url) as log:
        if not log.shared:
            keep_erased(vault.folder, log)
            keep_refused(vault.folder, log)
        made_at = time.time()
        with log.snapshot() as snapshot:
            models = _model_folders(snapshot)
            tables = {} if log.shared else _tables(snapshot, vault, step)
            return Manifest(
                made_at=made_at,
                position=snapshot.position,
                shared_log=log.shared,
                tables=tables,
                files=_files(settings.data, models, before, vault, step),
            )


def _tables(snapshot: LogSnapshot, vault: Vault, step: Step) -> Mapping[str, Blocks]:
    tables: dict[str, Blocks] = {}
    for name in snapshot.tables:
        tables[name] = _kept(
            row_blocks(snapshot.rows(name)),
            vault,
            lambda rows, name=name: step(f"log: {name}", rows, None),  # type: ignore[misc]
        )
    return tables


def _model_folders(snapshot: LogSnapshot) -> Sequence[str]:
    return [str(row["path"]) for page in snapshot.rows("models") for row in page]


def _files(
    data: Path, models: Sequence[str], before: Mapping[str, Blocks], vault: Vault, step: Step
) -> Mapping[str, Blocks]:
    """Those that were backed up `before` and are as long are not read again: all but settings and
    choices are written once."""
    paths = sorted(_paths(data, models))
    files: dict[str, Blocks] = {}
    for done, path in enumerate(paths, start=1):
        name = path.relative_to(data)
        # Else it was of an item that is not in use any more, and went meanwhile.
        with contextlib.suppress(FileNotFoundError):
            files[name.as_posix()] = _unchanged(path, name, before) or _file(path, vault)
        step("files", done, len(paths))
    return files


def _unchanged(path: Path, name: Path, before: Mapping[str, Blocks]) -> Blocks | None:
    """What was backed up of it, where it is one of those that are written once."""
    blocks = before.get(name.as_posix())
    written_once = len(name.parts) > 2
    if written_once and blocks is not None and blocks.count == path.stat().st_size:
        return blocks
    return None


def _paths(data: Path, models: Sequence[str]) -> Iterator[Path]:
    yield from (file for file in (data / SETTINGS_FILE,) if file.is_file())
    for name in (MEDIA_FOLDER, ALIGNMENTS_FOLDER, *models):
        yield from (file for file in (data / name).rglob("*") if _is_whole(file, data))


def _is_whole(path: Path, data: Path) -> bool:
    """Whether it is a file, and not one that is being written."""
    parts = path.relative_to(data).parts
    return path.is_file() and not any(part.endswith((".new", ".partial")) for part in parts)


def _file(path: Path, vault: Vault) -> Blocks:
    with path.open("rb") as stream:
        return _kept(file_blocks(stream), vault)


def _vectors(settings: Settings, vault: Vault, step: Step) -> Vectors | None:
    """Of the encoders of the store that served last; None where none has."""
    with open_event_log(settings.log_url) as log:
        active = log.active_store()
    registry = registry_of(settings)
    store = next((one for one in registry.stores() if one.digest == active), None)
    if store is None:
        return None
    pages, total = registry.scroll(store, sorted(store.fingerprints)), registry.count(store)
    items = _kept(vector_blocks(pages), vault, lambda done: step("vectors", done, total))
    return Vectors(store.digest, items)


def _kept(
    blocks: Iterable[tuple[bytes, int]],
    vault: Vault,
    watch: Callable[[int], None] = lambda done: None,
) -> Blocks:
    digests: list[str] = []
    count = 0
    for content, size in blocks:
        digests.append(vault.put(content))
        count += size
        watch(count)
    return Blocks(digests, count)


@contextmanager
def _folder_for_itself(settings: Settings) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(settings))
        except StoreLocked as error:
            raise BackupUnusable(
                settings.data,
                f"process {error.owner_pid} has its vectors open, which nobody else can read then",
                "leave --vectors out, a restore makes them anew; or stop that process first",
            ) from None
        yield
