"""Who calls, and from where, as far as a credential tells. Knows no transport."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from service.access.roles import Role

How = Literal["key", "token", "certificate", "open"]


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a call comes from."""

    address: str
    """As the transport has it: `ipv4:192.0.2.7:4242`."""
    certificate_names: Sequence[str] = ()
    """Of a client certificate that was verified: its alternative names and its common name."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what they may."""

    name: str
    """Of a key `<id> <name>`, of a token `<issuer> <subject>`, of a certificate its name."""
    role: Role
    how: How
    """What told us. `open` is nobody in particular, where no credential is asked for."""
    rate_per_s: float | None = None
    """Calls a second of this caller, where the settings' do not hold; 0 is no limit."""
    tenant: str = ""
    """Whose catalogue they call, at a server with tenants; empty is nobody's."""


OPEN = Caller("", Role.ADMIN, "open")
"""Whoever calls a server that asks for no credential."""
