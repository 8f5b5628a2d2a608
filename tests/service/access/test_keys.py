"""Keys: what is on disk opens nothing, what was revoked opens nothing any more, and a file that is
damaged is said."""

from __future__ import annotations

import json
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access import keys
from service.access.keys import KeyFile, KeyRing
from service.access.roles import Role
from service.errors import ConfigError, CredentialRefused, KeyNotFound


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "access" / "keys.json")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that every look at a clock adds, from now on."""
    at = [1_800_000_000.0]
    monkeypatch.setattr(keys.time, "time", lambda: at[0])
    monkeypatch.setattr(keys.time, "monotonic", lambda: at[0])
    return at


def test_a_key_is_known_by_its_name_and_role(file: KeyFile) -> None:
    made, text = file.make("shop", Role.WRITE, rate_per_s=5.0)
    caller = KeyRing(file).caller_of(text)
    assert (caller.name, caller.role, caller.how, caller.rate_per_s) == (
        f"{made.key_id} shop",
        Role.WRITE,
        "key",
        5.0,
    )


def test_what_is_on_disk_does_not_open_anything(file: KeyFile) -> None:
    made, text = file.make("shop", Role.READ)
    secret = text.rpartition("_")[2] if "_" not in text[20:] else text[20:]
    content = file.path.read_text()
    assert secret not in content
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    with pytest.raises(CredentialRefused, match="is not known here"):
        KeyRing(file).caller_of(f"palate_{made.key_id}_{made.sha256[:43]}")


def test_secrets_are_256_bits_and_never_the_same(file: KeyFile) -> None:
    texts = {file.make("k", Role.READ)[1] for _ in range(20)}
    assert len(texts) == 20
    assert {len(text) for text in texts} == {len("palate_") + 12 + 1 + 43}  # 43 * 6 = 258 >= 256


@given(st.text(max_size=80))
def test_no_other_text_is_a_key(text: str) -> None:
    ring = KeyRing(KeyFile(Path("/nowhere/keys.json")))
    with pytest.raises(CredentialRefused):
        ring.caller_of(text)


def test_another_secret_of_a_known_id_is_refused_as_an_unknown_id_is(file: KeyFile) -> None:
    made, _ = file.make("a", Role.ADMIN)
    _, other = file.make("b", Role.READ)
    ring = KeyRing(file)
    messages = set()
    for text in (f"palate_{made.key_id}_{other[20:]}", f"palate_{'0' * 12}_{other[20:]}"):
        with pytest.raises(CredentialRefused) as refused:
            ring.caller_of(text)
        messages.add(str(refused.value))
        assert other[20:] not in str(refused.value)
    assert len(messages) == 1


def test_a_key_expires(file: KeyFile, clock: list[float]) -> None:
    _, text = file.make("a", Role.READ, expires_at=clock[0] + 10)
    ring = KeyRing(file)
    assert ring.has_valid
    ring.caller_of(text)
    clock[0] += 10
    with pytest.raises(CredentialRefused, match="is expired"):
        ring.caller_of(text)
    assert (ring.has_any, ring.has_valid) == (True, False)


def test_a_running_server_notices_a_new_and_a_revoked_key_within_seconds(
    file: KeyFile, clock: list[float]
) -> None:
    made, first = file.make("a", Role.READ)
    ring = KeyRing(file)
    _, second = file.make("b", Role.READ)
    clock[0] += 1
    ring.caller_of(second)
    file.revoke(made.key_id)
    clock[0] += 1
    with pytest.raises(CredentialRefused, match=f"{made.key_id} is revoked"):
        ring.caller_of(first)
    ring.caller_of(second)


def test_revoking_again_changes_nothing_and_an_unknown_id_is_said(
    file: KeyFile, clock: list[float]
) -> None:
    made, _ = file.make("a", Role.READ)
    revoked = file.revoke(made.key_id)
    clock[0] += 5
    assert file.revoke(made.key_id) == revoked
    with pytest.raises(KeyNotFound, match="no key 'x'"):
        file.revoke("x")


def test_keys_that_are_made_at_the_same_time_are_all_there(file: KeyFile) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: file.make(f"k{n}", Role.READ)[0].key_id, range(24)))
    assert set(file.read()) == set(made)


def test_a_file_that_is_gone_leaves_no_key(file: KeyFile, clock: list[float]) -> None:
    _, text = file.make("a", Role.READ)
    ring = KeyRing(file)
    file.path.unlink()
    clock[0] += 1
    with pytest.raises(CredentialRefused):
        ring.caller_of(text)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"format": 2, "keys": []}',
        '{"format": 1, "keys": [{"key_id": "a"}]}',
        json.dumps(
            {
                "format": 1,
                "keys": [
                    {
                        "key_id": "a",
                        "name": "a",
                        "role": "root",
                        "sha256": "0" * 64,
                        "created_at": 1,
                    }
                ],
            }
        ),
        json.dumps(
            {
                "format": 1,
                "keys": [
                    {
                        "key_id": "a",
                        "name": "a",
                        "role": "read",
                        "sha256": "0" * 64,
                        "created_at": 1,
                        "expires_at": "soon",
                    }
                ],
            }
        ),
    ],
)
def test_a_damaged_file_is_said_at_the_start_and_changes_nothing_later(
    file: KeyFile, content: str, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    _, text = file.make("a", Role.READ)
    ring = KeyRing(file)
    file.path.write_text(content)
    with pytest.raises(ConfigError, match=r"keys\.json"):
        KeyRing(file)
    clock[0] += 1
    with caplog.at_level(logging.ERROR):
        ring.caller_of(text)
    assert "keys stay as they were" in caplog.text


def test_a_key_of_a_tenant_says_so_and_the_file_of_others_is_as_before(file: KeyFile) -> None:
    made, text = file.make("shop", Role.READ, tenant="a")
    _, other = file.make("other", Role.READ)
    ring = KeyRing(file)
    assert [ring.caller_of(one).tenant for one in (text, other)] == ["a", ""]
    rows = json.loads(file.path.read_text())["keys"]
    assert ["tenant" in row for row in rows] == [True, False]
    rows[0]["tenant"] = 7
    file.path.write_text(json.dumps({"format": 1, "keys": rows}))
    with pytest.raises(ConfigError, match=f"key {made.key_id} has a tenant that is no text"):
        file.read()


def test_all_keys_of_a_tenant_are_revoked_and_no_others(file: KeyFile) -> None:
    of_a = [file.make("x", Role.READ, tenant="a")[0] for _ in range(2)]
    others = [file.make("x", Role.READ, tenant=tenant)[0] for tenant in ("b", "")]
    file.revoke(of_a[0].key_id)
    assert [key.key_id for key in file.revoke_all_of("a")] == [of_a[1].key_id]
    kept = file.read()
    assert all(kept[key.key_id].revoked_at is not None for key in of_a)
    assert all(kept[key.key_id].revoked_at is None for key in others)
