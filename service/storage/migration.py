"""Bringing data folders of older versions up to date.

Until there were several modalities, a catalogue of sounds kept their vectors as "image". Such a
store is told by the names of its encoders in the log, which always said "audio". Its vectors are
renamed; nothing is encoded again, and its digest stays (`encoders.fingerprint.digest_of`).
Alignments and models of that time are understood where they are read.

Stores held a vector of each person, with the person's id, as a cache. They hold nothing of people any
more, and what they held is deleted.
"""

from __future__ import annotations

import logging

from encoders.modality import AudioModality, ImageModality
from indexer.indexing.shared_space import joint_name
from indexer.log.event_log import EventLog
from indexer.stores.registry import StoreInfo, StoreRegistry
from service.storage.encoder_names import encoder_names

logger = logging.getLogger(__name__)
AUDIO, IMAGE = AudioModality.name, ImageModality.name


def migrate(log: EventLog, registry: StoreRegistry) -> None:
    """Stores that no process has open. What is up to date stays as it is; what was interrupted goes
    on."""
    registry.forget_users()
    for store in registry.stores():
        if _has_sounds_as_images(log, store):
            logger.info("store %s: sounds get a name of their own", store.name)
            registry.rename_vectors(store, _new_names(store))


def _has_sounds_as_images(log: EventLog, store: StoreInfo) -> bool:
    names = encoder_names(log, store.digest)
    return AUDIO in names and IMAGE not in names and IMAGE in store.fingerprints


def _new_names(store: StoreInfo) -> dict[str, str]:
    """By old ones: the sounds', and those of what alignments made of them."""
    joint = joint_name("", IMAGE)
    made = [name for name in store.vector_names if name.startswith(joint)]
    return {IMAGE: AUDIO} | {name: joint_name(name.removeprefix(joint), AUDIO) for name in made}
