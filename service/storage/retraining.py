"""A training that is asked for and not done yet, in the log: it outlives the process that was asked.

Knows no training.
"""

from __future__ import annotations

import uuid

from indexer.log.event_log import SmallValues

_KEY = "retraining_asked"


def ask_for_retraining(log: SmallValues) -> None:
    """A training that begins after this, once, however often it is asked for until then."""
    log.meta_set(_KEY, uuid.uuid4().hex)


def asked_for(log: SmallValues) -> str:
    """Names what was asked last; empty where there is nothing to do."""
    return log.meta_get(_KEY) or ""


def retrained(log: SmallValues, asked: str) -> None:
    """What was asked has been done; what has been asked since has not."""
    if asked_for(log) == asked:
        log.meta_set(_KEY, "")
