"""Pseudonyms: what people are called in a data folder, where that is not what the caller calls them.

A keyed hash (HMAC-SHA-256) of the caller's id, with a key that is not in the folder: whoever has the folder
alone cannot tell who anybody is, nor whether somebody they know is in it. Whether there are any, and by
which key, is settled when a folder gets its first person. Knows nothing of calls: `service.operations.switching`
puts them in the place of ids, and back.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from indexer.catalog.event import Event
from indexer.errors import CatalogError
from indexer.log.event_log import EventLog
from service.config import Settings
from service.errors import ConfigError

LEAST_KEY_BYTES = 16
STATED = "palate.pseudonyms"
"""What an exported file says by this key: whose pseudonyms its people have. See `Pseudonyms.mark`."""
_META = "pseudonyms"
_MARK = b"pseudonyms of this data folder"


class Pseudonyms:
    """By one key; without a key people are called what the caller calls them."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key

    @classmethod
    def of_settings(cls, settings: Settings) -> Pseudonyms:
        """ConfigError where the key cannot be read, or is none."""
        key = settings.pseudonym_key.get_secret_value().encode()
        file = settings.privacy.pseudonym_key_file
        if key and file:
            raise ConfigError(
                "both PALATE_PSEUDONYM_KEY and privacy.pseudonym_key_file are set; leave out one"
            )
        if file:
            key = _read(file)
        if key and len(key) < LEAST_KEY_BYTES:
            raise ConfigError(
                f"the key of pseudonyms has {len(key)} bytes, and needs {LEAST_KEY_BYTES}; make one"
                " with `openssl rand -hex 32`"
            )
        return cls(key)

    def __bool__(self) -> bool:
        return bool(self._key)

    @property
    def mark(self) -> str:
        """Tells one key from another, and nothing of the key; empty without a key."""
        return hmac.digest(self._key, _MARK, "sha256").hex() if self._key else ""

    def of_file(self, name: str, stated: Mapping[str, str]) -> Pseudonyms:
        """What people of a file are to be called, by what it says of itself: as they are where they have
        pseudonyms already. CatalogError where these were made with another key: nobody would be found by
        them."""
        made_with = stated.get(STATED, "")
        if not made_with:
            return self
        if self and made_with != self.mark:
            todo = "read it into a folder with that key, or export again from where people have their own ids"
            raise CatalogError(
                name, "its people have pseudonyms that were made with another key", todo
            )
        return Pseudonyms()

    def of(self, user_id: str) -> str:
        """What a person is called in the folder; nobody stays nobody."""
        if not (self._key and user_id):
            return user_id
        return hmac.digest(self._key, user_id.encode(), "sha256").hex()

    def of_events(self, events: Sequence[Event]) -> Sequence[Event]:
        """The same events, of people under their pseudonyms."""
        if not self._key:
            return events
        return [replace(event, user_id=self.of(event.user_id)) for event in events]

    def check(self, log: EventLog) -> None:
        """Settle it for a log without people; ConfigError where it was settled otherwise."""
        mark, settled = self.mark, log.meta_get(_META)
        if settled is None and (not mark or log.users_count() == 0):
            if mark:
                log.meta_set(_META, mark)
            return
        if settled == mark:
            return
        if not mark:
            why = "people in it have pseudonyms, and no key is set"
        elif settled is None:
            why = "there are people in it under their own ids, which pseudonyms would not find"
        else:
            why = "its pseudonyms were made with another key"
        raise ConfigError(
            f"pseudonyms do not fit this data folder: {why}; set the key that it began with"
            " (privacy.pseudonym_key_file or PALATE_PSEUDONYM_KEY), none where it began with none, or"
            " begin another data folder"
        )


def mark_of(log: EventLog) -> str:
    """Of the key that a log's people have their pseudonyms from; empty where they have none. No key is
    needed."""
    return log.meta_get(_META) or ""


def refuse_pseudonyms(name: str, stated: Mapping[str, str]) -> None:
    """CatalogError for an exported file that is to be sent to a server, which makes pseudonyms of what it
    is sent."""
    if stated.get(STATED):
        todo = "read it into the data folder itself, while no server has it"
        raise CatalogError(
            name, "its people have pseudonyms, of which a server would make others", todo
        )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes().strip()
    except OSError as error:
        raise ConfigError(
            f"privacy.pseudonym_key_file {file} cannot be read: {error.strerror}"
        ) from None
