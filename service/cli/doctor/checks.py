"""What `palate doctor` looks at: one function per thing, each giving findings. They read, and never
repair.

Knows nothing of printing.
"""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import metadata
from typing import TYPE_CHECKING

from encoders.errors import PalateError
from encoders.modality import media_types
from encoders.pytorch import TODO
from indexer.errors import Damaged, EncoderMismatch, StoreLocked
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from indexer.stores.edge.folder import ROOM_BYTES
from service.cli.doctor.finding import Finding
from service.config import Settings
from service.errors import ConfigError, WriterUnavailable
from service.language_model.account import Account
from service.models.privacy_metrics import EPSILON
from service.operations.scrubbing import sampled
from service.reasons.writing import Writing, writer_names
from service.storage.data_folder import check_log_is_theirs, check_log_is_there, registry_of
from service.storage.language_model import configured_model
from service.storage.liking import Liking
from service.storage.workspace import Workspace

if TYPE_CHECKING:
    from service.cli.doctor.encoder_checks import Encoders

PACKAGES_OF_TRAINING = (
    "torch",
    "torchvision",
    "sentence-transformers",
    "open-clip-torch",
    "timm",
)
PACKAGES = (
    "qdrant-edge-py",
    "qdrant-client",
    "sqlalchemy",
    "grpcio",
    "protobuf",
)
OLDEST_PYTHON = (3, 11)
SAMPLE = 16
"""Items that are encoded again, to compare their vectors."""
LOW_DISK_GB, FULL_DISK_GB = 2.0, ROOM_BYTES / 1e9


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Finding("fail", "python", version, "install Python 3.11 or newer")
    return Finding("ok", "python", version)


def packages() -> Iterator[Finding]:
    """All in one line, and one more for each that is missing; one for all that only training needs."""
    versions, missing = [], []
    for name in ("palate", *PACKAGES_OF_TRAINING, *PACKAGES):
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    yield Finding("ok", "packages", ", ".join(versions))
    if lacking := [name for name in missing if name in PACKAGES_OF_TRAINING]:
        found = f"not installed: {', '.join(lacking)}; nothing can be trained or converted here"
        yield Finding("warn", "training", found, TODO)
    for name in (name for name in missing if name in PACKAGES):
        yield Finding(
            "fail",
            f"package {name}",
            "not installed",
            f"`pip install {name}`, or install palate again",
        )


def disk(settings: Settings) -> Finding:
    folder = settings.data.absolute()
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9
    found = f"{free_gb:,.1f} GB free under {folder}"
    if free_gb < FULL_DISK_GB:
        todo = "make room: nothing can be stored any more, and a server only reads"
        return Finding("fail", "disk", found, todo)
    if free_gb < LOW_DISK_GB:
        return Finding("warn", "disk", found, "make room soon")
    return Finding("ok", "disk", found)


def port(settings: Settings) -> Finding:
    """A warning only: it may well be our own server."""
    address = settings.server.address
    host, _, number = address.rpartition(":")
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            host.strip("[]"), int(number), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return Finding(
            "warn",
            "port",
            f"{address}: {why}",
            "another server is there; to start one more, choose another",
        )
    return Finding("ok", "port", f"{address} is free")


def writers(settings: Settings) -> Finding:
    """Only the configured one has to be ready. Its endpoint, if it has one, is not asked."""
    try:
        writing = Writing(settings)
    except PalateError as error:
        return Finding(
            "fail", "writers", str(error), "correct it, or set explain.writer to template"
        )
    states = []
    for name in writer_names():
        try:
            writing.writer(name)
            states.append(f"{name} ready")
        except WriterUnavailable as error:
            states.append(f"{name} not set up ({error.todo})")
    writing.close()
    return Finding("ok", "writers", f"{settings.explain.writer} writes; {', '.join(states)}")


def language_model(settings: Settings) -> Finding:
    """Whether there is one, and what it needs is there. An endpoint is not asked: it may cost."""
    chosen = settings.language_model
    try:
        model = configured_model(settings, Account())
    except ConfigError as error:
        todo = "correct it, or set language_model.kind to none"
        return Finding("fail", "language model", str(error), todo)
    if model is None:
        return Finding("ok", "language model", "none is set up")
    model.close()
    at = f" at {chosen.base_url}" if chosen.base_url else ""
    return Finding("ok", "language model", f"{chosen.kind} {model.name}{at}, not asked")


def stored(settings: Settings, encoders: Encoders) -> Iterator[Finding]:
    """The log, then what is made from it."""
    try:
        check_log_is_there(settings)
    except Damaged as error:
        yield Finding("fail", "log", str(error), "see the message")
        return
    if not settings.log.url and not (settings.data / "log.db").is_file():
        yield Finding(
            "warn",
            "data",
            f"nothing in {settings.data} yet",
            "index a catalogue: `palate index FILE`",
        )
        return
    try:
        with open_event_log(settings.log_url) as log:
            check_log_is_theirs(log, registry_of(settings))
            yield from _log(settings, log)
            yield from _vectors(settings, log, encoders)
            yield from _models(settings, log)
    except Damaged as error:
        yield Finding("fail", "log", str(error), "see the message")
    except PalateError as error:
        yield Finding(
            "fail", "log", str(error), "restore a backup, or use the Palate that wrote it"
        )


