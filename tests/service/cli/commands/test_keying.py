"""`palate keys`: made and shown once, listed without what is secret, revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.access.audit_chain import records
from service.access.keys import KeyFile, KeyRing
from service.access.roles import Role
from tests.service.cli.conftest import Run

FILE = Path("palate-data/access/keys.json")


def _make(run: Run, *given: object) -> str:
    ran = run("keys", "make", "--name", "shop", "--role", "write", *given)
    assert ran.code == 0
    (line,) = ran.out.splitlines()  # nothing but the key, so that it can be put into a file
    assert line not in ran.err
    return line


def test_a_key_that_was_made_opens_and_is_not_shown_again(run: Run) -> None:
    key = _make(run)
    assert KeyRing(KeyFile(FILE)).caller_of(key).role is Role.WRITE
    listed = run("keys", "list")
    assert "shop" in listed.out
    assert key not in listed.out
    assert key[-43:] not in FILE.read_text()


def test_what_is_listed_says_state_role_and_times(run: Run) -> None:
    _make(run, "--days", 30, "--rate", 5)
    (row,) = run("keys", "list", "--json").json
    assert (row["name"], row["role"], row["state"], row["rate_per_s"]) == (
        "shop",
        "write",
        "valid",
        5.0,
    )
    assert row["expires_at"] - row["created_at"] == pytest.approx(30 * 86_400, abs=5)
    assert "sha256" not in row


def test_a_revoked_key_stays_listed_and_opens_nothing(run: Run) -> None:
    _make(run)
    key_id = run("keys", "list", "--json").json[0]["key_id"]
    assert run("keys", "revoke", key_id).out == f"key {key_id} of shop is revoked\n"
    assert [row["state"] for row in run("keys", "list", "--json").json] == ["revoked"]
    unknown = run("keys", "revoke", "feedfacecafe")
    assert (unknown.code, "palate keys list" in unknown.err) == (2, True)


def test_who_made_and_revoked_what_is_in_the_audit_log(run: Run) -> None:
    made = run("keys", "make", "--name", "shop", "--role", "read", "--json").json
    run("keys", "revoke", made["key_id"])
    told = list(records(Path("palate-data/access/audit")))
    assert [(one["event"], one["what"]) for one in told] == [
        ("key made", f"{made['key_id']} shop read"),
        ("key revoked", f"{made['key_id']} shop read"),
    ]
    assert made["key"] not in json.dumps(told)


def test_no_keys_is_said_with_how_to_make_one(run: Run) -> None:
    assert "palate keys make" in run("keys", "list").out


@pytest.mark.parametrize(
    "given", [("--name", "a b"), ("--name", ""), ("--role", "root"), ("--days", -1)]
)
def test_what_cannot_be_is_refused(run: Run, given: tuple[str, object]) -> None:
    named = {"--name": "shop", "--role": "read", given[0]: given[1]}
    ran = run("keys", "make", *(part for pair in named.items() for part in pair))
    assert ran.code == 2
    assert not FILE.exists()
