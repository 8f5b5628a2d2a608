"""What one backup holds, as a file that says whether it is whole.

Blocks are named by their digests (`service.backup.vault`). Knows nothing of what is in them, nor of
how they are made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b

FORMAT = 1
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Blocks:
    """Something in blocks, in order."""

    digests: Sequence[str]
    count: int
    """Rows of a table, bytes of a file, items of the vectors."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of the store that served."""

    store: str
    """Digest of the fingerprints of its encoders."""
    items: Blocks


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup."""

    made_at: float
    """When the log was looked at, Unix seconds."""
    position: int
    """`seq` of the newest event then."""
    shared_log: bool
    """Whether the log is on a database server, and therefore not in here."""
    tables: Mapping[str, Blocks] = field(hash=False)
    """Of the log, by name."""
    files: Mapping[str, Blocks] = field(hash=False)
    """By their paths in the data folder."""
    vectors: Vectors | None = None

    @property
    def name(self) -> str:
        """Later ones sort behind earlier ones."""
        made = datetime.fromtimestamp(self.made_at, UTC)
        return f"{made:%Y%m%dT%H%M%S.%f}Z"

    def digests(self) -> Iterator[str]:
        """Of all blocks; one that is used twice comes twice."""
        for blocks in (*self.tables.values(), *self.files.values()):
            yield from blocks.digests
        if self.vectors is not None:
            yield from self.vectors.items.digests

    def to_json(self) -> str:
        """With a checksum over the rest."""
        return json.dumps(asdict(self) | {"format": FORMAT, "checksum": self._checksum()}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """ValueError where it is not what `to_json` wrote."""
        try:
            row = json.loads(text)
            checksum, version = row.pop("checksum"), row.pop("format")
            vectors = row.pop("vectors")
            manifest = cls(
                tables=_blocks_by_name(row.pop("tables")),
                files=_blocks_by_name(row.pop("files")),
                vectors=vectors and Vectors(vectors["store"], Blocks(**vectors["items"])),
                **row,
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"is no manifest of a backup ({error})") from None
        if version != FORMAT:
            raise ValueError(f"has format {version}, and this Palate reads {FORMAT}")
        if checksum != manifest._checksum():
            raise ValueError("is not what was written: its checksum differs")
        return manifest

    def _checksum(self) -> str:
        return digest_of(json.dumps(asdict(self), sort_keys=True).encode())


def digest_of(content: bytes) -> str:
    """What a block is called."""
    return blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()


def _blocks_by_name(rows: Mapping[str, Mapping[str, object]]) -> dict[str, Blocks]:
    return {name: Blocks(**row) for name, row in rows.items()}  # type: ignore[arg-type]
