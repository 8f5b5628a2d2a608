"""MediaSource: from what an item calls a picture or a sound to the content, got and decoded ahead of
the encoder.

Owns how much is fetched and decoded at once. Knows nothing of items, rows and vectors.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING, Any

from encoders.decoding.decoder import check_decodable
from encoders.errors import MediaError
from encoders.modality import MediaModality
from indexer.media.folder import MediaFolder, admitted, is_inline, is_url, public_name, unpacked
from indexer.media.limits import DownloadLimits

if TYPE_CHECKING:
    from indexer.media.download import Downloader

THREADS = 8
DECODING = max(2, (os.cpu_count() or 1) // 4)
"""Pictures that are decoded at once, for which a core does what four do in the network: one of 64
million pixels takes 192 MB."""
AHEAD = 16
"""Contents that are there and wait for the encoder."""

Loaded = Any | MediaError
"""Decoded content, or why there is none."""


class MediaSource:
    """Media in folders, kept by us, and on the web. Safe to share between threads."""

    def __init__(self, kept: MediaFolder, limits: DownloadLimits) -> None:
        self.kept, self._limits = kept, limits
        self._decoding = Semaphore(DECODING)

    def admit(self, name: str, root: Path | None, modality: str) -> str:
        """`name` as the log may have it, kept if it is the content itself; MediaError when it
        cannot be had so."""
        if is_inline(name):
            return self.keep(unpacked(name, self._limits.max_bytes), modality)
        return self.kept.known(admitted(name, root))

    def keep(self, content: bytes, modality: str) -> str:
        """What an item calls content that came along, once it is stored; MediaError, and nothing is
        stored, where it cannot be decoded."""
        with self._decoding:
            check_decodable(modality, content)
        return self.kept.keep(content)

    @contextmanager
    def loading(self, names: Sequence[str], modality: MediaModality) -> Iterator[Iterator[Loaded]]:
        """What the log calls so, in the order given. Fetching begins now, and stays at most `AHEAD`
        ahead of who takes them."""
        rest = iter(names)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="media") as pool:
            waiting: deque[Future[Loaded]] = deque(
                pool.submit(self._load, name, modality) for name in islice(rest, AHEAD)
            )

            def in_order() -> Iterator[Loaded]:
                while waiting:
                    loaded = waiting.popleft().result()
                    waiting.extend(
                        pool.submit(self._load, name, modality) for name in islice(rest, 1)
                    )
                    yield loaded

            try:
                yield in_order()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def source_of(self, name: str) -> Path | bytes:
        """A file, or what was fetched, of what the log calls so. MediaError where it cannot be had."""
        return self._downloader.fetch(name) if is_url(name) else self.kept.path(name)

    @cached_property
    def _downloader(self) -> Downloader:
        from indexer.media.download import Downloader  # TLS and HTTP take 40 ms, and few fetch

        return Downloader(self._limits)

    def _load(self, name: str, modality: MediaModality) -> Loaded:
        try:
            source = self.source_of(name)
            with self._decoding:
                return modality.open(source, public_name(name))
        except MediaError as error:
            return error
