"""`palate backup` and `palate restore`: a data folder into a folder of backups, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE, IN_PART
from service.cli.options import Config, Data, Json, local
from service.cli.session import require_data, settings_of

if TYPE_CHECKING:
    from service.backup.backup import BackupReport
    from service.backup.restore import RestoreReport

Dest = Annotated[
    Path,
    typer.Argument(callback=local, metavar="DEST", help="Folder of backups.", show_default=False),
]


def backup(
    dest: Dest,
    vectors: Annotated[
        bool,
        typer.Option(
            "--vectors", help="With vectors, which a restore makes anew else; no server may run."
        ),
    ] = False,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Then go on, shipping events as they come, until Ctrl-C."),
    ] = False,
    every: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=1.0, help="With --follow, between two whole backups."),
    ] = 300.0,
    keep: Annotated[
        int, typer.Option(metavar="N", min=1, help="Backups that stay, this one counted.")
    ] = 7,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Back up the data folder, also while a server has it open; again into the same DEST, what has
    changed."""
    if follow and vectors:
        raise typer.BadParameter("--vectors is for a single backup, without --follow.")
    settings = settings_of(data, config)
    require_data(settings)
    if follow:
        from service.backup.following import follow as follow_log

        with _asked_to_stop() as wait:
            follow_log(
                settings,
                dest,
                wait,
                every_s=every,
                keep=keep,
                on_backup=lambda report: _tell(report, as_json, indent=None),
                on_trouble=lambda why: output.remark(f"trying again: {why}"),
            )
        return DONE
    from service.backup.backup import back_up

    with output.progress(as_json) as step:
        report = back_up(settings, dest, vectors=vectors, keep=keep, step=step)
    _tell(report, as_json, indent=1)
    return DONE


def restore(
    source: Annotated[
        Path,
        typer.Argument(
            callback=local, metavar="SOURCE", help="Folder of backups.", show_default=False
        ),
    ],
    dest: Annotated[
        Path,
        typer.Argument(
            callback=local,
            metavar="DEST",
            help="Data folder, empty or not there.",
            show_default=False,
        ),
    ],
    at: Annotated[
        str,
        typer.Option(
            metavar="TIME|POSITION",
            help="As it was then: 2026-03-01T12:00 (UTC, or with a zone), or a position of the log.",
            show_default=False,
        ),
    ] = "",
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Make a data folder of a backup, every block of it checked. Exit code 1: its vectors are yet to
    be made."""
    from service.backup.point import Point
    from service.backup.restore import restore as restore_folder

    point = Point.parse(at) if at else Point()
    with output.progress(as_json) as step:
        report = restore_folder(
            source, dest, lambda data: settings_of(data, config), at=point, step=step
        )
    if as_json:
        output.emit(asdict(report))
    else:
        _show(report)
    return IN_PART if report.vectors is None else DONE


def _tell(report: BackupReport, as_json: bool, indent: int | None) -> None:
    if as_json:
        output.emit(asdict(report), indent=indent)
        return
    rows = sum(report.rows.values())
    new = f"{report.new_blocks:,} of {report.blocks:,} blocks were new, {report.new_bytes / 2**20:,.1f} MB"
    output.say(
        f"{output.minute(report.made_at)} UTC, position {report.position:,}: {rows:,} rows and"
        f" {report.files:,} files are backed up and verified; {new}"
    )
    _say_all(report.remarks)


def _show(report: RestoreReport) -> None:
    output.table(
        ["log", "restored", "left out"],
        [[name, rows, report.left_out.get(name, 0)] for name, rows in report.rows.items() if rows],
        right=["restored", "left out"],
    )
    output.say(
        f"from the backup of {output.minute(report.made_at)} UTC, up to position"
        f" {report.position:,}; {report.files:,} files"
    )
    if report.vectors is not None:
        output.say(f"{report.vectors:,} items have vectors; {report.encoded:,} were encoded anew")
    _say_all(report.remarks)


def _say_all(remarks: Sequence[str]) -> None:
    for remark in remarks:
        output.remark(f"note: {remark}")


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[float], bool]]:
    """What waits so many seconds, or until SIGTERM or Ctrl-C, and says which."""
    import signal
    import threading

    stopping = threading.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stopping.set()) for number in signals]
    try:
        yield stopping.wait
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
