"""`palate tenants`: the catalogues of a server with tenants, made, listed, exported, moved and deleted,
beside the server that runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.commands.keying import record
from service.cli.files import DONE, IN_PART
from service.cli.options import Config, Data, Json, local
from service.cli.session import require_data, settings_of

if TYPE_CHECKING:
    from service.backup.restore import RestoreReport
    from service.config import Settings
    from service.tenants.folders import TenantFolders

tenants = typer.Typer(
    help="Tenants: catalogues of one server that cannot see one another.", no_args_is_help=True
)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the tenant, such as shop_de.", show_default=False)
]
MaxItems = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        help="Most items; 0 is no limit, left out as tenants.max_items.",
        show_default=False,
    ),
]
MaxEvents = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        help="Most events a day; 0 is no limit, left out as tenants.max_events_per_day.",
        show_default=False,
    ),
]


@tenants.command()
def create(
    name: Name,
    from_: Annotated[
        Path | None,
        typer.Option(
            "--from",
            callback=local,
            metavar="BACKUPS",
            help="With what `palate tenants export` or `palate backup` wrote there.",
            show_default=False,
        ),
    ] = None,
    max_items: MaxItems = None,
    max_events_per_day: MaxEvents = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Make a tenant; nobody sees it before `palate keys make --tenant NAME`. Exit code 1: its vectors
    are yet to be made."""
    settings = settings_of(data, config)
    folders = _folders(settings)
    restored: list[RestoreReport] = []

    def fill(folder: Path) -> None:
        if from_ is None:
            folder.mkdir(parents=True)
        else:
            restored.append(_restored(folders, name, from_, folder, as_json))

    folders.create(name, max_items=max_items, max_events_per_day=max_events_per_day, fill=fill)
    record(settings, "tenant created", name)
    rows = [sum(report.rows.values()) for report in restored]
    if as_json:
        output.emit({"tenant": name, "rows": sum(rows)})
    else:
        filled = f" with {rows[0]:,} rows of the backup" if rows else ""
        output.say(
            f"tenant {name} is made{filled}; `palate keys make --tenant {name} --name WHO --role ROLE`"
            " makes a key for it"
        )
    return IN_PART if any(report.vectors is None for report in restored) else DONE


@tenants.command("list")
def list_tenants(data: Data = None, config: Config = None, as_json: Json = False) -> int:
    """The tenants there are."""
    settings = settings_of(data, config)
    folders = _folders(settings)
    records = {name: folders.required(name) for name in folders.names()}
    if as_json:
        output.emit(
            [
                {
                    "tenant": name,
                    "created_at": one.created_at,
                    "suspended": one.is_suspended,
                    "max_items": one.max_items,
                    "max_events_per_day": one.max_events_per_day,
                }
                for name, one in records.items()
            ]
        )
    elif records:
        output.table(
            ["tenant", "made", "state", "items", "events a day"],
            [
                [
                    name,
                    output.minute(one.created_at),
                    "suspended" if one.is_suspended else "",
                    _limit(one.max_items),
                    _limit(one.max_events_per_day),
                ]
                for name, one in records.items()
            ],
        )
    else:
        output.say(f"no tenants in {settings.data}; `palate tenants create` makes one")
    return DONE


@tenants.command()
def limit(
    name: Name,
    max_items: MaxItems = None,
    max_events_per_day: MaxEvents = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Set the limits of a tenant; one that is left out is that of the settings."""
    settings = settings_of(data, config)
    _folders(settings).limit(name, max_items, max_events_per_day)
    record(settings, "tenant limited", name)
    return _said(name, "has these limits", as_json)


@tenants.command()
def suspend(name: Name, data: Data = None, config: Config = None, as_json: Json = False) -> int:
    """Answer no call of a tenant any more; a running server follows within a second or two."""
    settings = settings_of(data, config)
    _folders(settings).suspend(name)
    record(settings, "tenant suspended", name)
    return _said(name, "is suspended", as_json)


@tenants.command()
def resume(name: Name, data: Data = None, config: Config = None, as_json: Json = False) -> int:
    """Answer its calls again."""
    settings = settings_of(data, config)
    _folders(settings).suspend(name, suspended=False)
    record(settings, "tenant resumed", name)
    return _said(name, "is answered again", as_json)


@tenants.command()
def export(
    name: Name,
    dest: Annotated[
        Path,
        typer.Argument(
            callback=local, metavar="DEST", help="Folder of backups.", show_default=False
        ),
    ],
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Write all of a tenant into a folder of backups, also while a server has it open; `create --from`
    and `palate restore` read it."""
    from service.backup.backup import back_up

    settings = settings_of(data, config)
    folders = _folders(settings)
    folders.required(name)
    own = folders.settings_of(name)
    require_data(own)
    with output.progress(as_json) as step:
        report = back_up(own, dest, step=step)
    record(settings, "tenant exported", name)
    rows = sum(report.rows.values())
    if as_json:
        output.emit({"tenant": name, "rows": rows, "files": report.files})
    else:
        output.say(f"tenant {name}: {rows:,} rows and {report.files:,} files are in {dest}")
    for remark in report.remarks:
        output.remark(f"note: {remark}")
    return DONE


@tenants.command()
def move(
    name: Name,
    dest: Annotated[
        Path,
        typer.Argument(
            callback=local,
            metavar="DATA",
            help="Data folder of another server, on the same disk.",
            show_default=False,
        ),
    ],
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Move a tenant to another server, once its calls have ended. Its keys are revoked here; make others
    there."""
    settings = settings_of(data, config)
    where = _folders(settings).move(name, dest)
    _revoke(settings, name)
    record(settings, "tenant moved", name)
    return _said(name, f"is in {where}; its keys of here are revoked", as_json)


@tenants.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Delete a tenant with all that is its own, once its calls have ended, and revoke its keys. Exports
    of it stay."""
    settings = settings_of(data, config)
    folders = _folders(settings)
    folders.required(name)
    if not yes:
        typer.confirm(f"Delete tenant {name} and all that is in it?", abort=True, err=True)
    _revoke(settings, name)
    folders.delete(name)
    record(settings, "tenant deleted", name)
    if settings.log.url:
        output.remark(f"note: what log.url names for {name} stays: drop it in the database")
    return _said(name, "is deleted; its keys are revoked", as_json)


def _folders(settings: Settings) -> TenantFolders:
    from service.tenants.folders import TenantFolders

    return TenantFolders(settings)


def _restored(
    folders: TenantFolders, name: str, source: Path, folder: Path, as_json: bool
) -> RestoreReport:
    from service.backup.point import Point
    from service.backup.restore import restore

    with output.progress(as_json) as step:
        report = restore(source, folder, lambda _: folders.settings_of(name), at=Point(), step=step)
    for remark in report.remarks:
        output.remark(f"note: {remark}")
    return report


def _revoke(settings: Settings, name: str) -> None:
    from service.access.keys import KeyFile

    for key in KeyFile(settings.keys_file).revoke_all_of(name):
        record(settings, "key revoked", f"{key.key_id} {key.name} {key.role} of tenant {name}")


def _said(name: str, what: str, as_json: bool) -> int:
    if as_json:
        output.emit({"tenant": name, "done": what})
    else:
        output.say(f"tenant {name} {what}")
    return DONE


def _limit(most: int | None) -> str:
    return "as set" if most is None else f"{most:,}" if most else "no limit"
