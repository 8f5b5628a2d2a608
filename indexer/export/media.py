"""Pictures and sounds of an export: copies beside its file, by names that go back in with it.

What is in a file is copied below `<file>.media`: under the path that it had in its catalogue's folder, what
came as bytes under its hash. What lies where the export's own rows would look for it stays where it
is, and so does what is on the web. Knows no tables.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from enum import StrEnum
from pathlib import Path

from encoders.errors import MediaError
from indexer.catalog.item import Item
from indexer.media.folder import MediaFolder, is_url, kept_hash, public_name


class Became(StrEnum):
    """What became of one picture or sound."""

    COPIED = "copied"
    IN_PLACE = "in place"
    ADDRESS = "address"
    MISSING = "missing"
    LEFT_OUT = "left out"


class MediaExport:
    """Of one file of items."""

    def __init__(self, file: Path, kept: MediaFolder, *, copies: bool = True) -> None:
        """Without `copies` rows have the names that callers see, and nothing is copied."""
        self._beside, self._folder = file.parent, Path(f"{file.stem}.media")
        self._kept, self._copies = kept, copies
        self._sources: dict[Path, Path] = {}
        """What was copied, by where to."""
        self.counts: Counter[tuple[str, Became]] = Counter()
        """By modality."""

    def of(self, item: Item) -> Item:
        """The item as its row has it."""
        for modality, names in item.media.items():
            item = item.with_perceived(modality, [self._name(modality, name) for name in names])
        return item

    def _name(self, modality: str, name: str) -> str:
        named, became = self._exported(name)
        self.counts[modality, became] += 1
        return named

    def _exported(self, name: str) -> tuple[str, Became]:
        if is_url(name):
            return name, Became.ADDRESS
        shown, source = public_name(name), self._source(name)
        if source is None:
            return shown, Became.MISSING
        if _is_same(self._beside / shown, source):
            return shown, Became.IN_PLACE
        if not self._copies:
            return shown, Became.LEFT_OUT
        target = self._folder / (kept_hash(name) or shown)
        if self._sources.setdefault(target, source) != source:  # another catalogue's of this name
            digest = hashlib.blake2b(bytes(source), digest_size=8).hexdigest()
            target = target.with_name(f"{digest}-{target.name}")
        copy = self._beside / target
        if not _is_same(copy, source):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        return target.as_posix(), Became.COPIED

    def _source(self, name: str) -> Path | None:
        try:
            source = self._kept.path(name)
        except MediaError:  # a path of which nobody knows the folder any more
            return None
        return source if source.is_file() else None


def _is_same(path: Path, source: Path) -> bool:
    return path.exists() and path.samefile(source)
