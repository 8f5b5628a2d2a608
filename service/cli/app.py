"""The commands by name, and what becomes of their errors: one line on stderr and exit code 2.

0   done
1   done in part: some rows or items failed, a budget was spent, the trained model was not activated, or a search
    found nothing better or was stopped; the report says which and why
2   could not
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence

import typer

from service.cli import output
from service.cli.commands.aligning import align
from service.cli.commands.asking import recommend, search, similar
from service.cli.commands.auditing import audit
from service.cli.commands.backing_up import backup, restore
from service.cli.commands.chatting import chat
from service.cli.commands.encoding import encoders
from service.cli.commands.enriching import enrich
from service.cli.commands.evaluating import evaluate
from service.cli.commands.explaining import explain
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
from service.cli.commands.training import models, train
from service.cli.commands.tuning import tune
from service.cli.commands.watching import top
from service.cli.connection import with_credentials
from service.cli.demo.demo import demo
from service.cli.doctor.command import doctor
from service.cli.files import COULD_NOT

DEBUG = "--debug"
PASSIVE_THREADS = ("OMP_WAIT_POLICY", "PASSIVE")
"""Read by OpenMP when it is loaded, with PyTorch. Threads that wait for one another busily take twice the
processor time, and as much longer, beside another job."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def palate(
    debug: bool = typer.Option(
        False, DEBUG, help="On an error, show the traceback; goes anywhere."
    ),
) -> None:
    """Palate recommends, and says why: index a catalogue, record events, train, serve, ask.

    Exit codes: 0 done, 1 done in part (the report says which rows), 2 could not.
    """


COMMANDS: Mapping[str, Sequence[Callable[..., int]]] = {
    "Begin": (demo, index, events, align, train, evaluate, serve),
    "Ask": (recommend, chat, explain, similar, search),
    "Keep": (tune, simulate, backup, restore, rebuild, scrub, doctor, top),
}
for group, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=group)(command)
app.add_typer(models, name="models", rich_help_panel="Keep")
app.add_typer(encoders, name="encoders", rich_help_panel="Keep")
app.add_typer(users, name="users", rich_help_panel="Keep")
app.add_typer(enrich, name="enrich", rich_help_panel="Keep")
app.add_typer(keys, name="keys", rich_help_panel="Keep")
app.add_typer(audit, name="audit", rich_help_panel="Keep")
app.add_typer(log, name="log", rich_help_panel="Keep")
app.add_typer(report, name="report", rich_help_panel="Keep")
app.add_typer(rules, name="rules", rich_help_panel="Keep")
with_credentials(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault(*PASSIVE_THREADS)
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = DEBUG in given
    try:
        code = app(
            [one for one in given if one != DEBUG], prog_name="palate", standalone_mode=False
        )
    except Exception as error:
        if debug:
            raise
        output.error(_message(error))
        return COULD_NOT
    return code if isinstance(code, int) else 0


def _message(error: Exception) -> str:
    """What a person can do something with; a bug says that it is one."""
    from encoders.errors import PalateError

    if isinstance(error, typer.Abort):
        return "aborted"
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        where = f"; see `{context.command_path} --help`" if context is not None else ""
        return f"{error.format_message().rstrip('.')}{where}"
    if isinstance(error, PalateError) or type(error).__name__ == "PalateRpcError":
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {error.strerror or error}"
    return f"{type(error).__name__}: {error}; this is a bug in Palate, please report it with the output of {DEBUG}"
