"""A token is good if its provider signed it, for us, and for now; anything else is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from service.access import tokens
from service.access.roles import Role
from service.access.settings import JwtSettings
from service.access.tokens import Tokens
from service.errors import CredentialRefused
from tests.service.access.providers import AUDIENCE, ISSUER, Provider

PROVIDER = Provider()
PROVIDER.add("ec")
PROVIDER.add("rsa", "RSA")


@pytest.fixture(scope="module")
def jwks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("jwks") / "jwks.json"
    file.write_bytes(PROVIDER.jwks())
    return file


def _tokens(jwks: Path, **given: Any) -> Tokens:
    return Tokens(JwtSettings(jwks=str(jwks), issuer=ISSUER, audience=AUDIENCE, **given))


@pytest.mark.parametrize("kid", ["ec", "rsa"])
def test_a_token_tells_who_and_what_they_may(jwks: Path, kid: str) -> None:
    caller = _tokens(jwks).caller_of(PROVIDER.token(kid))
    assert (caller.name, caller.role, caller.how) == (f"{ISSUER} shop", Role.WRITE, "token")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another service"},
        {"aud": None},
        {"sub": None},
        {"exp": None},
        {"exp": time.time() - 31},
        {"exp": "tomorrow"},
        {"nbf": time.time() + 3600},
    ],
)
def test_a_token_that_is_not_for_us_or_not_for_now_is_refused(
    jwks: Path, claims: dict[str, Any]
) -> None:
    given = {name: value for name, value in claims.items() if name != "exp" or value != "tomorrow"}
    text = PROVIDER.token("ec", **given)
    if claims.get("exp") == "tomorrow":
        head, _, sign = text.split(".")
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        text = f"{head}.{body}.{sign}"
    with pytest.raises(CredentialRefused, match="token is not good"):
        _tokens(jwks).caller_of(text)


def test_clocks_may_differ_a_little(jwks: Path) -> None:
    text = PROVIDER.token("ec", exp=time.time() - 10)
    assert _tokens(jwks).caller_of(text).role is Role.WRITE
    with pytest.raises(CredentialRefused):
        _tokens(jwks, leeway_s=5).caller_of(text)


def test_a_token_of_somebody_elses_key_is_refused(jwks: Path) -> None:
    stranger = Provider()
    stranger.add("ec")
    stranger.add("unknown")
    with pytest.raises(CredentialRefused, match="Signature verification failed"):
        _tokens(jwks).caller_of(stranger.token("ec"))
    with pytest.raises(CredentialRefused, match=r"signed by a key that .* lacks"):
        _tokens(jwks).caller_of(stranger.token("unknown"))


def test_a_public_key_cannot_be_used_as_a_secret_and_nothing_goes_unsigned(jwks: Path) -> None:
    """The two classic ways around a signature."""
    public = (
        PROVIDER.keys["rsa"]
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": time.time() + 60, "role": "admin"}

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    signed = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(claims)}"
    mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    forged = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    unsigned = f"{part({'alg': 'none', 'kid': 'rsa'})}.{part(claims)}."
    for text in (forged, unsigned):
        with pytest.raises(CredentialRefused, match="is not signed by one of RS256, ES256, EdDSA"):
            _tokens(jwks).caller_of(text)


def test_an_algorithm_that_is_not_allowed_is_refused(jwks: Path) -> None:
    with pytest.raises(CredentialRefused, match="is not signed by one of RS256"):
        _tokens(jwks, algorithms=["RS256"]).caller_of(PROVIDER.token("ec"))


@pytest.mark.parametrize(
    ("claim", "value", "role"),
    [
        ("role", "admin", Role.ADMIN),
        ("role", ["read", "admin", "gardener"], Role.ADMIN),
        ("role", "shop-backend", Role.READ),
        ("role", "gardener", Role.NONE),
        ("role", None, Role.NONE),
        ("role", {"admin": True}, Role.NONE),
        ("role", [["admin"], 3], Role.NONE),
        ("realm_access.roles", ["write"], Role.WRITE),
        ("realm_access.roles.deeper", ["write"], Role.NONE),
    ],
)
def test_the_role_is_the_highest_that_the_claim_names(
    jwks: Path, claim: str, value: Any, role: Role
) -> None:
    first, *rest = claim.split(".")
    nested: Any = {rest[0]: value} if rest else value
    text = PROVIDER.token("ec", **{"role": None, first: nested})
    found = _tokens(jwks, role_claim=claim, roles={"shop-backend": "read"}).caller_of(text)
    assert found.role is role


def test_a_role_of_ours_can_be_taken_another_meaning(jwks: Path) -> None:
    found = _tokens(jwks, roles={"admin": "read"}).caller_of(PROVIDER.token("ec", role="admin"))
    assert found.role is Role.READ


def test_what_was_verified_is_not_verified_again_before_it_expires_or_the_keys_change(
    jwks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.json"
    file.write_bytes(jwks.read_bytes())
    known = _tokens(file, leeway_s=0)
    text = PROVIDER.token("ec", exp=time.time() + 1_000)
    verified: list[str] = []
    decode = jwt.decode

    def counting(*given: Any, **named: Any) -> Any:
        verified.append("")
        return decode(*given, **named)

    monkeypatch.setattr(tokens.jwt, "decode", counting)
    assert known.caller_of(text) == known.caller_of(text)
    assert len(verified) == 1
    known._keys.generation += 1
    known.caller_of(text)
    assert len(verified) == 2
    now = time.time() + 1_001
    monkeypatch.setattr(tokens.time, "time", lambda: now)
    known.caller_of(text)  # PyJWT has a clock of its own
    assert len(verified) == 3


@given(text=st.text(max_size=200))
def test_no_other_text_is_a_token(jwks: Path, text: str) -> None:
    with pytest.raises(CredentialRefused):
        _tokens(jwks).caller_of(text)


def test_a_long_text_is_not_even_looked_at_and_a_name_is_fit_for_a_log(jwks: Path) -> None:
    with pytest.raises(CredentialRefused, match="over 8,192 characters"):
        _tokens(jwks).caller_of("a." * 5_000)
    assert _tokens(jwks).caller_of(PROVIDER.token("ec", sub="a\nb\x1b")).name == f"{ISSUER} a?b?"
