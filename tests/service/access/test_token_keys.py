"""Where public keys come from: a file, an address; what goes wrong is told, and what was there
serves on."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.access import token_keys
from service.access.token_keys import LEAST_PAUSE_S, TokenKeys, keys_in
from service.errors import ConfigError, TokenKeysUnavailable
from tests.service.access.providers import Provider, site


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    at = [1_000.0]
    monkeypatch.setattr(token_keys.time, "monotonic", lambda: at[0])
    return at


@pytest.fixture
def provider() -> Provider:
    made = Provider()
    made.add("one")
    return made


def _wait() -> None:
    """Until nothing is being fetched."""
    for thread in threading.enumerate():
        if thread.name == "token keys":
            thread.join(20)


def _pem(provider: Provider, kid: str) -> bytes:
    public: bytes = (
        provider.keys[kid]
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return public


def test_a_file_holds_a_set_or_one_key_that_has_no_name(tmp_path: Path, provider: Provider) -> None:
    provider.add("two", "RSA")
    (tmp_path / "set.json").write_bytes(provider.jwks())
    both = TokenKeys(str(tmp_path / "set.json"), 300)
    assert both.named("one") is not None
    assert both.named("one") is not both.named("two")
    assert both.named(None) is None  # which of the two is not known
    (tmp_path / "one.pem").write_bytes(_pem(provider, "one"))
    alone = TokenKeys(str(tmp_path / "one.pem"), 300)
    assert isinstance(alone.named("any"), ec.EllipticCurvePublicKey)
    assert alone.named(None) is alone.named("any")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"keys": []}', b"-----BEGIN X-----"])
def test_a_file_without_a_usable_key_is_said_at_once(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys").write_bytes(content)
    with pytest.raises(ConfigError, match="holds no public keys that can be used"):
        TokenKeys(str(tmp_path / "keys"), 300)
    with pytest.raises(ConfigError, match="cannot be read"):
        TokenKeys(str(tmp_path / "nowhere"), 300)


def test_secrets_and_keys_for_other_uses_are_left_out(provider: Provider) -> None:
    jwks = json.loads(provider.jwks())
    jwks["keys"].append({"kty": "oct", "k": "c2VjcmV0", "kid": "secret", "alg": "HS256"})
    jwks["keys"].append({**jwks["keys"][0], "kid": "enc", "use": "enc"})
    assert set(keys_in(json.dumps(jwks).encode(), "x")) == {"one"}


def test_an_address_is_asked_once_and_again_after_a_while(
    provider: Provider, clock: list[float]
) -> None:
    with site(provider.jwks()) as there:
        keys = TokenKeys(there.url, 300)
        _wait()
        for _ in range(5):
            assert keys.named("one") is not None
        assert there.asked == 1
        generation = keys.generation
        provider.add("two")
        there.content = provider.jwks()
        clock[0] += 300
        keys.named("one")
        _wait()
        assert (there.asked, keys.generation) == (2, generation + 1)
        assert keys.named("two") is not None


def test_a_new_key_is_fetched_when_its_first_token_comes_but_not_for_every_token(
    provider: Provider, clock: list[float]
) -> None:
    with site(provider.jwks()) as there:
        keys = TokenKeys(there.url, 300)
        _wait()
        provider.add("new")
        there.content = provider.jwks()
        assert keys.named("new") is None  # asked a moment ago
        clock[0] += LEAST_PAUSE_S
        with pytest.raises(TokenKeysUnavailable, match="try again later"):
            keys.named("new")
        _wait()
        assert keys.named("new") is not None
        for number in range(50):
            assert keys.named(f"made up {number}") is None
        assert there.asked == 2


def test_an_address_that_fails_is_told_and_what_was_there_serves_on(
    provider: Provider, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    with site(provider.jwks()) as there:
        keys = TokenKeys(there.url, 300)
        _wait()
        for status, content in ((500, b""), (200, b"<html>"), (200, b"x" * 2_000_000)):
            there.status, there.content = status, content
            clock[0] += 300
            caplog.clear()
            assert keys.named("one") is not None
            _wait()
            assert "those of before serve" in caplog.text
    clock[0] += 300
    assert keys.named("one") is not None


def test_where_there_never_were_any_the_caller_is_told_why(
    provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    with site(b"") as there, caplog.at_level(logging.ERROR):
        there.status = 404
        keys = TokenKeys(there.url, 300)
        _wait()
        with pytest.raises(TokenKeysUnavailable, match="404"):
            keys.named("one")
        assert "no token can be verified" in caplog.text


def test_nobody_is_followed_elsewhere(provider: Provider) -> None:
    with site(provider.jwks()) as other, site(b"") as there:
        there.status, there.location = 302, other.url
        keys = TokenKeys(there.url, 300)
        _wait()
        with pytest.raises(TokenKeysUnavailable, match="302"):
            keys.named("one")
        assert other.asked == 0


def test_keys_are_not_taken_from_other_machines_in_plain_text() -> None:
    with pytest.raises(ConfigError, match="is not encrypted"):
        TokenKeys("http://192.0.2.1/keys", 300)
