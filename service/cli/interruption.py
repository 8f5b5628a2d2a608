"""Ctrl-C: what each long command leaves behind, and how to go on.

Owns these sentences and the exit code. `tune` and `enrich` report what they have, and `serve`, `chat`,
`top` and `backup --follow` end well: what stands here of them is for when it comes before that. Knows
no command but by name.
"""

from __future__ import annotations

from collections.abc import Mapping

INTERRUPTED = 130
"""The exit code: 128 and the number of SIGINT, as shells have it."""

NOTHING = "nothing was changed"
LEFT: Mapping[str, str] = {
    "index": "what was indexed so far is kept; the same command goes on, and skips it",
    "events": "what was recorded so far is kept; the same command goes on, and counts no event twice",
    "users import": "what was stored so far is kept; the same command begins again, and stores the same once more",
    "export": "what was there under this name is as it was; the same command begins again",
    "train": "the model that served still serves; the same command goes on after the last whole epoch, if log, items"
    " and settings are the same",
    "align": "what was in use still is, and nothing of the new one is kept; the same command begins again",
    "rebuild": "the log is whole, and so are the vectors made so far; `palate index` of any file, or the next start of"
    " the server, makes those that are missing",
    "evaluate": f"{NOTHING}, for it works on a copy, and no figure is kept; --max-cases N and --no-baselines are"
    " quicker",
    "simulate": f"{NOTHING}, and no figure is kept; --rounds N and --people N are quicker",
    "tune": "no trial had ended, so nothing is written; the same command begins again",
    "enrich": "what was described so far is kept; the same command goes on",
    "backup": "this backup does not count, and those before it are whole; the same command copies only what DEST does"
    " not have yet",
    "restore": "the backup is as it was; where DEST is there, only vectors are missing, and `palate index` of any file"
    " or the next start makes them; where it is not, the same command begins again",
    "scrub": f"{NOTHING}; the same command begins again",
    "encoders change": "what served still serves, and the vectors made so far are kept; the same command goes on",
    "models shrink": "the model is as it was; the same command begins again",
    "log salvage": "the damaged log is as it was, and the new file is not whole: delete it, and call the same command"
    " again",
    "demo": "without --data nothing is left; with it, name another folder, or go on in that one with `palate train`",
    "doctor": NOTHING,
}
BY_SERVER: Mapping[str, str] = {
    "train": "the server was told to stop; what served still serves, and the same command goes on after the last whole"
    " epoch",
    "encoders change": "the server was told to stop; what served still serves, and the same command goes on",
}
"""The same where --server does the work and it is not as in a folder."""


def left(command: str, *, by_server: bool = False) -> str:
    """What Ctrl-C leaves of a command, in a line."""
    told = (BY_SERVER if by_server else {}).get(command) or LEFT.get(command)
    return f"stopped by hand: {told}" if told else "stopped by hand"
