"""Tokens (JWT): who a token says somebody is, once its signature and its claims have been verified.

Owns which claims are looked at. Signatures and times are PyJWT's; where keys come from is
`token_keys`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cachetools import LRUCache

from service.access.caller import Caller
from service.access.roles import Role
from service.access.settings import JwtSettings
from service.access.token_keys import TokenKeys
from service.errors import CredentialRefused

MAX_CHARS = 8_192
_CACHED = 10_000
_REQUIRED = ("exp", "iss", "aud", "sub")
_TODO = "get a new one"


@dataclass(frozen=True, slots=True)
class _Verified:
    caller: Caller
    until: float
    """Unix seconds."""
    generation: int
    """Of the keys that it was verified with."""


class Tokens:
    """Of one identity provider. A signature that was verified is not verified again before the token
    expires or the keys change."""

    def __init__(self, settings: JwtSettings) -> None:
        self._settings = settings
        self._keys = TokenKeys(settings.jwks, settings.refresh_s)
        self._roles = {str(role): role for role in Role if role} | {
            name: Role.of(role) for name, role in settings.roles.items()
        }
        self._verified: LRUCache[bytes, _Verified] = LRUCache(_CACHED)

    def caller_of(self, text: str) -> Caller:
        """CredentialRefused where the token is not good, TokenKeysUnavailable where that cannot be
        told now."""
        digest = hashlib.sha256(text.encode()).digest()
        known = self._verified.get(digest)
        if (
            known is not None
            and time.time() < known.until
            and known.generation == self._keys.generation
        ):
            return known.caller
        generation = self._keys.generation
        claims = self._claims(text)
        name = _printable(f"{claims['iss']} {claims['sub']}")
        caller = Caller(name, self._role(claims), "token", tenant=self._tenant(claims))
        until = float(claims["exp"]) + self._settings.leeway_s
        self._verified[digest] = _Verified(caller, until, generation)
        return caller

    def _claims(self, text: str) -> Mapping[str, Any]:
        settings = self._settings
        if len(text) > MAX_CHARS:
            raise CredentialRefused("token", f"is over {MAX_CHARS:,} characters", _TODO)
        try:
            header = jwt.get_unverified_header(text)
            if header.get("alg") not in settings.algorithms:
                allowed = ", ".join(settings.algorithms)
                raise CredentialRefused(
                    "token", f"is not signed by one of {allowed}", "have it signed so"
                )
            key = self._keys.named(header.get("kid"))
            if key is None:
                raise CredentialRefused(
                    "token", f"is signed by a key that {self._keys.source} lacks", _TODO
                )
            claims: Mapping[str, Any] = jwt.decode(
                text,
                key,
                algorithms=list(settings.algorithms),
                audience=settings.audience,
                issuer=settings.issuer,
                leeway=settings.leeway_s,
                options={"require": list(_REQUIRED)},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            why = f"is not good ({str(error)[:100] or type(error).__name__})"
            raise CredentialRefused("token", why, _TODO) from None
        return claims

    def _role(self, claims: Mapping[str, Any]) -> Role:
        """The highest that the claim names; none where it names none of ours."""
        found = _claim(claims, self._settings.role_claim)
        named = found if isinstance(found, list) else [found]
        roles = [
            self._roles[name] for name in named if isinstance(name, str) and name in self._roles
        ]
        return max(roles, default=Role.NONE)

    def _tenant(self, claims: Mapping[str, Any]) -> str:
        """Nobody's where the claim is no text."""
        found = _claim(claims, self._settings.tenant_claim)
        return found if isinstance(found, str) else ""


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """What is there; None where nothing is, or the path is empty."""
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _printable(name: str) -> str:
    """Fit for a line of a log, whatever a provider lets people be called."""
    return "".join(char if char.isprintable() else "?" for char in name)[:200]
