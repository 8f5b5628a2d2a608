"""`palate keys`: the keys that callers of a server are known by, made, listed and revoked."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE
from service.cli.options import Config, Data, Json
from service.cli.session import settings_of

if TYPE_CHECKING:
    from service.config import Settings

keys = typer.Typer(help="API keys: make, list, revoke.", no_args_is_help=True)

_DAY_S = 86_400.0
_ROLES = ("read", "write", "admin")
_NAME = re.compile(r"[\w.:@/-]{1,64}")


def _role(text: str) -> str:
    if text not in _ROLES:
        raise typer.BadParameter(f"{text!r} is no role: {', '.join(_ROLES)}.")
    return text


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise typer.BadParameter(
            f"{text!r} must be 1 to 64 letters, digits and _.:@/-, such as shop-backend."
        )
    return text


@keys.command()
def make(
    name: Annotated[
        str, typer.Option(metavar="NAME", parser=_name, help="Who gets it; for people.")
    ],
    role: Annotated[
        str,
        typer.Option(metavar="|".join(_ROLES), parser=_role, help="What it may call."),
    ],
    days: Annotated[
        float, typer.Option(metavar="DAYS", min=0.0, help="How long it is valid; 0 is for ever.")
    ] = 0.0,
    rate: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            min=0.0,
            help="Calls a second; 0 is no limit, left out as access.rate_per_s.",
            show_default=False,
        ),
    ] = None,
    tenant: Annotated[
        str,
        typer.Option(
            metavar="TENANT",
            help="Whose catalogue it opens, at a server with tenants; left out, nobody's.",
            show_default=False,
        ),
    ] = "",
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Make a key, and show it: on stdout, this once. What is kept is a hash."""
    from service.access.keys import KeyFile
    from service.access.roles import Role

    settings = settings_of(data, config)
    if tenant:
        from service.tenants.folders import TenantFolders

        TenantFolders(settings).required(tenant)
    expires_at = time.time() + days * _DAY_S if days else None
    made, key = KeyFile(settings.keys_file).make(
        name, Role.of(role), expires_at=expires_at, rate_per_s=rate, tenant=tenant
    )
    told = f"{made.key_id} {name} {role}"
    record(settings, "key made", f"{told} of tenant {tenant}" if tenant else told)
    if as_json:
        of_tenant = {"tenant": tenant} if tenant else {}
        output.emit({"key": key, "key_id": made.key_id, "name": name, "role": role, **of_tenant})
        return DONE
    output.line(key)
    until = f"until {output.minute(expires_at)}" if expires_at else "until it is revoked"
    output.remark(
        f"key {made.key_id} of {name}, role {role}, {until}; it is not shown again. {settings.keys_file} has its hash."
        " A server that asks for keys knows it within a second; one that was started without any asks from its next"
        " start on."
    )
    return DONE


@keys.command("list")
def list_keys(data: Data = None, config: Config = None, as_json: Json = False) -> int:
    """The keys there are, without what is secret of them."""
    from service.access.keys import KeyFile

    settings = settings_of(data, config)
    now = time.time()
    rows = [
        {
            "key_id": key.key_id,
            "name": key.name,
            "role": key.role,
            "state": key.state(now),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "revoked_at": key.revoked_at,
            "rate_per_s": key.rate_per_s,
            **({"tenant": key.tenant} if key.tenant else {}),
        }
        for key in KeyFile(settings.keys_file).read().values()
    ]
    if as_json:
        output.emit(rows)
    elif rows:
        output.table(
            ["key", "name", "role", "tenant", "state", "made", "expires", "calls a second"],
            [
                [
                    row["key_id"],
                    row["name"],
                    row["role"],
                    row.get("tenant", ""),
                    row["state"],
                    _minute(row["created_at"]),
                    _minute(row["expires_at"]),
                    "as set" if row["rate_per_s"] is None else f"{row['rate_per_s']:g}",
                ]
                for row in rows
            ],
        )
    else:
        output.say(f"no keys in {settings.keys_file}; `palate keys make` makes one")
    return DONE


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Its id, as `list` shows it.")],
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Take a key back. A running server refuses it within a second."""
    from service.access.keys import KeyFile

    settings = settings_of(data, config)
    key = KeyFile(settings.keys_file).revoke(key_id)
    record(settings, "key revoked", f"{key.key_id} {key.name} {key.role}")
    if as_json:
        output.emit({"key_id": key.key_id, "revoked_at": key.revoked_at})
    else:
        output.say(f"key {key.key_id} of {key.name} is revoked")
    return DONE


def record(settings: Settings, event: str, what: str) -> None:
    """In the audit log, unless the settings want none."""
    from service.access.audit import AuditLog

    if settings.access.audit is not False:
        log = AuditLog(settings.audit_folder, settings.access.audit_file_bytes)
        told = {"who": f"uid {os.getuid()}", "what": what, "from": "command line"}
        log.write(event, told, durable=True)


def _minute(unix_s: object) -> str:
    return output.minute(unix_s) if isinstance(unix_s, float) else "never"
