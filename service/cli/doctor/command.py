"""`palate doctor`: looks at everything a deployment stands on, changes nothing, and says what to
do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli import output
from service.cli.files import COULD_NOT, DONE, IN_PART
from service.cli.options import Config, Data, Json

if TYPE_CHECKING:
    from service.cli.doctor.finding import Finding


def doctor(data: Data = None, config: Config = None, as_json: Json = False) -> int:
    """Check installation, settings, data, models and port. Exit code 1: something to look at; 2:
    something broken."""
    with output.waiting("looking", as_json):
        found = list(_findings(data, config))
    if as_json:
        output.emit([asdict(finding) for finding in found])
    else:
        output.table(
            ["", "what", "found"],
            [[finding.status, finding.what, finding.found] for finding in found],
        )
        todos = [finding for finding in found if finding.todo]
        for finding in todos:
            output.say(f"{finding.what}: {finding.todo}")
    statuses = {finding.status for finding in found}
    return COULD_NOT if "fail" in statuses else IN_PART if "warn" in statuses else DONE


def _findings(data: Path | None, config: Path | None) -> Iterator[Finding]:
    from service.cli.doctor import checks, encoder_checks
    from service.cli.doctor.finding import Finding
    from service.cli.session import settings_of
    from service.errors import ConfigError

    yield checks.python()
    yield from checks.packages()
    try:
        settings = settings_of(data, config)
    except ConfigError as error:
        yield Finding("fail", "settings", str(error), "correct the settings")
        return
    yield Finding("ok", "settings", f"data in {settings.data}")
    yield checks.disk(settings)
    yield checks.port(settings)
    yield checks.writers(settings)
    yield checks.language_model(settings)
    yield from encoder_checks.plugged_in()
    encoders = encoder_checks.Encoders.load(settings)
    yield from encoders.findings()
    yield from checks.stored(settings, encoders)
