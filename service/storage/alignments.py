"""The alignments of a data folder, and which of them are active.

    <data>/alignments/<version>/    one each; kept, since models may have been trained with it
    <data>/alignments/active        the active versions, one a line, at most one for each modality

Knows nothing of vectors: `indexer.indexing.shared_space` puts them into the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from encoders.durable import put_in_place
from encoders.errors import AlignmentError

if TYPE_CHECKING:
    from encoders.alignment.checkpoint import Alignment

ALIGNMENTS_FOLDER = "alignments"
"""In the data folder."""
_ACTIVE = "active"


class Alignments:
    """Reading, keeping and choosing. What is active changes in one step."""

    def __init__(self, data: Path) -> None:
        self._folder = data / ALIGNMENTS_FOLDER

    def active(
        self, encoders: Mapping[str, str]
    ) -> tuple[dict[str, Alignment], list[AlignmentError]]:
        """The active ones by modality, and why some of them cannot be used: they cannot be read, or
        belong to other encoders than these."""
        usable: dict[str, Alignment] = {}
        errors: list[AlignmentError] = []
        for version in self.active_versions():
            try:
                alignment = self.read(version, encoders)
            except AlignmentError as error:
                errors.append(error)
            else:
                usable[alignment.modality] = alignment
        return usable, errors

    def active_versions(self) -> list[str]:
        """Versions of the active alignments, one a modality at most."""
        try:
            text = (self._folder / _ACTIVE).read_text(encoding="utf-8", errors="replace")
            return text.split()
        except FileNotFoundError:
            return []

    def versions(self) -> list[str]:
        """All that are kept, oldest first."""
        return sorted(
            path.parent.name
            for path in self._folder.glob("*/alignment.json")
            if path.parent.suffix == ""
        )

    def read(self, version: str, encoders: Mapping[str, str]) -> Alignment:
        """One by version, whether active or not."""
        from encoders.alignment.checkpoint import read_alignment

        if version not in self.versions():
            known = ", ".join(self.versions()) or "none"
            raise AlignmentError(
                version,
                f"there is none of this name, only {known}",
                "train one with `palate align`",
            )
        return read_alignment(self._folder / version, encoders)

    def keep(self, alignment: Alignment) -> None:
        """Save an alignment; it does not serve until it is activated."""
        alignment.save(self._folder / alignment.version)

    def activate(self, alignment: Alignment, encoders: Mapping[str, str]) -> None:
        """In place of the one of its modality, from the next opening of the data folder on. One that
        these encoders cannot use is no longer active."""
        usable, _ = self.active(encoders)
        others = [one.version for name, one in usable.items() if name != alignment.modality]
        self._write([*others, alignment.version])

    def deactivate(self, modality: str, encoders: Mapping[str, str]) -> None:
        """The one of this modality, and those that these encoders cannot use; with an empty name
        all."""
        usable, _ = self.active(encoders) if modality else ({}, [])
        self._write([one.version for name, one in usable.items() if name != modality])

    def _write(self, versions: Sequence[str]) -> None:
        active = self._folder / _ACTIVE
        if not versions:
            active.unlink(missing_ok=True)
            return
        put_in_place(active, "".join(f"{version}\n" for version in versions).encode())
