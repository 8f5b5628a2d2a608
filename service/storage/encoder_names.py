"""What the settings called a set of encoders, kept in the log under the digest of their
fingerprints, for people to read.

Knows nothing of encoders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from indexer.log.event_log import EventLog


def encoder_names(log: EventLog, digest: str) -> Mapping[str, str]:
    """The encoders with this digest, by modality; empty where their names were not kept."""
    names: dict[str, str] = json.loads(log.meta_get(_key(digest)) or "{}")
    return names


def keep_encoder_names(log: EventLog, digest: str, names: Mapping[str, str]) -> None:
    """Remember which encoders a digest stands for, so that people can be told."""
    text = json.dumps(dict(names))
    if log.meta_get(_key(digest)) != text:
        log.meta_set(_key(digest), text)


def _key(digest: str) -> str:
    return f"encoders:{digest}"
