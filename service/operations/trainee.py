"""The process that trains for a server: it reads what the server has laid out for it, saves a model, and
says so.

    stdin    open for as long as the server lives: when it ends, so does this process
    stdout   a JSON object each line: {"progress": ...}, {"log": ...}, at last {"made": ...} or {"error": ...}

It owns its memory, its cores and its end. Nothing is registered here, and nothing serves. Knows no
gRPC.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from service.priority import TRAINING, give_way

if TYPE_CHECKING:
    from indexer.catalog.item import Item
    from indexer.log.event_log import EventLog
    from indexer.stores.store import ItemStore
    from service.api.messages import TrainProgress
    from service.models.trainer import Made
    from service.ranker.data.arrays import IntArray

TASK = "task.json"
STORE = "store"
"""In the folder that the server lays out."""
OUT_OF_MEMORY = "out of memory"
NO_MODEL = "no model"
"""Kinds of errors that the server tells apart."""
_NO_ALLOCATION = ("allocate memory", "bad_alloc", "unable to allocate", "memory allocation")
"""How libraries say that memory could not be had."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of the process."""

    settings: Mapping[str, Any]
    digest: str
    """Of the server's encoders: with others, nothing would come of it."""
    seed: int
    incremental: bool
    memory_mb: int
    cores: int
    """0 is half of them."""

    def write(self, folder: Path) -> None:
        """For `read`. Settings hold addresses of databases with their passwords."""
        file = folder / TASK
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Task:
        """What `write` wrote."""
        return cls(**json.loads((folder / TASK).read_text("utf-8")))


class Voice(logging.Handler):
    """Says things in lines."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(logging.WARNING)
        self._stream = stream

    def say(self, what: str, value: object) -> None:
        """One line, at once."""
        line = json.dumps({what: value}, ensure_ascii=False)
        self.acquire()
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        finally:
            self.release()

    def emit(self, record: logging.LogRecord) -> None:
        """A line of the log."""
        self.say("log", [record.levelno, record.name, record.getMessage()])

    def progress(self, step: TrainProgress) -> None:
        """How far it is."""
        self.say("progress", asdict(step))


class _View:
    """The catalogue, for sources of other packages."""

    def __init__(self, store: ItemStore, log: EventLog) -> None:
        self._store, self._log = store, log

    def items(self, indices: IntArray) -> list[Item]:
        found = self._store.get_items(indices.tolist())
        return [found[index] for index in indices.tolist()]

    def everything(self) -> Iterable[tuple[int, Item]]:
        return self._log.iter_items()


def main(folder: str) -> int:
    """What the process does; its exit code."""
    voice = Voice(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # what libraries print is no word of ours
    logging.getLogger().addHandler(voice)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    try:
        task = Task.read(Path(folder))
        limit(task.memory_mb, task.cores)
        made = train(Path(folder), task, voice)
    except BaseException as error:
        voice.say("error", _told(error))
        return 1
    voice.say("made", asdict(made))
    return 0


def train(folder: Path, task: Task, voice: Voice) -> Made:
    """Train as the task says."""
    from encoders.registry import load_modalities, load_text_encoder
    from indexer.log.opening import open_event_log
    from service.aspects.reading import Aspects
    from service.config import Settings
    from service.errors import EncoderMismatch
    from service.models.registry import ModelRegistry
    from service.models.trainer import Trainer
    from service.serving.catalogue_lexicon import CatalogueLexicon
    from service.serving.sources import plugged_sources
    from service.storage.data_folder import DataFolder, registry_of
    from service.storage.frozen_store import FrozenStore
    from service.storage.item_ids import ItemIds
    from service.storage.workspace import Workspace

    settings = Settings.model_validate(task.settings)
    text = load_text_encoder(settings.encoders.text, settings.encoder_backend)
    modalities = load_modalities(settings.encoder_names, settings.encoder_backend)
    store = FrozenStore(folder / STORE)
    with open_event_log(settings.log_url) as log:
        unlocked = DataFolder(log, registry_of(settings), None)
        workspace = Workspace.reading(settings, unlocked, store, text, modalities)
        if workspace.digest != task.digest:
            raise EncoderMismatch("the server's store", {"": task.digest}, {"": workspace.digest})
        ids = ItemIds(log.item_indices())
        registry = ModelRegistry(workspace, ids)
        view = _View(store, log)
        lexicon = CatalogueLexicon(view.everything, Aspects(log), text)
        trainer = Trainer(
            workspace,
            ids,
            registry,
            plugged_sources(view, settings.server.source_timeout_s),
            lexicon.now,
        )
        return trainer.make(voice.progress, seed=task.seed, incremental=task.incremental)


def limit(memory_mb: int, cores: int) -> None:
    """No more than that, from here on; to be called before the libraries that count cores are
    loaded."""
    give_way(TRAINING)
    if sys.platform == "linux":
        mine = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, mine[-(cores or max(1, len(mine) // 2)) :])
        Path("/proc/self/oom_score_adj").write_text("1000")  # the kernel takes it first
    if memory_mb:
        import resource

        # What is written to: reserved addresses, of which PyTorch takes many, are not counted.
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))


def says_no_memory(words: str) -> bool:
    """Whether a library says so."""
    return any(one in words.lower() for one in _NO_ALLOCATION)


def _told(error: BaseException) -> Mapping[str, str]:
    from service.errors import NoTrainedModel

    text = f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]
    if isinstance(error, MemoryError) or says_no_memory(text):
        return {"kind": OUT_OF_MEMORY, "text": text}
    if isinstance(error, NoTrainedModel):
        return {"kind": NO_MODEL, "text": str(error)}
    return {"kind": "", "text": text}


def _end_with_the_server() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
