"""Channels to a server: TLS, keys, limits of messages, and what is tried again.

An attempt that ends with UNAVAILABLE (and nothing else) is repeated with growing pauses until the deadline
of its call. Repeating is harmless: events are given a time before they are sent, and the log counts the
same event once. Knows no calls.
"""

from __future__ import annotations

import json
import math
import os
import warnings
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias

import grpc
from grpc import aio

Channel: TypeAlias = grpc.Channel
AsyncChannel: TypeAlias = aio.Channel

DEFAULT_TIMEOUT_S = 10.0
MAX_MESSAGE_BYTES = 32 * 1024 * 1024
MIN_PAUSE_S = 0.01
"""With pauses of about 1 ms a repeated call of gRPC may hang until its deadline
(github.com/grpc/grpc/issues/41036)."""
_CALLER = 4
"""Frames from the warning to who makes the client: two of this module, the client's own, and the caller's."""

Pem: TypeAlias = str | os.PathLike[str] | None
Option: TypeAlias = tuple[str, str | int]


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files for TLS."""

    ca: Pem = None
    """The authorities that the server's certificate may be of; without them those that gRPC trusts."""
    cert: Pem = None
    """Our own certificate, where the server asks for one (mutual TLS)."""
    key: Pem = None
    """Its private key."""

    def credentials(self) -> grpc.ChannelCredentials:
        """OSError where a file cannot be read."""
        ca, cert, key = (
            Path(file).read_bytes() if file is not None else None
            for file in (self.ca, self.cert, self.key)
        )
        return grpc.ssl_channel_credentials(ca, key, cert)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a channel leads, and how calls go through it; the client says what each field means."""

    address: str
    key: str
    tls: Tls | None
    max_attempts: int
    first_pause_s: float
    max_message_bytes: int


def metadata(key: str) -> tuple[tuple[str, str], ...]:
    """What is sent with every call. ValueError where the key can be none."""
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError(
            "the key has a space or a character that no key has; check how it was read"
        )
    return (("authorization", f"Bearer {key}"),) if key else ()


def open_channel(target: Target) -> Channel:
    """For threads. ValueError where retries are out of range; warns of a key without TLS."""
    options = _options(target)
    if target.tls is not None:
        return grpc.secure_channel(target.address, target.tls.credentials(), options)
    _warn_of_plain_text(target)
    return grpc.insecure_channel(target.address, options)


def open_async_channel(target: Target) -> AsyncChannel:
    """The same for asyncio, on the loop that runs."""
    options = _options(target)
    if target.tls is not None:
        return aio.secure_channel(target.address, target.tls.credentials(), options)
    _warn_of_plain_text(target)
    return aio.insecure_channel(target.address, options)


def _options(target: Target) -> list[Option]:
    return [
        ("grpc.service_config", _retries(target.max_attempts, target.first_pause_s)),
        ("grpc.max_receive_message_length", target.max_message_bytes),
        ("grpc.max_send_message_length", target.max_message_bytes),
    ]


def _warn_of_plain_text(target: Target) -> None:
    if target.key and not _is_here(target.address):
        warnings.warn(
            f"the key goes to {target.address} without TLS, and can be read on the way; give tls=Tls(...)",
            stacklevel=_CALLER,
        )


def _is_here(address: str) -> bool:
    host = address.removeprefix("dns:///").rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name, which may stand for any machine
        return False


def _retries(max_attempts: int, first_pause_s: float) -> str:
    if not 2 <= max_attempts <= 5:
        raise ValueError(
            f"max_attempts is {max_attempts}: it must be 2 to 5, which is what gRPC allows"
        )
    if not MIN_PAUSE_S <= first_pause_s < math.inf:
        raise ValueError(f"first_pause_s is {first_pause_s}: it must be at least {MIN_PAUSE_S}")
    policy = {
        "maxAttempts": max_attempts,
        "initialBackoff": f"{first_pause_s:.3f}s",
        "maxBackoff": f"{max(2.0, first_pause_s):.3f}s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    return json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": policy}]})