def _log(settings: Settings, log: EventLog) -> Iterator[Finding]:
    items, events, people = log.count_items(), log.count_events(), log.users_count()
    if problems := log.damage():
        todo = (
            "stop the server; `palate log salvage FILE` reads what can be read, or restore a backup"
        )
        yield Finding("fail", "log", "; ".join(problems), todo)
    else:
        yield Finding(
            "ok", "log", f"sound: {items:,} items, {events:,} events of {people:,} people"
        )
    policy = settings.events.policy()
    yield Finding("ok", "ratings", Liking(policy, log).described)
    if lacking := log.count_lacking_pictures():
        todo = "make them available and run `palate index` with the same file again; its report says what is wrong"
        yield Finding(
            "warn",
            _media_words(settings),
            f"{lacking:,} items lack one that could not be had",
            todo,
        )
    if ahead := log.count_ahead():
        found = f"{ahead:,} lie ahead of the clock; each counts as of the newest recorded before it"
        yield Finding("warn", "events", found, "set the clock of this machine right")
    unknown = sum(int((batch.item_index < 0).sum()) for batch in log.read_events())
    if unknown:
        found = f"{unknown:,} of {events:,} name items that are not in the catalogue"
        yield Finding(
            "warn", "events", found, "index these items; until then the events count for nothing"
        )


def _media_words(settings: Settings) -> str:
    """What items of this catalogue may have beside their texts, in the plural."""
    kinds = [kind for name, kind in media_types().items() if name in settings.encoder_names]
    return " and ".join(kind.plural for kind in kinds)


def _vectors(settings: Settings, log: EventLog, encoders: Encoders) -> Iterator[Finding]:
    """Opens the store, as a server would, unless it is damaged."""
    damaged: Mapping[str, str] = {}
    with suppress(PalateError):  # one that is open, or cannot be reached: opening it says so
        damaged = registry_of(settings).damaged()
    for name, why in damaged.items():
        todo = "`palate rebuild`; a start does it by itself where the engine cannot read them"
        yield Finding("fail", "vectors", f"{name} is damaged: {why}", todo)
    if damaged:
        return
    if encoders.text is None or encoders.failures:
        yield Finding("warn", "vectors", "not looked at without their encoders", "see the encoders")
        return
    pending = log.count_pending() + len(log.pending_deletions())
    try:
        workspace = Workspace.open_with(settings, encoders.text, encoders.modalities)
    except StoreLocked as error:
        owner = f"process {error.owner_pid}" if error.owner_pid else "another process"
        yield Finding(
            "warn",
            "vectors",
            f"in use by {owner}, not looked at",
            "stop it first to have them checked",
        )
        return
    except EncoderMismatch as error:
        yield Finding(
            "fail",
            "vectors",
            str(error),
            "configure those encoders again, or run `palate encoders change`",
        )
        return
    except PalateError as error:
        yield Finding(
            "fail",
            "vectors",
            str(error),
            "see the message; `palate rebuild` makes them anew from the log",
        )
        return
    try:
        count, items = workspace.store.count(), log.count_items()
        if pending or count != items:
            found = f"{count:,} items in the store, {items:,} in the log, {pending:,} pending"
            yield Finding(
                "warn",
                "vectors",
                found,
                "`palate serve` or `palate index` brings the store up to the log",
            )
        else:
            yield Finding("ok", "vectors", f"{count:,} items, as in the log")
        for problem in sampled(workspace, SAMPLE):
            yield Finding("fail", problem.what, problem.found, problem.todo)
        if workspace.served_before:
            found = f"other encoders than the settings name served last: {workspace.served_before}"
            yield Finding(
                "warn",
                "vectors",
                found,
                "a start takes those of the settings, and encodes what has changed",
            )
        if workspace.unaligned:
            yield Finding(
                "warn",
                "shared space",
                workspace.unaligned,
                "`palate align`, or `palate align --off`",
            )
        for name, alignment in workspace.alignments.items():
            recall = alignment.trained.recall
            found = f"{alignment.version}, held-out recall@10 {recall['text_to_image']:.2f} by text"
            yield Finding("ok", "shared space", f"{found}, {recall['image_to_text']:.2f} by {name}")
    finally:
        workspace.close()


def _models(settings: Settings, log: EventLog) -> Iterator[Finding]:
    """The one that serves, and those that are damaged: one of them may be what is rolled back to."""
    from service.ranker.checkpoint import CheckpointError, read_extra, verify_checkpoint

    active = log.active_model()
    damaged: dict[str, str] = {}
    for record in log.list_models():
        try:
            verify_checkpoint(settings.data / record.path, list(settings.encoder_names))
        except CheckpointError as error:
            damaged[record.version] = str(error)
    for version, why in damaged.items():
        serves = active is not None and version == active.version
        todo = "`palate train`, or `palate models activate` another; a start serves the one before"
        yield Finding(
            "fail" if serves else "warn",
            "model",
            f"{version}: {why}",
            todo if serves else "it cannot be rolled back to; restore it from a backup",
        )
    served = [record.version for record in log.list_models() if record.activated_at is not None]
    if active is None and served:
        found = "the log names no model that there is"
        yield Finding("fail", "model", found, f"`palate models activate {served[0]}`, or another")
    elif active is None:
        yield Finding(
            "warn",
            "model",
            "none serves",
            "`palate train` trains one; until then content and item-kNN rank",
        )
    elif active.version not in damaged:
        n_events = read_extra(settings.data / active.path).get("n_events", 0)
        found = f"{active.version}, trained on {n_events:,} of {log.count_events():,} events"
        if epsilon := active.metrics.get(EPSILON):
            found = f"{active.version}, trained with differential privacy of epsilon {epsilon:g}"
        yield Finding("ok", "model", found)
