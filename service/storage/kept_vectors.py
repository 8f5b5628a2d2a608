"""The vectors that a data folder keeps, one store per set of encoders: what they are, and deleting
those of no use.

Knows nothing of how a store is filled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from encoders.errors import EncoderUnavailable
from encoders.fingerprint import digest_of
from encoders.modality import fingerprints_of
from encoders.registry import load_modalities, load_text_encoder
from indexer.errors import InvalidInput, StoreLocked
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from indexer.stores.registry import StoreRegistry
from service.config import Settings
from service.storage.data_folder import DataFolder, registry_of
from service.storage.encoder_names import encoder_names


@dataclass(frozen=True, slots=True)
class KeptVectors:
    """One store."""

    digest: str
    name: str
    """Of its folder, or the prefix of its collections."""
    encoders: Mapping[str, str]
    """What the settings called them, by modality; empty where that is not known."""
    fingerprints: Mapping[str, str]
    """Of the encoders, by modality."""
    items: int | None
    """None while another process has the folder."""
    size_bytes: int | None
    """On disk; None where the store is on a server."""
    configured: bool
    """Whether its encoders are those that the settings name."""
    served_last: bool


def kept_vectors(settings: Settings) -> Sequence[KeptVectors]:
    """The first store first."""
    try:
        with closing(DataFolder.open(settings)) as folder:
            return _kept(settings, folder.log, folder.registry, count=True)
    except StoreLocked:
        with open_event_log(settings.log_url) as log:
            return _kept(settings, log, registry_of(settings), count=False)


def drop_vectors(settings: Settings, digest: str) -> None:
    """Delete the store with this digest. InvalidInput for those that served last and those of the
    settings."""
    with closing(DataFolder.open(settings)) as folder:
        if digest == folder.log.active_store():
            raise InvalidInput(
                "digest", digest, "these vectors served last; change to others first"
            )
        if digest == _configured(settings):
            raise InvalidInput(
                "digest", digest, "the settings name their encoders; name others there first"
            )
        folder.registry.drop(digest)


def _kept(
    settings: Settings, log: EventLog, registry: StoreRegistry, *, count: bool
) -> Sequence[KeptVectors]:
    active, configured = log.active_store(), _configured(settings)
    return [
        KeptVectors(
            digest=store.digest,
            name=store.name,
            encoders=encoder_names(log, store.digest),
            fingerprints=dict(store.fingerprints),
            items=registry.count(store) if count else None,
            size_bytes=registry.size(store),
            configured=store.digest == configured,
            served_last=store.digest == active,
        )
        for store in registry.stores()
    ]


def _configured(settings: Settings) -> str | None:
    """Digest of the encoders that the settings name; None where they cannot be loaded, so that they
    cannot serve."""
    try:
        text = load_text_encoder(settings.encoders.text, settings.encoder_backend)
        modalities = load_modalities(settings.encoder_names, settings.encoder_backend)
    except EncoderUnavailable:
        return None
    return digest_of(fingerprints_of(text, modalities))
