"""A data folder, opened: settings, log, store and encoders that belong together.

Owns opening in the right order, reconciling what a crash left behind, and closing. Knows no ranking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from encoders.alignment import Alignment
from encoders.base import ImageEncoder, TextEncoder
from encoders.bundled import load_image_encoder, load_text_encoder
from encoders.errors import AlignmentError
from indexer.aligned import JointEncoder, PartReader
from indexer.build import Indexer, dims_of, fingerprints_of
from indexer.download import Downloader
from indexer.eventlog import EventLog
from indexer.picture_source import PictureSource
from indexer.pictures import PictureFolder
from indexer.store import ItemStore, StoredItem
from indexer.store_edge import EdgeStore
from indexer.store_qdrant import QdrantStore
from service.alignments import Alignments
from service.config import Settings

STORE_FOLDER = "vectors"
PICTURES_FOLDER = "pictures"


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """Everything that is stored, and what turns content into vectors. Close it."""

    settings: Settings
    log: EventLog
    store: ItemStore
    text_encoder: TextEncoder
    image_encoder: ImageEncoder | None
    joint: JointEncoder | None = None
    """The shared space of text and pictures that is in use."""
    unaligned: str = ""
    """Why the alignment that should be in use is not."""

    @classmethod
    def open(cls, settings: Settings, *, anew: bool = False) -> Workspace:
        """StoreLocked where another process has the folder; EncoderMismatch where it was made with other encoders.

        `anew` first forgets all vectors, for `Indexer.rebuild` to make them again from the log.
        """
        text = load_text_encoder(settings.encoders.text, settings.encoder_backend)
        image = load_image_encoder(settings.encoders.image, settings.encoder_backend)
        return cls.open_with(settings, text, image, anew=anew)

    @classmethod
    def open_with(
        cls, settings: Settings, text: TextEncoder, image: ImageEncoder | None, *, anew: bool = False
    ) -> Workspace:
        """The same with encoders that are loaded already."""
        settings.data.mkdir(parents=True, exist_ok=True)
        dims, prints = dims_of(text, image), fingerprints_of(text, image)
        store: ItemStore
        if settings.store.kind == "edge":
            store = EdgeStore.open(settings.data / STORE_FOLDER, dims=dims, fingerprints=prints, anew=anew)
        else:
            store = QdrantStore.open(
                settings.store.url, settings.store.prefix, dims=dims, fingerprints=prints, anew=anew
            )
        try:
            joint, unaligned = _joint(settings, text, prints)
            if joint is not None:
                joint.make_room(store)
            log = EventLog.open(settings.log_url)
        except BaseException:
            store.close()
            raise
        return cls(settings, log, store, text, image, joint, unaligned)

    @property
    def alignment(self) -> Alignment | None:
        """What text and pictures share a space by, where they do."""
        return None if self.joint is None else self.joint.alignment

    @property
    def dims(self) -> Mapping[str, int]:
        """Width of the encoders' vectors by vector name."""
        return dims_of(self.text_encoder, self.image_encoder)

    @property
    def fingerprints(self) -> Mapping[str, str]:
        return fingerprints_of(self.text_encoder, self.image_encoder)

    def indexer(self, on_stored: Callable[[Sequence[StoredItem]], None] | None = None) -> Indexer:
        """The one path by which items get in."""
        kept = PictureFolder(self.settings.data / PICTURES_FOLDER)
        pictures = PictureSource(kept, Downloader(self.settings.images.limits()))
        return Indexer(
            self.log,
            self.store,
            self.text_encoder,
            self.image_encoder,
            pictures,
            joint=self.joint,
            on_stored=on_stored,
        )

    def close(self) -> None:
        self.store.close()
        self.log.close()


def _joint(settings: Settings, text: TextEncoder, fingerprints: Mapping[str, str]) -> tuple[JointEncoder | None, str]:
    """The shared space in use, or why there is none although there should be: its encoders may have been replaced."""
    try:
        alignment = Alignments(settings.data).active(fingerprints)
    except AlignmentError as error:
        return None, str(error)
    return (None if alignment is None else JointEncoder(alignment, PartReader(text))), ""
