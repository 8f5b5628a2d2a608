"""Pages of a ranked answer: a token names the place to go on from and the request it belongs to."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace

from service.api.messages import DEFAULT_K, MAX_K, RecommendRequest
from service.errors import InvalidInput

LAST_PLACE = 2**31 - 1
"""No list is longer."""


@dataclass(frozen=True, slots=True)
class Page:
    """Places start..stop of the ranked list."""

    start: int
    stop: int
    request_digest: str

    @classmethod
    def of(cls, request: RecommendRequest) -> Page:
        """InvalidInput where k is out of range or the token belongs to another request."""
        if not 0 <= request.k <= MAX_K:
            raise InvalidInput("k", request.k, f"must be 0 (which means {DEFAULT_K}) to {MAX_K}")
        digest = _digest(request)
        start = _offset(request.page_token, digest) if request.page_token else 0
        return cls(start, start + (request.k or DEFAULT_K), digest)

    def next_token(self, n_ranked: int) -> str:
        """Token of the page after this one; empty when this is the last."""
        if self.stop >= n_ranked:
            return ""
        return base64.urlsafe_b64encode(
            json.dumps([self.stop, self.request_digest]).encode()
        ).decode()


def _digest(request: RecommendRequest) -> str:
    return hashlib.blake2b(
        repr(replace(request, page_token="")).encode(), digest_size=6
    ).hexdigest()


def _offset(token: str, digest: str) -> int:
    try:
        start, found = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (RecursionError, TypeError, ValueError):
        raise InvalidInput(
            "page_token", token, "is not a token that Recommend gave; start without one"
        ) from None
    if found != digest or type(start) is not int or not 0 <= start <= LAST_PLACE:
        raise InvalidInput(
            "page_token", token, "belongs to another request; keep every other field as it was"
        )
    return start
