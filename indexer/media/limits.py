"""What fetching from the web may cost. Knows no fetching."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """What a picture or a sound from the web may cost, and where it may come from."""

    max_bytes: int = 10 * 2**20
    timeout_s: float = 10.0
    """For one of them with all its redirects; the system's own limit for resolving a name comes on
    top."""
    max_redirects: int = 3
    allow_private: bool = False
    """Also from this machine and its networks."""
    allow_http: bool = True
    """Also without TLS."""
