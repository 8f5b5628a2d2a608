"""API keys: random, shown once, kept as a hash; and the keys that a running server knows.

    palate_<id>_<secret>        the id is public and finds the key, the secret is 256 random bits

A fast hash (SHA-256) is right for them. A slow one protects what people choose, which can be guessed:
of 256 random bits nobody guesses any share that matters, however fast they hash; and a slow hash
for every call would be a gift to whoever wants to overload the server.

Owns the file of keys. Knows nothing of what a role may do.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hmac import compare_digest
from pathlib import Path
from typing import Any

from encoders.durable import put_in_place, sync
from service.access.caller import Caller
from service.access.file_signature import file_signature
from service.access.roles import Role
from service.errors import ConfigError, CredentialRefused, KeyNotFound

PREFIX = "palate_"
FORMAT = 1
_ID_BYTES, _SECRET_BYTES = 6, 32
_KEY = re.compile(r"palate_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NO_DIGEST = "0" * 64
_LOOK_EVERY_S = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key. Times are Unix seconds."""

    key_id: str
    name: str
    role: str
    sha256: str
    """Of the secret, hexadecimal."""
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    rate_per_s: float | None = None
    """Calls a second; None as in the settings, 0 without a limit."""
    tenant: str = ""
    """Whose catalogue it opens; empty is that of a server without tenants."""

    def state(self, now: float) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and now >= self.expires_at:
            return "expired"
        return "valid"


class KeyFile:
    """The keys on disk: written by `palate keys`, under a lock, as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Mapping[str, Key]:
        """By id, in the order they were made; none where there is no file. ConfigError where it is
        not one of ours."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"file of keys {self.path} cannot be read: {error}") from None
        try:
            content = json.loads(text)
            if content["format"] != FORMAT:
                raise ValueError(f"its format is {content['format']!r}")
            return {key.key_id: key for key in map(_parsed, content["keys"])}
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigError(
                f"file of keys {self.path} is not what `palate keys` wrote ({error}); restore it from a copy, or"
                " remove it and make new keys"
            ) from None

    def make(
        self,
        name: str,
        role: Role,
        *,
        expires_at: float | None = None,
        rate_per_s: float | None = None,
        tenant: str = "",
    ) -> tuple[Key, str]:
        """A new key, on disk when this returns, and the only sight of it in full."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        key = Key(
            secrets.token_hex(_ID_BYTES),
            name,
            str(role),
            _digest(secret),
            time.time(),
            expires_at,
            rate_per_s=rate_per_s,
            tenant=tenant,
        )
        with self._changing() as keys:
            keys[key.key_id] = key
        return key, f"{PREFIX}{key.key_id}_{secret}"

    def revoke(self, key_id: str) -> Key:
        """It stays in the file, as revoked. KeyNotFound where there is none of that id."""
        with self._changing() as keys:
            if key_id not in keys:
                raise KeyNotFound(key_id)
            if keys[key_id].revoked_at is None:
                keys[key_id] = replace(keys[key_id], revoked_at=time.time())
            return keys[key_id]

    def revoke_all_of(self, tenant: str) -> Sequence[Key]:
        """Those of a tenant that were not revoked, as they are now: whoever comes by its name later is
        not opened by them."""
        with self._changing() as keys:
            theirs = [
                key for key in keys.values() if key.tenant == tenant and key.revoked_at is None
            ]
            revoked = [replace(key, revoked_at=time.time()) for key in theirs]
            keys.update({key.key_id: key for key in revoked})
        return revoked

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Key]]:
        """What is done to the keys is on disk when this ends without an error."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys = dict(self.read())
            yield keys
            content = {"format": FORMAT, "keys": [_row(key) for key in keys.values()]}
            draft = self.path.with_name(f"{self.path.name}.new")
            draft.unlink(missing_ok=True)
            draft.touch(mode=0o600)
            put_in_place(self.path, json.dumps(content, indent=1).encode(), draft)
            sync(self.path.parent)
        finally:
            os.close(lock)


class KeyRing:
    """The keys as a server knows them: a change of the file is noticed within a second."""

    def __init__(self, file: KeyFile) -> None:
        self._file = file
        self._seen = file_signature(file.path)
        self._keys = file.read()
        self._looked_at = time.monotonic()

    @property
    def has_any(self) -> bool:
        """Also revoked and expired ones."""
        return bool(self._keys)

    @property
    def has_valid(self) -> bool:
        return any(key.state(time.time()) == "valid" for key in self._keys.values())

    def caller_of(self, text: str) -> Caller:
        """Who has this key. CredentialRefused where nobody has, or it is not valid any more."""
        self._look()
        parts = _KEY.fullmatch(text)
        if parts is None:
            raise CredentialRefused("key", "is not whole", "check how it was copied")
        key = self._keys.get(parts[1])
        digest = _digest(parts[2])
        if not compare_digest(digest, key.sha256 if key is not None else _NO_DIGEST) or key is None:
            raise CredentialRefused("key", "is not known here", "ask for one of this server")
        state = key.state(time.time())
        if state != "valid":
            raise CredentialRefused(
                "key", f"{key.key_id} is {state}", "ask for a new one", key.key_id
            )
        name = f"{key.key_id} {key.name}"
        return Caller(name, Role.of(key.role), "key", key.rate_per_s, key.tenant)

    def _look(self) -> None:
        """Read the file again where it has changed. One that cannot be read leaves things as they
        are, and the log says so; one that is gone leaves no key."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_EVERY_S:
            return
        self._looked_at = now
        signature = file_signature(self._file.path)
        if signature == self._seen:
            return
        self._seen = signature
        try:
            self._keys = self._file.read()
        except ConfigError as error:
            logger.error("keys stay as they were: %s", error)
            return
        logger.info("the file of keys has changed", extra={"keys": len(self._keys)})


def _row(key: Key) -> Mapping[str, Any]:
    """As it is in the file. A key of no tenant is as before there were any, so that an older Palate
    reads it."""
    row = asdict(key)
    return row if key.tenant else {name: value for name, value in row.items() if name != "tenant"}


def _parsed(row: Mapping[str, Any]) -> Key:
    key = Key(**row)
    Role.of(key.role)
    numbers = (key.created_at, key.expires_at, key.revoked_at, key.rate_per_s)
    if not all(number is None or isinstance(number, int | float) for number in numbers):
        raise ValueError(f"key {key.key_id} has a time or a rate that is no number")
    if not isinstance(key.tenant, str):
        raise ValueError(f"key {key.key_id} has a tenant that is no text")
    if not re.fullmatch(r"[0-9a-f]{64}", key.sha256):
        raise ValueError(f"key {key.key_id} has no hash")
    return key


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
