"""From a command's options to something that answers: the data folder opened here, or a server that
has it open.

An embedded store has one owner, so both look alike to the commands
(`service.api.services.Backend`). Knows no command.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli.connection import Connection
from service.cli.output import remark, waiting

if TYPE_CHECKING:
    from indexer.ingest.sources.source import Source
    from indexer.log.event_log import EventLog
    from service.api.services import Backend
    from service.config import Settings
    from service.language_model.model import LanguageModel
    from service.operations.switching import Switching
    from service.recommender import Recommender
    from service.storage.pseudonyms import Pseudonyms
    from service.telemetry.telemetry import Telemetry

Naming = Callable[["Source"], "Pseudonyms"]
"""What the people of a source are to be called. CatalogError where they cannot be told from others."""


def settings_of(
    data: Path | None, config: Path | None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """The settings; ConfigError says what cannot be used."""
    from service.config_file import load_settings

    return load_settings(data, config, overrides)


def require_data(settings: Settings) -> None:
    """ConfigError where nothing was ever stored: a mistyped folder must not be made, and then found
    empty."""
    from service.errors import ConfigError

    if not settings.log.url and not (settings.data / "log.db").is_file():
        raise ConfigError(
            f"there are no data in {settings.data}; index a catalogue first with"
            " `palate index FILE`, or name the folder with --data"
        )


def answering(
    data: Path | None, config: Path | None, server: Connection, *, quiet: bool
) -> AbstractContextManager[Backend]:
    """Whatever answers: the server at an address, or the data folder with its models loaded."""
    if server:
        return _at_address(server)
    return _in_folder(data, config, quiet)


@contextmanager
def talking(
    data: Path | None, config: Path | None, server: Connection, *, quiet: bool
) -> Iterator[tuple[Backend, LanguageModel | None]]:
    """The same, and the language model that phrases replies. A server keeps its own to itself: its
    key and its budget are not for whoever asks."""
    if server:
        with _at_address(server) as remote:
            yield remote, None
        return
    with _in_folder(data, config, quiet) as backend:
        yield backend, backend.reply_model


@contextmanager
def _at_address(server: Connection) -> Iterator[Backend]:
    """StoreUnavailable where no Palate server answers there."""
    from palate.errors import PalateRpcError
    from service.cli.remote import Remote
    from service.errors import StoreUnavailable

    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        remote = Remote.of(server)
    for doubt in doubts:
        remark(f"warning: {doubt.message}")
    try:
        yield remote
    except PalateRpcError as error:
        if error.reason:  # refused by Palate, and not lost on the way
            raise
        todo = "check the address, that `palate serve` is running there, and whether it speaks TLS (--tls-ca)"
        raise StoreUnavailable(f"server {server.address}", str(error), todo) from error
    finally:
        remote.close()


@contextmanager
def _in_folder(data: Path | None, config: Path | None, quiet: bool) -> Iterator[Switching]:
    """ConfigError where there are no data, StoreLocked where another process has them open."""
    settings = settings_of(data, config)
    require_data(settings)
    with waiting("loading encoders and model", quiet):
        from service.operations.switching import Switching

        backend = Switching(open_recommender(settings))
    try:
        yield backend
    finally:
        backend.close()


def open_recommender(
    settings: Settings, *, warm_up: bool = False, telemetry: Telemetry | None = None
) -> Recommender:
    """The data folder of the settings, with its models; after `warm_up` a first call takes no longer
    than others."""
    from service.recommender import Recommender
    from service.storage.workspace import Workspace
    from service.telemetry.telemetry import SILENT

    workspace = Workspace.open(settings)
    try:
        recommender = Recommender(workspace, telemetry=telemetry or SILENT)
        if warm_up:
            recommender.warm_up()
        return recommender
    except BaseException:
        workspace.close()
        raise


@contextmanager
def event_log(settings: Settings) -> Iterator[EventLog]:
    """The log alone, without encoders and vectors: quick to open. StoreLocked where another process
    owns the folder."""
    from service.storage.data_folder import log_alone

    with log_alone(settings) as log:
        yield log


@contextmanager
def people_log(settings: Settings) -> Iterator[tuple[EventLog, Naming]]:
    """The same for what is told of people: and what those of each source are called in it. ConfigError
    where the key of the settings is not the one that the folder began with."""
    from service.storage.pseudonyms import Pseudonyms

    pseudonyms = Pseudonyms.of_settings(settings)
    with event_log(settings) as log:
        pseudonyms.check(log)
        yield log, lambda source: pseudonyms.of_file(source.name, source.stated())


def as_sent(source: Source) -> Pseudonyms:
    """What people of a source are called when it goes to a server: what they are called there, for the
    server gives pseudonyms itself. CatalogError where they have some already."""
    from service.storage.pseudonyms import Pseudonyms, refuse_pseudonyms

    refuse_pseudonyms(source.name, source.stated())
    return Pseudonyms()
