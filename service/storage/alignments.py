"""The alignments of a data folder, and which of them is in use.

    <data>/alignments/<version>/    one each; kept, since models may have been trained with it
    <data>/alignments/active        the version in use; without this file none is

Knows nothing of vectors: `indexer.indexing.shared_space` puts them into the store.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from encoders.errors import AlignmentError

if TYPE_CHECKING:
    from encoders.alignment.alignment import Alignment

_FOLDER = "alignments"
_ACTIVE = "active"


class Alignments:
    """Reading, keeping and choosing. What is in use changes in one step."""

    def __init__(self, data: Path) -> None:
        self._folder = data / _FOLDER

    def active(self, encoders: Mapping[str, str]) -> Alignment | None:
        """The one in use; AlignmentError where it cannot be read, or belongs to other encoders than
        these."""
        version = self.active_version()
        return self.read(version, encoders) if version else None

    def active_version(self) -> str:
        """Empty where none is in use."""
        try:
            return (self._folder / _ACTIVE).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""

    def versions(self) -> list[str]:
        """All that are kept, oldest first."""
        return sorted(
            path.parent.name
            for path in self._folder.glob("*/alignment.json")
            if path.parent.suffix == ""
        )

    def read(self, version: str, encoders: Mapping[str, str]) -> Alignment:
        """One by version, whether in use or not."""
        from encoders.alignment.alignment import read_alignment

        if version not in self.versions():
            known = ", ".join(self.versions()) or "none"
            raise AlignmentError(
                version,
                f"there is none of this name, only {known}",
                "train one with `palate align`",
            )
        return read_alignment(self._folder / version, encoders)

    def keep(self, alignment: Alignment) -> None:
        alignment.save(self._folder / alignment.version)

    def use(self, version: str) -> None:
        """From the next opening of the data folder on; the empty version means none."""
        active = self._folder / _ACTIVE
        if not version:
            active.unlink(missing_ok=True)
            return
        draft = active.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(version + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(active)
