"""The folders of tenants: made, listed, suspended, moved and deleted, beside a server that runs.

    tenants/<name>/tenant.json      what makes a folder a tenant: its limits, and whether it is suspended
    tenants/.deleted-<name>-<hex>   on its way to be removed: nobody's any more

A server reads `tenant.json` when it opens a tenant, and looks at it every second while it is open. What
must not happen beside a call suspends the tenant first, and waits until nobody has its folder.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from encoders.durable import put_in_place, sync
from indexer.errors import StoreLocked
from service.config import Settings
from service.errors import TenantUnusable
from service.storage.data_folder import alone, registry_of
from service.tenants.tenant import FOLDER, checked_name, folder_of, is_name, settings_of_tenant

FILE = "tenant.json"
FORMAT = 1
PATIENCE_S = 30.0
"""How long calls of a tenant that was suspended may take to end."""
_LOOK_EVERY_S = 0.1
_DELETED = ".deleted-"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """What is kept of a tenant beside its data."""

    created_at: float
    """Unix seconds."""
    is_suspended: bool = False
    """Nobody's calls are answered."""
    max_items: int | None = None
    """None is as the settings say, 0 no limit; so for events."""
    max_events_per_day: int | None = None


class TenantFolders:
    """Those in the data folder of one server."""

    def __init__(self, settings: Settings, patience_s: float = PATIENCE_S) -> None:
        self._settings, self._patience_s = settings, patience_s
        self._root = settings.data / FOLDER

    def names(self) -> Sequence[str]:
        """All tenants, by name; suspended ones as well."""
        if not self._root.is_dir():
            return []
        return sorted(one.name for one in self._root.iterdir() if self.record(one.name))

    def record(self, name: str) -> TenantRecord | None:
        """None where there is no tenant of that name. TenantUnusable where what is kept of it is not
        what was written."""
        if not is_name(name):
            return None
        file = self._root / name / FILE
        try:
            content = json.loads(file.read_bytes())
            if content.pop("format") != FORMAT:
                raise ValueError("its format is another")
            return TenantRecord(**content)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            why = f"{file} cannot be read ({error})"
            raise TenantUnusable(name, why, "restore the file from a copy") from None

    def required(self, name: str) -> TenantRecord:
        """The same; TenantUnusable where there is none."""
        record = self.record(checked_name(name))
        if record is None:
            raise TenantUnusable(
                name, "there is none", "`palate tenants list` shows those there are"
            )
        return record

    def settings_of(self, name: str) -> Settings:
        """Of the data folder of a tenant, which need not be there."""
        return settings_of_tenant(self._settings, checked_name(name))

    def create(
        self,
        name: str,
        *,
        max_items: int | None = None,
        max_events_per_day: int | None = None,
        fill: Callable[[Path], None] = lambda folder: folder.mkdir(parents=True),
    ) -> None:
        """A new tenant; `fill` makes its folder, with what is to be in it."""
        folder = folder_of(self._settings.data, name)
        if folder.exists():
            raise TenantUnusable(
                name, f"{folder} is there already", "choose another name, or see to it"
            )
        fill(folder)
        record = TenantRecord(
            time.time(), max_items=max_items, max_events_per_day=max_events_per_day
        )
        _write(self._root / name, record)
        sync(self._root)

    def limit(self, name: str, max_items: int | None, max_events_per_day: int | None) -> None:
        """Other limits. A server that has it open follows within a second."""
        record = self.required(name)
        _write(
            self._root / name,
            replace(record, max_items=max_items, max_events_per_day=max_events_per_day),
        )

    def suspend(self, name: str, *, suspended: bool = True) -> None:
        """Answer none of its calls any more, or again. A running server follows within a second."""
        _write(self._root / name, replace(self.required(name), is_suspended=suspended))

    def delete(self, name: str) -> None:
        """Remove a tenant with all that is its own, once its calls have ended; StoreLocked where they
        do not, and it goes on as before. A database of PostgreSQL stays."""
        with self._taken(name):
            settings = self.settings_of(name)
            if settings.store.kind != "edge":
                registry = registry_of(settings)
                for store in registry.stores():
                    registry.drop(store.digest)
            gone = self._root / f"{_DELETED}{name}-{secrets.token_hex(4)}"
            settings.data.rename(gone)
            sync(self._root)
        shutil.rmtree(gone)

    def move(self, name: str, data: Path) -> Path:
        """Into the data folder of another server, on the same disk; returns where it lies then. As for
        `delete`, once its calls have ended."""
        if self._settings.store.kind != "edge" or self._settings.log.url:
            raise TenantUnusable(
                name,
                "not all of it lies in its folder",
                "use `palate tenants export`, and `create --from` where it goes",
            )
        target = folder_of(data, name)
        if target.exists():
            raise TenantUnusable(name, f"{target} is there already", "move it to another folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._taken(name) as before:
            try:
                (self._root / name).rename(target)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                todo = "use `palate tenants export`, and `create --from` there"
                raise TenantUnusable(name, f"{data} is on another disk", todo) from None
            sync(target.parent)
            sync(self._root)
        _write(target, before)
        return target

    def sweep(self) -> None:
        """Remove what a deletion left that was broken off."""
        for left in self._root.glob(f"{_DELETED}*"):
            shutil.rmtree(left, ignore_errors=True)

    @contextmanager
    def _taken(self, name: str) -> Iterator[TenantRecord]:
        """Suspended, and nobody has its folder; gives what was kept of it before. Where that or what is
        done then fails, it is as it was."""
        before = self.required(name)
        self.suspend(name)
        with ExitStack() as held:
            try:
                held.enter_context(self._alone(name))
                yield before
            except BaseException:
                if (self._root / name).is_dir():
                    _write(self._root / name, before)
                raise

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """StoreLocked where a process keeps the folder for longer than one waits."""
        until = time.monotonic() + self._patience_s
        with ExitStack() as held:
            while True:
                try:
                    held.enter_context(alone(self.settings_of(name)))
                    break
                except StoreLocked:
                    if time.monotonic() >= until:
                        raise
                    time.sleep(_LOOK_EVERY_S)
            yield


def _write(folder: Path, record: TenantRecord) -> None:
    """On the disk when this returns."""
    content = {"format": FORMAT, **asdict(record)}
    draft = folder / f"{FILE}.{os.getpid()}.new"
    put_in_place(folder / FILE, json.dumps(content, indent=1).encode(), draft)
    sync(folder)
