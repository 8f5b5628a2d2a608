"""Where the media of items are: in the folder of a catalogue, on the web, or kept by us as they came
as bytes.

What an item in the log calls one is a path, `kept:<hash>` or a URL, so that everything can be
encoded again without knowing where it came from. A path reads `<folder>/./<path in it>`: files open
under it as it is, and callers see what comes after the dot only. Knows nothing of what is in them,
and does not fetch: `indexer.media.source` does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

from encoders.durable import put_in_place
from encoders.errors import MediaError
from indexer.catalog.item import Item

_KEPT = re.compile(r"kept:([0-9a-f]{32})")
_URL = re.compile(r"https?://", re.IGNORECASE)
_DATA_URI = re.compile(r"data:[^,]*?(;base64)?,", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_ROOT_ENDS = "/./"


def is_url(name: str) -> bool:
    """Whether a name of content is an address, and no path in a folder."""
    return _URL.match(name) is not None


def is_inline(name: str) -> bool:
    """Whether it is the content itself, as a data: URI."""
    return name[:5].lower() == "data:"


def admitted(name: str, root: Path | None) -> str:
    """`name` as the log may have it; MediaError for a path that does not lie in the folder `root`,
    links followed."""
    if is_url(name) or _KEPT.fullmatch(name):
        return name
    if scheme := _OTHER_SCHEME.match(name):
        raise MediaError(
            name,
            f"{scheme[1].lower()}:// is not read",
            "give an https:// address, a path in the catalogue's folder, or the file itself",
        )
    if root is None:
        raise MediaError(
            name,
            "cannot be read: no folder of files is configured",
            "send the file, or give its URL",
        )
    root = root.resolve()
    try:
        path = (root / name).resolve()
    except (
        OSError,
        RuntimeError,
        ValueError,
    ) as error:  # a NUL, a loop of links, a name that is too long
        raise MediaError(name, f"is no usable path ({error})", "check the path") from None
    if not path.is_relative_to(root):
        raise MediaError(
            name, "lies outside the catalogue's folder", f"only files under {root} are read"
        )
    return f"{str(root).rstrip('/')}{_ROOT_ENDS}{path.relative_to(root)}"


def kept_hash(name: str) -> str:
    """Of what is kept, the hash that it is called by; empty for a path or an address."""
    kept = _KEPT.fullmatch(name)
    return "" if kept is None else kept[1]


def public_name(name: str) -> str:
    """What the log calls it, as callers see it: of a path the part in its folder, anything else as
    it is."""
    if is_url(name) or not name.startswith("/"):
        return name
    _, dot, inside = name.rpartition(_ROOT_ENDS)
    return inside if dot else Path(name).name


def public(item: Item) -> Item:
    """An item of the log as callers see it: without where its media lie on our disk."""
    for modality, names in item.media.items():
        item = item.with_perceived(modality, [public_name(name) for name in names])
    return item


def unpacked(data_uri: str, max_bytes: int) -> bytes:
    """What is in a data: URI; MediaError when it is no such thing, or too large."""
    label = f"{data_uri[:40]}… ({len(data_uri):,} characters)"
    head = _DATA_URI.match(data_uri)
    if head is None:
        raise MediaError(
            label, "is no data: URI", "give data:image/png;base64,… or data:audio/mpeg;base64,…"
        )
    body = data_uri[head.end() :]
    try:
        content = (
            base64.b64decode(unquote_to_bytes(body), validate=True)
            if head[1]
            else unquote_to_bytes(body)
        )
    except binascii.Error as error:
        raise MediaError(label, f"is not sound base64 ({error})", "encode it again") from None
    if len(content) > max_bytes:
        raise MediaError(
            label, f"is over {max_bytes:,} bytes", "give a smaller one, or raise images.max_bytes"
        )
    return content


class MediaFolder:
    """Media that came as bytes, each in a file named by its hash."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, content: bytes) -> str:
        """Store it, synced, and return what an item calls it. The same content is stored once."""
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        file = self._file(digest)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_name(f"{digest}.{os.getpid()}.new")
            put_in_place(file, content, draft)
        return f"kept:{digest}"

    def known(self, name: str) -> str:
        """What an item calls it if the file is an exported copy of what is kept here, which is named by
        its hash; else `name`."""
        kept = f"kept:{Path(name).name}"
        return kept if not is_url(name) and kept_hash(kept) and self.path(kept).exists() else name

    def path(self, name: str) -> Path:
        """The file of what the log calls so, unless it is a URL."""
        if kept := _KEPT.fullmatch(name):
            return self._file(kept[1])
        path = Path(name)
        if not path.is_absolute():
            raise MediaError(name, "is a relative path without its folder", "index the item again")
        return path

    def damaged(self) -> Iterator[str]:
        """Names of what is kept and is not as it came: each file is named by its hash."""
        for file in sorted(self._root.glob("??/*")):
            if _KEPT.fullmatch(f"kept:{file.name}"):
                with file.open("rb") as stream:
                    content = hashlib.blake2b(stream.read(), digest_size=16)
                if content.hexdigest() != file.name:
                    yield f"kept:{file.name}"

    def unused(self, used: Collection[str]) -> set[str]:
        """What is kept and not among `used`, as items call it."""
        return {f"kept:{file.name}" for file in self._root.glob("??/*")}.difference(used)

    def remove(self, names: Collection[str]) -> None:
        """What is kept under these names, and what an interrupted `keep` left."""
        for name in names:
            self._file(name.removeprefix("kept:")).unlink(missing_ok=True)

    def _file(self, digest: str) -> Path:
        return self._root / digest[:2] / digest
