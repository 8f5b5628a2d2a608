"""AccessControl: who calls, whether they may, and what of it is recorded.

    a call's method, metadata and peer -> what the table asks for it (`roles`)
    -> who that is: a key (`keys`), a token (`tokens`), a certificate
    -> how many calls they have made (`rates`) -> their role against the table
    -> whether they come as a tenant where there are any, and only there

Owns the order of these questions. Knows no transport: gRPC and HTTP ask alike. For several threads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from service.access.audit import AuditLog
from service.access.caller import OPEN, Caller, Peer
from service.access.exposure import check_exposure, is_loopback
from service.access.keys import PREFIX, KeyFile, KeyRing
from service.access.rates import Rates
from service.access.roles import CALLS, METRICS, Role, rpc_of
from service.config import Settings
from service.errors import (
    AuditUnwritable,
    ConfigError,
    CredentialMissing,
    CredentialRefused,
    PalateError,
    RoleTooLow,
    TenantRefused,
)

if TYPE_CHECKING:
    from service.access.tokens import Tokens

AUTHORIZATION = "authorization"
"""Metadata, and the header of HTTP, in which a key or token comes: `Bearer <key>`."""
_SCHEME = "bearer"
UNKNOWN = Caller("", Role.NONE, "open")
"""Whoever calls, before it is known who that is."""

logger = logging.getLogger(__name__)


class Calling(Protocol):
    """What is recorded of a call beside who makes it."""

    @property
    def method(self) -> str: ...
    @property
    def peer(self) -> str: ...
    @property
    def request_id(self) -> str: ...


class AccessControl:
    """Answers for one server. ConfigError where strangers could call it and would not be asked who
    they are, or where nobody could be known."""

    def __init__(self, settings: Settings) -> None:
        access = settings.access
        self._keys = KeyRing(KeyFile(settings.keys_file))
        self._tokens = _tokens(settings) if access.jwt.jwks else None
        self._certificates = {name: Role.of(role) for name, role in access.certificates.items()}
        self._rates = Rates(access.rate_per_s, access.burst_s)
        others = self._tokens is not None or bool(self._certificates)
        self.required = (
            (others or self._keys.has_any) if access.required is None else access.required
        )
        """Whether calls need a credential. It stays so while the server runs."""
        can_show = bool(self._certificates) and settings.tls.client_ca is not None
        has_valid = self._tokens is not None or can_show or self._keys.has_valid
        check_exposure(settings, required=self.required, has_valid=has_valid)
        self._has_tenants = settings.tenants.enabled
        if self._has_tenants and not self.required:
            raise ConfigError(
                "tenants.enabled needs callers that are known: make a key with `palate keys make --tenant NAME`, or"
                " set access.jwt.jwks or access.certificates; and leave access.required out"
            )
        self._certificate_tenants = access.certificate_tenants
        recorded = self.required if access.audit is None else access.audit
        self._audit = AuditLog(settings.audit_folder, access.audit_file_bytes) if recorded else None

    def check(
        self, method: str, metadata: Mapping[str, str | bytes], peer: Peer, request_id: str = ""
    ) -> Caller:
        """Who calls `/package.Service/Method`, if they may.

        CredentialMissing and CredentialRefused where that is not known, RoleTooLow where they may
        not, TenantRefused where they have no catalogue here, RateLimited where it is one call too many,
        TokenKeysUnavailable where it cannot be told at the moment.
        """
        needed = rpc_of(method).role
        if needed is None or not self.required:
            return OPEN
        caller = UNKNOWN
        try:
            caller = self._known(metadata, peer)
            self._rates.take(caller)
            if caller.role < needed:
                raise RoleTooLow(method, str(caller.role), str(needed))
            self._check_tenant(method, caller)
        except (CredentialMissing, CredentialRefused, RoleTooLow, TenantRefused) as error:
            if self._audit is not None:
                who = caller.name or getattr(error, "key_id", "")
                self._audit.refused(
                    who, method, peer.address, error.reason, request_id, caller.tenant
                )
            raise
        return caller

    def _check_tenant(self, method: str, caller: Caller) -> None:
        """What is measured of all is for those who run the server, a catalogue for its tenant alone.
        Whether there is a tenant of that name is asked where it is opened."""
        is_of_tenant = caller.tenant != ""
        if not self._has_tenants or method == METRICS:
            is_right = not is_of_tenant
        else:
            is_right = is_of_tenant or not method.startswith(CALLS)
        if not is_right:
            raise TenantRefused

    def is_recorded(self, method: str) -> bool:
        """Whether a call of this method is to be told to `began` and `ended`."""
        return self._audit is not None and rpc_of(method).role is Role.ADMIN

    def began(self, caller: Caller, call: Calling) -> None:
        """An administrative call is about to be done. It is on the disk when this returns;
        AuditUnwritable where that cannot be. Takes milliseconds."""
        if self._audit is not None:
            self._audit.write("began", _told(caller, call), durable=True)

    def ended(self, caller: Caller, call: Calling, status: str, reason: str) -> None:
        """It has ended."""
        if self._audit is None:
            return
        try:
            ending = {"status": status, "reason": reason}
            self._audit.write("ended", {**_told(caller, call), **ending})
        except AuditUnwritable as error:
            logger.error("the end of a call is not recorded: %s", error)

    def _known(self, metadata: Mapping[str, str | bytes], peer: Peer) -> Caller:
        given = metadata.get(AUTHORIZATION, "")
        if not given:
            return self._by_certificate(peer)
        scheme, _, text = str(given).strip().partition(" ")
        text = text.strip()
        if scheme.lower() != _SCHEME or not text:
            raise CredentialRefused(
                "metadata authorization", "is not `Bearer ...`", "send `Bearer `, and the key"
            )
        if text.startswith(PREFIX):
            return self._keys.caller_of(text)
        if self._tokens is None:
            raise CredentialRefused(
                "credential", "is no key, and tokens are not taken here", "send a key"
            )
        return self._tokens.caller_of(text)

    def _by_certificate(self, peer: Peer) -> Caller:
        named = [name for name in peer.certificate_names if name in self._certificates]
        if not named:
            raise CredentialMissing
        best = max(named, key=lambda name: self._certificates[name])
        tenant = self._certificate_tenants.get(best, "")
        return Caller(best, self._certificates[best], "certificate", tenant=tenant)


def metrics_readers(settings: Settings, access: AccessControl) -> Callable[[str], bool] | None:
    """Who may read the page of metrics, by its header `Authorization`; None where everybody may that
    reaches it: from this machine, or where calls need no credential."""
    if not access.required or is_loopback(settings.server.metrics or "127.0.0.1:0"):
        return None

    def may_read(authorization: str) -> bool:
        try:
            access.check(METRICS, {AUTHORIZATION: authorization}, Peer("metrics"))
        except PalateError:
            return False
        return True

    return may_read


def _told(caller: Caller, call: Calling) -> dict[str, str]:
    return {
        "who": caller.name,
        "how": caller.how,
        "tenant": caller.tenant,
        "what": call.method,
        "from": call.peer,
        "request_id": call.request_id,
    }


def _tokens(settings: Settings) -> Tokens:
    try:
        from service.access.tokens import Tokens
    except ImportError as error:
        raise ConfigError(
            f"access.jwt: a package is missing ({error}); pip install 'palate[jwt]'"
        ) from None
    return Tokens(settings.access.jwt)
