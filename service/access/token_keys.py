"""The public keys that tokens are verified with: of a file, or of an identity provider's URL.

They are read in a thread of its own, never by a call, and again after a while. What was read last
goes on to serve where that fails, and the log says so. Knows nothing of tokens.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWKSet
from jwt.exceptions import PyJWTError

from service.access.exposure import is_loopback
from service.errors import ConfigError, TokenKeysUnavailable

TIMEOUT_S = 5.0
MAX_BYTES = 1024 * 1024
LEAST_PAUSE_S = 10.0
"""Between two readings, however many tokens of unknown keys come."""
_URL = ("https://", "http://")

logger = logging.getLogger(__name__)

Keys = Mapping[str, Any]
"""Public keys by the name that tokens give them (`kid`); one of a PEM file is called `""`."""


class TokenKeys:
    """For several threads."""

    def __init__(self, source: str, refresh_s: float) -> None:
        """ConfigError for a file that holds no keys, and for a URL that anybody could answer. What a
        URL holds is fetched beside."""
        self.source = source
        self._refresh_s = refresh_s
        self._keys: Keys = {}
        self._content: bytes | None = None
        self._why = "are being fetched for the first time"
        self._read_at = -float("inf")
        self._turn = threading.Lock()
        self.generation = 0
        """Grows when the keys change: what was verified before has to be again."""
        if source.startswith(_URL):
            _check_encrypted(source)
            self.refresh()
        else:
            self._take(_content_of(source))

    def named(self, kid: str | None) -> Any:
        """The key that a token names, or the only one there is. None where there is none of that
        name, TokenKeysUnavailable where that cannot be told now."""
        if self._age_s() >= self._refresh_s:
            self.refresh()
        keys = self._keys
        only = next(iter(keys.values())) if len(keys) == 1 else None
        key = only if kid is None or "" in keys else keys.get(kid)
        if key is None and (self._age_s() >= LEAST_PAUSE_S or not keys):
            self.refresh()
            raise TokenKeysUnavailable(self.source, self._why)
        return key

    def refresh(self) -> threading.Thread | None:
        """Read them again beside, unless that was a moment ago or is going on."""
        if self._age_s() < LEAST_PAUSE_S or not self._turn.acquire(blocking=False):
            return None
        self._read_at = time.monotonic()
        thread = threading.Thread(target=self._read, name="token keys", daemon=True)
        thread.start()
        return thread

    def _age_s(self) -> float:
        return time.monotonic() - self._read_at

    def _read(self) -> None:
        try:
            self._take(_content_of(self.source))
        except ConfigError as error:
            self._why = str(error).removeprefix(f"access.jwt.jwks {self.source} ")
            served = "those of before serve" if self._keys else "no token can be verified"
            logger.error("%s; %s", error, served)
        finally:
            self._turn.release()

    def _take(self, content: bytes) -> None:
        if content != self._content:
            self._keys, self._content = keys_in(content, self.source), content
            self.generation += 1
        self._why = "have just been read, and lack that of the token"


def keys_in(content: bytes, source: str) -> Keys:
    """Of a JWK set, or of one public key in PEM; ConfigError where it is neither."""
    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            return {"": load_pem_public_key(content)}
        usable = PyJWKSet.from_dict(json.loads(content)).keys
        return {
            key.key_id or "": key.key
            for key in usable
            if key.public_key_use in (None, "sig") and key.key_type != "oct"
        }
    except (ValueError, TypeError, AttributeError, PyJWTError) as error:
        raise ConfigError(
            f"access.jwt.jwks {source} holds no public keys that can be used ({error})"
        ) from None


def _content_of(source: str) -> bytes:
    try:
        if not source.startswith(_URL):
            return Path(source).read_bytes()
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(source, timeout=TIMEOUT_S) as answer:
            content: bytes = answer.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ValueError(f"over {MAX_BYTES:,} bytes")
        return content
    except (OSError, HTTPException, ValueError) as error:
        raise ConfigError(f"access.jwt.jwks {source} cannot be read ({error})") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where keys come from is what the settings say."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _check_encrypted(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(f"{parts.hostname}:{parts.port or 80}"):
        raise ConfigError(
            f"access.jwt.jwks {url} is not encrypted, so that others could put in keys of their own; give its https"
            " address"
        )
