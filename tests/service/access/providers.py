"""An identity provider for tests: keys, tokens, and an address where its public keys are."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER, AUDIENCE = "https://id.example", "palate"


@dataclass
class Provider:
    """Signs with any of its keys."""

    keys: dict[str, Any] = field(default_factory=dict)

    def add(self, kid: str, kind: str = "EC") -> None:
        self.keys[kid] = (
            ec.generate_private_key(ec.SECP256R1())
            if kind == "EC"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )

    def jwks(self) -> bytes:
        return json.dumps({"keys": [_jwk(kid, key) for kid, key in self.keys.items()]}).encode()

    def token(self, kid: str, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Valid for an hour unless the claims say otherwise; a claim that is None is left out."""
        key = self.keys[kid]
        algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
        given = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "shop",
            "exp": time.time() + 3600,
            "role": "write",
            **claims,
        }
        present = {name: value for name, value in given.items() if value is not None}
        return jwt.encode(present, key, algorithm, headers={"kid": kid, **(header or {})})


def _jwk(kid: str, key: Any) -> dict[str, Any]:
    kind = ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}


@dataclass
class Site:
    """What is at the provider's address."""

    url: str = ""
    content: bytes = b""
    status: int = 200
    location: str = ""
    asked: int = 0


@contextmanager
def site(content: bytes) -> Iterator[Site]:
    there = Site(content=content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked += 1
            self.send_response(there.status)
            if there.location:
                self.send_header("Location", there.location)
            self.end_headers()
            self.wfile.write(there.content)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    there.url = f"http://127.0.0.1:{server.server_port}/keys"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
