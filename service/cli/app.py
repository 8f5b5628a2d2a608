"""The commands by name, and what becomes of their errors: one line on stderr and an exit code.

0   done
1   done in part: some rows or items failed, a budget was spent, the trained model was not activated, or a search
    found nothing better or was stopped; the report says which and why
2   could not
130 stopped by Ctrl-C; a line on stderr says what is kept and how to go on (`service.cli.interruption`)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence

import typer

from service.cli import output
from service.cli.commands.agents import mcp
from service.cli.commands.aligning import align
from service.cli.commands.asking import recommend, search, similar
from service.cli.commands.auditing import audit
from service.cli.commands.backing_up import backup, restore
from service.cli.commands.beginning import init
from service.cli.commands.chatting import chat
from service.cli.commands.encoding import encoders
from service.cli.commands.enriching import enrich
from service.cli.commands.evaluating import evaluate
from service.cli.commands.explaining import explain
from service.cli.commands.exporting import export
from service.cli.commands.indexing import index, rebuild
from service.cli.commands.keying import keys
from service.cli.commands.people import users
from service.cli.commands.recording import events
from service.cli.commands.reporting import report
from service.cli.commands.ruling import rules
from service.cli.commands.salvaging import log
from service.cli.commands.scrubbing import scrub
from service.cli.commands.serving import serve
from service.cli.commands.simulating import simulate
from service.cli.commands.tenanting import tenants
from service.cli.commands.training import models, train
from service.cli.commands.tuning import tune
from service.cli.commands.watching import top
from service.cli.connection import with_credentials
from service.cli.demo.demo import demo
from service.cli.doctor.command import doctor
from service.cli.files import COULD_NOT
from service.cli.interruption import INTERRUPTED, left
from service.cli.tree import called
from service.garbage_collection import collect_rarely

DEBUG = "--debug"
PASSIVE_THREADS = ("OMP_WAIT_POLICY", "PASSIVE")
"""Read by OpenMP when it is loaded, with PyTorch. Threads that wait for one another busily take twice the
processor time, and as much longer, beside another job."""

READERS = ("evaluate", "simulate", "tune", "scrub")
"""Commands without --server that a copy of the data serves as well."""

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        output.line(f"palate {version('palate')}")
        raise typer.Exit


@app.callback()
def palate(
    debug: bool = typer.Option(
        False, DEBUG, help="On an error, show the traceback; goes anywhere."
    ),
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Palate recommends, and says why: index a catalogue, record events, train, serve, ask.

    Exit codes: 0 done, 1 done in part (the report says which rows), 2 could not, 130 stopped by
    Ctrl-C (a line says what is kept).
    """


COMMANDS: Mapping[str, Sequence[Callable[..., int]]] = {
    "Begin": (demo, init, index, events, align, train, evaluate, serve),
    "Ask": (recommend, chat, explain, similar, search, mcp),
    "Keep": (tune, simulate, export, backup, restore, rebuild, scrub, doctor, top),
}
for group, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=group)(command)
app.add_typer(models, name="models", rich_help_panel="Keep")
app.add_typer(encoders, name="encoders", rich_help_panel="Keep")
app.add_typer(users, name="users", rich_help_panel="Keep")
app.add_typer(enrich, name="enrich", rich_help_panel="Keep")
app.add_typer(keys, name="keys", rich_help_panel="Keep")
app.add_typer(tenants, name="tenants", rich_help_panel="Keep")
app.add_typer(audit, name="audit", rich_help_panel="Keep")
app.add_typer(log, name="log", rich_help_panel="Keep")
app.add_typer(report, name="report", rich_help_panel="Keep")
app.add_typer(rules, name="rules", rich_help_panel="Keep")
with_credentials(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault(*PASSIVE_THREADS)
    collect_rarely()
    everything = list(sys.argv[1:] if arguments is None else arguments)
    given = [one for one in everything if one != DEBUG]
    try:
        code = app(given, prog_name="palate", standalone_mode=False)
    except Exception as error:
        if DEBUG in everything:
            raise
        output.error(_message(error, given))
        return COULD_NOT
    if code == INTERRUPTED:
        command, _ = called(app, given)
        output.remark(left(command, by_server=_names_a_server(given)))
    return code if isinstance(code, int) else 0


def _names_a_server(given: Sequence[str]) -> bool:
    return any(one == "--server" or one.startswith("--server=") for one in given)


def _message(error: Exception, given: Sequence[str]) -> str:
    """What a person can do something with; a bug says that it is one."""
    from encoders.errors import PalateError
    from indexer.errors import StoreLocked

    if isinstance(error, typer.Abort):
        return "aborted"
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        where = f"; see `{context.command_path} --help`" if context is not None else ""
        return f"{error.format_message().rstrip('.')}{where}"
    if isinstance(error, StoreLocked):
        return f"{error}{_beside_a_server(given)}"
    if isinstance(error, PalateError) or type(error).__name__ == "PalateRpcError":
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {error.strerror or error}"
    return f"{type(error).__name__}: {error}; this is a bug in Palate, please report it with the output of {DEBUG}"


def _beside_a_server(given: Sequence[str]) -> str:
    """What else can be done while another process has the folder open, by the command."""
    name, command = called(app, given)
    if any(parameter.name == "server" for parameter in command.params):
        return ", or go through that server with --server ADDRESS"
    if name in READERS:
        return (
            f", or let `palate {name}` read a copy: `palate backup DEST`, `palate restore DEST COPY`,"
            " then --data COPY"
        )
    return ""
