"""A data folder, opened: settings, log, store and encoders that belong together.

Owns opening in the right order, reconciling what a crash left behind, and closing. Knows no
ranking.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from encoders.alignment.alignment import Alignment
from encoders.base import TextEncoder
from encoders.errors import AlignmentError
from encoders.modality import Perception
from encoders.registry import load_perception, load_text_encoder
from indexer.indexing.captions import CaptionEncoder
from indexer.indexing.indexer import Indexer, IndexReport, Progress, dims_of, fingerprints_of
from indexer.indexing.inheriting import inherit
from indexer.indexing.shared_space import JointEncoder, PartReader, SharedSpace
from indexer.log.event_log import EventLog
from indexer.media.download import Downloader
from indexer.media.folder import MediaFolder
from indexer.media.source import MediaSource
from indexer.stores.registry import digest_of
from indexer.stores.store import ItemStore, StoredItem
from service.config import Settings
from service.storage.alignments import Alignments
from service.storage.data_folder import DataFolder, encoder_names

logger = logging.getLogger(__name__)
PICTURES_FOLDER = "pictures"
"""Also of sounds."""
_OTHERS = (
    "other encoders than before: %s served last, the settings name %s; a start or `palate index` compares all items, "
    "and encodes those that have changed since"
)


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """Everything that is stored, and what turns content into vectors. Close it."""

    settings: Settings
    folder: DataFolder
    store: ItemStore
    text_encoder: TextEncoder
    perception: Perception | None
    """The encoder of what items are perceived by beside their words, where there is one."""
    joint: SharedSpace | None = None
    """The space of text and pictures, or sounds, that is in use."""
    unaligned: str = ""
    """Why the alignment that should be in use is not."""
    served_before: str = ""
    """The encoders that served last, where those are others."""

    @classmethod
    def open(cls, settings: Settings, *, anew: bool = False) -> Workspace:
        """StoreLocked where another process has the folder; EncoderMismatch where no store in it
        was made with these encoders.

        `anew` first forgets the vectors, for `Indexer.rebuild` to make them again from the log.
        """
        text = load_text_encoder(settings.encoders.text, settings.encoder_backend)
        perception = load_perception(
            settings.encoders.image, settings.encoders.audio, settings.encoder_backend
        )
        workspace = cls.open_with(settings, text, perception, anew=anew)
        if workspace.served_before and not anew:
            logger.warning(_OTHERS, workspace.served_before, _described(settings.encoder_names))
        return workspace

    @classmethod
    def open_with(
        cls,
        settings: Settings,
        text: TextEncoder,
        perception: Perception | None,
        *,
        anew: bool = False,
        beside: bool = False,
    ) -> Workspace:
        """The same with encoders that are loaded already; `beside` makes a store of them where
        there is none."""
        folder = DataFolder.open(settings)
        try:
            return cls._in(folder, settings, text, perception, anew=anew, beside=beside)
        except BaseException:
            folder.close()
            raise

    def beside(
        self, settings: Settings, text: TextEncoder, perception: Perception | None
    ) -> Workspace:
        """Of the same folder with other encoders, while this one goes on. It is closed by itself."""
        self.folder.join()
        try:
            return self._in(self.folder, settings, text, perception, anew=False, beside=True)
        except BaseException:
            self.folder.close()
            raise

    @classmethod
    def _in(
        cls,
        folder: DataFolder,
        settings: Settings,
        text: TextEncoder,
        perception: Perception | None,
        *,
        anew: bool,
        beside: bool,
    ) -> Workspace:
        dims, prints = dims_of(text, perception), fingerprints_of(text, perception)
        digest, in_use = digest_of(prints), folder.log.active_store()
        before = (
            "" if in_use in (None, digest) else _described(encoder_names(folder.log, in_use or ""))
        )
        store = folder.shelf.open(dims, prints, in_use=in_use, anew=anew, beside=beside)
        try:
            joint, unaligned = _joint(settings, text, perception, prints)
            if joint is not None:
                joint.make_room(store)
            folder.name_encoders(digest, settings.encoder_names)
        except BaseException:
            store.close()
            raise
        return cls(settings, folder, store, text, perception, joint, unaligned, before)

    @property
    def log(self) -> EventLog:
        return self.folder.log

    @property
    def alignment(self) -> Alignment | None:
        """What text and pictures, or sounds, share a space by, where that was trained."""
        return self.joint.alignment if isinstance(self.joint, JointEncoder) else None

    @property
    def dims(self) -> Mapping[str, int]:
        """Width of the encoders' vectors by vector name."""
        return dims_of(self.text_encoder, self.perception)

    @property
    def fingerprints(self) -> Mapping[str, str]:
        return fingerprints_of(self.text_encoder, self.perception)

    @property
    def digest(self) -> str:
        """What these encoders, and the store of their vectors, are called."""
        return digest_of(self.fingerprints)

    def reconcile(self, on_progress: Progress | None = None) -> IndexReport:
        """Bring the store up to the log, and put it to use if another served last. Other stores
        keep no people."""
        self.folder.shelf.forget_users(but=self.digest)
        return self.indexer().reconcile(on_progress)

    def indexer(self, on_stored: Callable[[Sequence[StoredItem]], None] | None = None) -> Indexer:
        """The one path by which items get in."""
        kept = MediaFolder(self.settings.data / PICTURES_FOLDER)
        media = MediaSource(kept, Downloader(self.settings.images.limits()))
        return Indexer(
            self.log,
            self.store,
            self.text_encoder,
            self.perception,
            media,
            joint=self.joint,
            on_stored=on_stored,
        )

    def inherit(self, serving: ItemStore | None) -> None:
        """Take the vectors of encoders that stay from the store in use, which is `serving` if it is
        open."""
        shelf, in_use = self.folder.shelf, self.log.active_store()
        for store in shelf.stores():
            names = [
                name
                for name, print_ in self.fingerprints.items()
                if store.fingerprints.get(name) == print_
            ]
            if store.digest == in_use and names:
                inherit(
                    self.store,
                    serving.scroll(names) if serving else shelf.scroll(store, names),
                    names,
                    self.log,
                )

    def warm_up(self) -> None:
        """The encoders' first batch takes a second, which no caller should wait for."""
        self.text_encoder.encode_queries([""])
        if self.perception is not None:
            self.perception.encode([self.perception.nothing()])

    def close(self) -> None:
        self.store.close()
        self.folder.close()


def _joint(
    settings: Settings,
    text: TextEncoder,
    perception: Perception | None,
    fingerprints: Mapping[str, str],
) -> tuple[SharedSpace | None, str]:
    """The space in use, that of the alignment before the encoder's own; and why the alignment that
    should be is not: its encoders may have been replaced."""
    encoder = None if perception is None else perception.encoder
    own = None if encoder is None or not encoder.shares_text_space else CaptionEncoder(encoder)
    try:
        alignment = Alignments(settings.data).active(fingerprints)
    except AlignmentError as error:
        return own, str(error)
    return (own if alignment is None else JointEncoder(alignment, PartReader(text))), ""


def _described(names: Mapping[str, str]) -> str:
    return (
        ", ".join(f"{kind} {name}" for kind, name in names.items())
        or "encoders whose names are not known"
    )
