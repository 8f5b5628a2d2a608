"""`palate tenants`: made, listed, limited, exported and made again from that, suspended, moved, deleted;
keys go with them, and the audit log has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.access.audit_chain import records
from service.access.keys import KeyFile, KeyRing
from service.errors import CredentialRefused
from service.tenants.folders import TenantFolders
from tests.service import world
from tests.service.cli.conftest import Run

DATA = Path("palate-data")
KEYS = DATA / "access/keys.json"


@pytest.fixture
def filled(run: Run) -> Path:
    """Tenant a, with the small world, and tenant b, empty."""
    DATA.mkdir(exist_ok=True)
    (DATA / "palate.toml").write_text('[encoders]\ntext = "fake"\nimage = "fake"\n')
    for name in "ab":
        assert run("tenants", "create", name).code == 0
    folder = DATA / "tenants" / "a"
    world.filled(folder.absolute()).close()
    return folder


def test_those_that_were_made_are_listed(run: Run) -> None:
    assert "no tenants" in run("tenants", "list").out
    assert "keys make --tenant shop" in run("tenants", "create", "shop", "--max-items", 5).out
    assert run("tenants", "list", "--json").json[0]["max_items"] == 5
    run("tenants", "limit", "shop", "--max-events-per-day", 0)
    (row,) = run("tenants", "list", "--json").json
    assert (row["tenant"], row["max_items"], row["max_events_per_day"]) == ("shop", None, 0)
    shown = run("tenants", "list").out
    assert ("as set" in shown, "no limit" in shown) == (True, True)


@pytest.mark.parametrize("name", ["Shop", "..", "a/b", "a-b"])
def test_a_name_that_cannot_be_one_is_refused(run: Run, name: str) -> None:
    ran = run("tenants", "create", "--", name)
    assert (ran.code, "begins with a letter" in ran.err) == (2, True)


def test_a_key_is_made_for_a_tenant_that_is_there(run: Run, filled: Path) -> None:
    made = run("keys", "make", "--name", "x", "--role", "read", "--tenant", "a", "--json").json
    assert made["tenant"] == "a"
    assert KeyRing(KeyFile(KEYS)).caller_of(made["key"]).tenant == "a"
    assert run("keys", "list", "--json").json[0]["tenant"] == "a"
    unknown = run("keys", "make", "--name", "x", "--role", "read", "--tenant", "c")
    assert (unknown.code, "there is none" in unknown.err) == (2, True)


def test_an_export_makes_an_equal_tenant_elsewhere(run: Run, filled: Path) -> None:
    exported = run("tenants", "export", "a", "exports", "--json").json
    made = run("tenants", "create", "c", "--from", "exports", "--json")
    assert (made.code, made.json["rows"]) == (0, exported["rows"])
    given = {"text": "fake", "image": "fake"}
    copies = [world.opened((DATA / "tenants" / name).absolute(), encoders=given) for name in "ac"]
    items = [one.list_items(100, "", "") for one in copies]
    assert items[0] == items[1]
    assert len(items[0][0]) == 40
    for one in copies:
        one.close()


def test_what_was_never_filled_cannot_be_exported(run: Run, filled: Path) -> None:
    ran = run("tenants", "export", "b", "exports")
    assert (ran.code, "there are no data" in ran.err) == (2, True)


def test_one_that_is_suspended_says_so_until_it_is_resumed(run: Run, filled: Path) -> None:
    run("tenants", "suspend", "a")
    assert [row["suspended"] for row in run("tenants", "list", "--json").json] == [True, False]
    assert "suspended" in run("tenants", "list").out
    run("tenants", "resume", "a")
    assert not any(row["suspended"] for row in run("tenants", "list", "--json").json)


@pytest.mark.parametrize("command", [["delete", "a", "--yes"], ["move", "a", "elsewhere"]])
def test_keys_go_with_their_tenant_and_others_stay(
    run: Run, filled: Path, command: list[str]
) -> None:
    keys = {
        name: run("keys", "make", "--name", "x", "--role", "read", "--tenant", name, "--json").json
        for name in "ab"
    }
    assert run("tenants", *command).code == 0
    assert [row["tenant"] for row in run("tenants", "list", "--json").json] == ["b"]
    assert not filled.exists()
    ring = KeyRing(KeyFile(KEYS))
    assert ring.caller_of(keys["b"]["key"]).tenant == "b"
    with pytest.raises(CredentialRefused, match="revoked"):
        ring.caller_of(keys["a"]["key"])


def test_nothing_is_deleted_before_it_is_confirmed(run: Run, filled: Path) -> None:
    assert run("tenants", "delete", "a").code == 2
    assert filled.exists()


def test_what_was_done_is_in_the_audit_log(run: Run, filled: Path) -> None:
    run("tenants", "suspend", "a")
    run("tenants", "delete", "a", "--yes", "--json")
    told = [json.loads(json.dumps(record)) for record in records(DATA / "access/audit")]
    assert [(one["event"], one["what"]) for one in told] == [
        ("tenant created", "a"),
        ("tenant created", "b"),
        ("tenant suspended", "a"),
        ("tenant deleted", "a"),
    ]


def test_a_tenant_that_was_moved_is_that_of_the_other_folder(run: Run, filled: Path) -> None:
    run("tenants", "move", "a", "elsewhere")
    from service.config import Settings

    assert TenantFolders(Settings(data=Path("elsewhere"))).names() == ["a"]
    assert [
        row["tenant"] for row in run("tenants", "list", "--data", "elsewhere", "--json").json
    ] == ["a"]
