"""Who is let through, for every method of the table and every way to be known."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from service.access.audit_chain import records
from service.access.caller import OPEN, Peer
from service.access.control import AccessControl, metrics_readers
from service.access.keys import KeyFile
from service.access.roles import CALLS, METRICS, RPCS, Role
from service.config import Settings
from service.errors import (
    AuditUnwritable,
    ConfigError,
    CredentialMissing,
    CredentialRefused,
    RateLimited,
    RoleTooLow,
    TenantRefused,
)
from service.telemetry.call import Call
from tests.service.access.providers import AUDIENCE, ISSUER, Provider

RECOMMEND = "/palate.v1.RecommendService/Recommend"
DELETE_USER = "/palate.v1.UserService/DeleteUser"
HERE = Peer("ipv4:127.0.0.1:4242")


def settings(folder: Path, **access: Any) -> Settings:
    return Settings.model_validate({"data": folder, "access": access})


def _asking_for_certificates(folder: Path, names: dict[str, str]) -> Settings:
    """Their files are not read here."""
    tls = {"cert": folder / "c", "key": folder / "k", "client_ca": folder / "ca"}
    return Settings.model_validate({"data": folder, "access": {"certificates": names}, "tls": tls})


def key(folder: Path, role: Role, **given: Any) -> dict[str, str]:
    """Metadata with a key of that role."""
    text = KeyFile(settings(folder).keys_file).make("test", role, **given)[1]
    return {"authorization": f"Bearer {text}"}


def test_without_keys_this_machine_is_asked_for_none(tmp_path: Path) -> None:
    access = AccessControl(settings(tmp_path))
    assert not access.required
    assert access.check(DELETE_USER, {}, HERE) is OPEN
    assert not access.is_recorded(DELETE_USER)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("method", RPCS)
@pytest.mark.parametrize("role", [None, Role.READ, Role.WRITE, Role.ADMIN])
def test_every_method_is_open_to_its_role_and_those_above_and_to_nobody_else(
    tmp_path: Path, method: str, role: Role | None
) -> None:
    metadata = key(tmp_path, role) if role is not None else {}
    key(tmp_path, Role.ADMIN)
    access = AccessControl(settings(tmp_path))
    needed = RPCS[method].role
    if needed is None:
        assert access.check(method, metadata, HERE) is OPEN
    elif role is None:
        with pytest.raises(CredentialMissing):
            access.check(method, metadata, HERE)
    elif role < needed:
        with pytest.raises(RoleTooLow, match=f"needs the role {needed}, and .* has {role}"):
            access.check(method, metadata, HERE)
    else:
        assert access.check(method, metadata, HERE).role is role


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic dTpw", "palate_0_0", "Bearer palate_x", "Bearer a.b.c"]
)
def test_what_is_no_key_of_ours_is_refused(tmp_path: Path, header: str) -> None:
    key(tmp_path, Role.ADMIN)
    with pytest.raises(CredentialRefused):
        AccessControl(settings(tmp_path)).check(RECOMMEND, {"authorization": header}, HERE)


def test_the_scheme_may_be_written_as_one_likes(tmp_path: Path) -> None:
    text = key(tmp_path, Role.READ)["authorization"].removeprefix("Bearer ")
    access = AccessControl(settings(tmp_path))
    assert access.check(RECOMMEND, {"authorization": f"bearer  {text} "}, HERE).role is Role.READ


def test_a_certificate_with_a_role_needs_no_key_and_a_key_comes_before_it(tmp_path: Path) -> None:
    names = {"shop.example": "write", "boss.example": "admin"}
    with pytest.raises(ConfigError, match=r"access.certificates with tls.client_ca"):
        AccessControl(settings(tmp_path, certificates=names))  # nobody would be asked for one
    asked = _asking_for_certificates(tmp_path, names)
    access = AccessControl(asked)
    assert access.required
    peer = Peer("ipv4:192.0.2.1:1", ("other.example", "shop.example", "boss.example"))
    caller = access.check(DELETE_USER, {}, peer)
    assert (caller.name, caller.role, caller.how) == ("boss.example", Role.ADMIN, "certificate")
    with pytest.raises(CredentialMissing):
        access.check(RECOMMEND, {}, Peer("ipv4:192.0.2.1:1", ("other.example",)))
    with pytest.raises(RoleTooLow):
        access.check(DELETE_USER, {}, Peer("ipv4:192.0.2.1:1", ("shop.example",)))
    text = key(tmp_path, Role.READ)
    with pytest.raises(RoleTooLow):
        AccessControl(asked).check(DELETE_USER, text, peer)


def test_a_token_of_the_identity_provider_is_taken_beside_keys(tmp_path: Path) -> None:
    provider = Provider()
    provider.add("one")
    (tmp_path / "jwks.json").write_bytes(provider.jwks())
    jwt = {"jwks": str(tmp_path / "jwks.json"), "issuer": ISSUER, "audience": AUDIENCE}
    access = AccessControl(settings(tmp_path, jwt=jwt))
    assert access.required
    token = {"authorization": f"Bearer {provider.token('one', role='write')}"}
    caller = access.check(RECOMMEND, token, HERE)
    assert (caller.name, caller.role, caller.how) == (f"{ISSUER} shop", Role.WRITE, "token")
    with pytest.raises(RoleTooLow):
        access.check(DELETE_USER, token, HERE)
    nobody = {"authorization": f"Bearer {provider.token('one', role='gardener')}"}
    with pytest.raises(RoleTooLow, match="has none"):
        access.check(RECOMMEND, nobody, HERE)
    with pytest.raises(CredentialRefused):
        access.check(RECOMMEND, key(tmp_path / "elsewhere", Role.ADMIN), HERE)


def test_tokens_without_the_package_that_reads_them_are_said_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "service.access.tokens", None)
    jwt = {"jwks": "jwks.json", "issuer": ISSUER, "audience": AUDIENCE}
    with pytest.raises(ConfigError, match=r"pip install 'palate\[jwt\]'"):
        AccessControl(settings(tmp_path, jwt=jwt))


def test_revoking_the_last_key_leaves_the_door_shut(tmp_path: Path) -> None:
    file = KeyFile(settings(tmp_path).keys_file)
    made, _ = file.make("only", Role.ADMIN)
    file.revoke(made.key_id)
    with pytest.raises(ConfigError, match="there is none that is valid"):
        AccessControl(settings(tmp_path))


def test_calls_of_a_key_are_counted_and_its_own_rate_holds(tmp_path: Path) -> None:
    slow = key(tmp_path, Role.READ, rate_per_s=0.001)
    fast = key(tmp_path, Role.READ)
    access = AccessControl(settings(tmp_path, burst_s=1.0))
    access.check(RECOMMEND, slow, HERE)
    with pytest.raises(RateLimited):
        access.check(RECOMMEND, slow, HERE)
    for _ in range(50):
        access.check(RECOMMEND, fast, HERE)


def test_refusals_and_administrative_calls_are_recorded_without_what_was_sent(
    tmp_path: Path,
) -> None:
    reader, admin = key(tmp_path, Role.READ), key(tmp_path, Role.ADMIN)
    access = AccessControl(settings(tmp_path))
    access.check(RECOMMEND, reader, HERE, "r-0")
    for metadata in ({}, reader, {"authorization": "Bearer palate_secret"}):
        with pytest.raises((CredentialMissing, RoleTooLow, CredentialRefused)):
            access.check(DELETE_USER, metadata, HERE, "r-1")
    caller = access.check(DELETE_USER, admin, HERE, "r-2")
    assert access.is_recorded(DELETE_USER)
    assert not access.is_recorded(RECOMMEND)
    call = Call(DELETE_USER, HERE.address, "r-2")
    access.began(caller, call)
    access.ended(caller, call, "NOT_FOUND", "ITEM_NOT_FOUND")
    told = list(records(settings(tmp_path).audit_folder))
    assert [(one["event"], one.get("reason"), one["request_id"]) for one in told] == [
        ("refused", "CREDENTIAL_MISSING", "r-1"),
        ("refused", "ROLE_TOO_LOW", "r-1"),
        ("refused", "CREDENTIAL_REFUSED", "r-1"),
        ("began", None, "r-2"),
        ("ended", "ITEM_NOT_FOUND", "r-2"),
    ]
    assert told[1]["who"].endswith(" test")
    assert {one["what"] for one in told} == {DELETE_USER}
    assert {one["from"] for one in told} == {HERE.address}
    assert "secret" not in json.dumps(told)


def test_what_cannot_be_recorded_is_not_begun(tmp_path: Path) -> None:
    admin = key(tmp_path, Role.ADMIN)
    blocked = tmp_path / "a file in the place of the folder"
    blocked.touch()
    access = AccessControl(settings(tmp_path, audit_folder=blocked))
    caller = access.check(DELETE_USER, admin, HERE)
    with pytest.raises(AuditUnwritable, match="so nothing was done"):
        access.began(caller, Call(DELETE_USER, HERE.address, "r"))
    with pytest.raises(CredentialMissing):  # and not AuditUnwritable
        access.check(DELETE_USER, {}, HERE)


def test_metrics_are_for_keys_where_other_machines_reach_them(tmp_path: Path) -> None:
    reader = key(tmp_path, Role.READ)["authorization"]
    near = settings(tmp_path)
    assert metrics_readers(near, AccessControl(near)) is None
    far = near.model_copy(
        update={"server": near.server.model_copy(update={"metrics": "0.0.0.0:9464"})}
    )
    may_read = metrics_readers(far, AccessControl(far))
    assert may_read is not None
    assert [may_read(header) for header in (reader, "", "Bearer x")] == [True, False, False]


def with_tenants(folder: Path, **access: Any) -> AccessControl:
    given = {"data": folder, "access": access, "tenants": {"enabled": True}}
    return AccessControl(Settings.model_validate(given))


@pytest.mark.parametrize("method", RPCS)
def test_with_tenants_a_catalogue_is_for_a_tenant_and_what_is_measured_for_nobodys(
    tmp_path: Path, method: str
) -> None:
    of_tenant, nobodys = key(tmp_path, Role.ADMIN, tenant="a"), key(tmp_path, Role.ADMIN)
    access = with_tenants(tmp_path)
    if RPCS[method].role is None:
        assert access.check(method, {}, HERE) is OPEN
        return
    good, bad = (nobodys, of_tenant) if method == METRICS else (of_tenant, nobodys)
    assert access.check(method, good, HERE).tenant == ("" if method == METRICS else "a")
    if method == METRICS or method.startswith(CALLS):
        with pytest.raises(TenantRefused):
            access.check(method, bad, HERE)
    else:  # what the rpcs are called is no secret
        assert access.check(method, bad, HERE).tenant == ""


@pytest.mark.parametrize("method", [method for method, rpc in RPCS.items() if rpc.role])
def test_without_tenants_the_key_of_one_opens_nothing(tmp_path: Path, method: str) -> None:
    of_tenant = key(tmp_path, Role.ADMIN, tenant="a")
    with pytest.raises(TenantRefused):
        AccessControl(settings(tmp_path)).check(method, of_tenant, HERE)


def test_tenants_need_callers_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"palate keys make --tenant NAME"):
        with_tenants(tmp_path)
    key(tmp_path, Role.READ, tenant="a")
    with pytest.raises(ConfigError, match=r"leave access\.required out"):
        with_tenants(tmp_path, required=False)


def test_a_certificate_and_a_token_say_whose_catalogue_it_is(tmp_path: Path) -> None:
    provider = Provider()
    provider.add("one")
    (tmp_path / "jwks.json").write_bytes(provider.jwks())
    source = {"jwks": str(tmp_path / "jwks.json"), "issuer": ISSUER, "audience": AUDIENCE}
    given = {
        "data": tmp_path,
        "tenants": {"enabled": True},
        "tls": {"cert": tmp_path / "c", "key": tmp_path / "k", "client_ca": tmp_path / "ca"},
        "access": {
            "jwt": {**source, "tenant_claim": "org.shop"},
            "certificates": {"a.example": "write", "boss.example": "admin"},
            "certificate_tenants": {"a.example": "a"},
        },
    }
    access = AccessControl(Settings.model_validate(given))
    assert access.check(RECOMMEND, {}, Peer("ipv4:192.0.2.1:1", ("a.example",))).tenant == "a"
    with pytest.raises(TenantRefused):
        access.check(RECOMMEND, {}, Peer("ipv4:192.0.2.1:1", ("boss.example",)))
    token = provider.token("one", role="write", org={"shop": "b"})
    assert access.check(RECOMMEND, {"authorization": f"Bearer {token}"}, HERE).tenant == "b"
    for org in ({}, {"shop": ["b"]}, "b"):
        other = provider.token("one", role="write", org=org)
        with pytest.raises(TenantRefused):
            access.check(RECOMMEND, {"authorization": f"Bearer {other}"}, HERE)


def test_a_tenant_is_only_given_to_a_certificate_that_has_a_role(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.example, which certificates gives no role"):
        settings(tmp_path, certificate_tenants={"a.example": "a"})


def test_the_audit_log_says_whose_catalogue_it_was(tmp_path: Path) -> None:
    of_tenant = key(tmp_path, Role.READ, tenant="a")
    access = with_tenants(tmp_path)
    caller = access.check(RECOMMEND, of_tenant, HERE)
    with pytest.raises(RoleTooLow):
        access.check(DELETE_USER, of_tenant, HERE, "r-1")
    access.began(caller, Call(DELETE_USER, HERE.address, "r-2"))
    told = [(one["event"], one["tenant"]) for one in records(tmp_path / "access" / "audit")]
    assert told == [("refused", "a"), ("began", "a")]
