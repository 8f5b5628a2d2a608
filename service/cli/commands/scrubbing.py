"""`palate scrub`: everything that is stored, read and verified."""

from __future__ import annotations

from dataclasses import asdict

from service.cli import output
from service.cli.files import COULD_NOT, DONE
from service.cli.options import Config, Data, Json
from service.cli.session import require_data, settings_of


def scrub(data: Data = None, config: Config = None, as_json: Json = False) -> int:
    """Read and verify everything that is stored: log, pictures, models, vectors. Changes nothing.

    Exit code 2: something is damaged; each is named, with what to do. `palate doctor` is quicker.
    """
    from service.operations.scrubbing import scrub as scrub_all
    from service.storage.workspace import Workspace

    settings = settings_of(data, config)
    require_data(settings)
    with output.waiting("loading encoders", as_json):
        workspace = Workspace.open(settings)
    try:
        with output.progress(as_json) as step:
            problems = scrub_all(workspace, output.telling(step))
    finally:
        workspace.close()
    if as_json:
        output.emit([asdict(problem) for problem in problems])
    elif not problems:
        output.say("everything is as it was written")
    for problem in [] if as_json else problems:
        output.say(f"{problem.what}: {problem.found}; {problem.todo}")
    return COULD_NOT if problems else DONE
