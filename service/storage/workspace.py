"""A data folder, opened: settings, log, store and encoders that belong together.

Owns opening in the right order, reconciling what a crash left behind, and closing. Knows no
ranking.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from encoders.alignment.checkpoint import Alignment
from encoders.base import TextEncoder
from encoders.fingerprint import digest_of
from encoders.modality import Modalities, dims_of, fingerprints_of
from encoders.registry import load_modalities, load_text_encoder
from indexer.indexing.captions import CaptionEncoder
from indexer.indexing.indexer import Indexer, IndexReport, RowProgress
from indexer.indexing.inheriting import inherit
from indexer.indexing.shared_space import JointEncoder, PartReader, SharedSpace
from indexer.log.event_log import EventLog
from indexer.stores.store import ItemStore, StoredItem
from service.config import Settings
from service.storage.alignments import Alignments
from service.storage.data_folder import DataFolder, media_of
from service.storage.encoder_names import encoder_names, keep_encoder_names
from service.storage.stand import LatestStand, Stand

logger = logging.getLogger(__name__)
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
    modalities: Modalities
    """The encoders of what items have beside their texts."""
    spaces: Sequence[SharedSpace] = ()
    """Those that words share with pictures or sounds, at most one for each modality."""
    unaligned: str = ""
    """Why an alignment that should be used is not."""
    served_before: str = ""
    """The encoders that served last, where those are others."""
    keeps: bool = True
    """Whether what is made from store and log is kept beside them for the next start: by who owns the
    folder."""
    _latest_stand: LatestStand = field(default_factory=LatestStand)

    @classmethod
    def open(cls, settings: Settings, *, anew: bool = False) -> Workspace:
        """StoreLocked where another process has the folder; EncoderMismatch where no store in it
        was made with these encoders.

        `anew` first forgets the vectors, for `Indexer.rebuild` to make them again from the log.
        """
        text = load_text_encoder(settings.encoders.text, settings.encoder_backend)
        modalities = load_modalities(settings.encoder_names, settings.encoder_backend)
        workspace = cls.open_with(settings, text, modalities, anew=anew)
        if workspace.served_before and not anew:
            logger.warning(_OTHERS, workspace.served_before, _described(settings.encoder_names))
        return workspace

    @classmethod
    def open_with(
        cls,
        settings: Settings,
        text: TextEncoder,
        modalities: Modalities,
        *,
        anew: bool = False,
        beside: bool = False,
    ) -> Workspace:
        """The same with encoders that are loaded already; `beside` makes a store of them where
        there is none."""
        folder = DataFolder.open(settings)
        try:
            return cls._in(folder, settings, text, modalities, anew=anew, beside=beside)
        except BaseException:
            folder.close()
            raise

    def beside(self, settings: Settings, text: TextEncoder, modalities: Modalities) -> Workspace:
        """Of the same folder with other encoders, while this one goes on. It is closed by itself."""
        self.folder.join()
        try:
            return self._in(self.folder, settings, text, modalities, anew=False, beside=True)
        except BaseException:
            self.folder.close()
            raise

    @classmethod
    def _in(
        cls,
        folder: DataFolder,
        settings: Settings,
        text: TextEncoder,
        modalities: Modalities,
        *,
        anew: bool,
        beside: bool,
    ) -> Workspace:
        dims, prints = dims_of(text, modalities), fingerprints_of(text, modalities)
        digest, active = digest_of(prints), folder.log.active_store()
        before = (
            "" if active in (None, digest) else _described(encoder_names(folder.log, active or ""))
        )
        store = folder.registry.open(dims, prints, active=active, anew=anew, beside=beside)
        try:
            spaces, unaligned = _spaces(settings, text, modalities, prints)
            for space in spaces:
                space.make_room(store)
            keep_encoder_names(folder.log, digest, settings.encoder_names)
        except BaseException:
            store.close()
            raise
        return cls(settings, folder, store, text, modalities, spaces, unaligned, before)

    @classmethod
    def reading(
        cls,
        settings: Settings,
        folder: DataFolder,
        store: ItemStore,
        text: TextEncoder,
        modalities: Modalities,
    ) -> Workspace:
        """Of a store that another process owns, and this one only reads through. What that process
        keeps is left as it is."""
        spaces, unaligned = _spaces(settings, text, modalities, fingerprints_of(text, modalities))
        return cls(settings, folder, store, text, modalities, spaces, unaligned, keeps=False)

    @property
    def log(self) -> EventLog:
        return self.folder.log

    @property
    def alignments(self) -> Mapping[str, Alignment]:
        """Those that are active, by the modality that shares a space with text."""
        trained = [space.alignment for space in self.spaces if isinstance(space, JointEncoder)]
        return {alignment.modality: alignment for alignment in trained}

    @property
    def dims(self) -> Mapping[str, int]:
        """Width of the encoders' vectors by modality."""
        return dims_of(self.text_encoder, self.modalities)

    @property
    def fingerprints(self) -> Mapping[str, str]:
        """Of the encoders that serve, by modality."""
        return fingerprints_of(self.text_encoder, self.modalities)

    @property
    def digest(self) -> str:
        """What these encoders, and the store of their vectors, are called."""
        return digest_of(self.fingerprints)

    def stand(self) -> Stand | None:
        """How far log and store have come, to tell later what has happened since; see `Stand.of`. None
        as well where another process keeps what is kept."""
        if not self.keeps:
            return None
        if self.folder.sole_writer:
            return self._latest_stand.of(self.log, self.digest)
        return Stand.of(self.log, self.digest)

    def stand_of_items(self) -> Stand | None:
        """The same for what is made of items alone. None as well where a language model has said
        something of them: what it says changes without them."""
        has_said = next(self.log.iter_aspects(batch=1), None) is not None
        return None if has_said else self.stand()

    def reconcile(self, on_progress: RowProgress | None = None) -> IndexReport:
        """Bring the store up to the log, and make it the active one if another served last."""
        return self.indexer().reconcile(on_progress)

    def indexer(self, on_stored: Callable[[Sequence[StoredItem]], None] | None = None) -> Indexer:
        """The one path by which items get in."""
        return Indexer(
            self.log,
            self.store,
            self.text_encoder,
            self.modalities,
            media_of(self.settings),
            spaces=self.spaces,
            on_stored=on_stored,
        )

    def inherit(self, serving: ItemStore | None) -> None:
        """Take the vectors of encoders that stay from the active store, which is `serving` if it is
        open."""
        registry, active = self.folder.registry, self.log.active_store()
        for store in registry.stores():
            names = [
                name
                for name, print_ in self.fingerprints.items()
                if store.fingerprints.get(name) == print_
            ]
            if store.digest == active and names:
                source = serving.scroll(names) if serving else registry.scroll(store, names)
                inherit(self.store, source, names, self.log)

    def warm_up(self) -> None:
        """The encoders' first batch takes a second, which no caller should wait for."""
        self.text_encoder.encode_queries([""])
        for modality in self.modalities.values():
            modality.encode([modality.blank()])

    def close(self) -> None:
        """Let go of store and folder."""
        self.store.close()
        self.folder.close()


def _spaces(
    settings: Settings, text: TextEncoder, modalities: Modalities, fingerprints: Mapping[str, str]
) -> tuple[list[SharedSpace], str]:
    """Of each modality the space of its alignment, else its encoder's own where that knows texts;
    and why alignments that should be used are not: their encoders may have been replaced."""
    aligned, errors = Alignments(settings.data).active(fingerprints)
    reader = PartReader(text)
    spaces: list[SharedSpace] = []
    for name, modality in modalities.items():
        if name in aligned:
            spaces.append(JointEncoder(aligned[name], reader))
        elif modality.encoder.shares_text_space:
            spaces.append(CaptionEncoder(modality.encoder))
    return spaces, "; ".join(map(str, errors))


def _described(names: Mapping[str, str]) -> str:
    return (
        ", ".join(f"{kind} {name}" for kind, name in names.items())
        or "encoders whose names are not known"
    )
