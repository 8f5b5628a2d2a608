"""Training apart: in a process of its own, so that neither what it takes nor how it ends is the
server's.

    the server    vectors into files -> the process -> its progress, its model -> register, activate
    the process   `service.operations.trainee`

What a caller's `progress` raises ends the process. It is told the last step again while nothing new
comes, so that a caller who has gone is noticed. Knows no queues and no calls.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from encoders.pytorch import require_pytorch
from service.api.messages import ModelInfo, Progress, TrainProgress
from service.config import Settings, TrainingSettings
from service.config_file import SECRETS
from service.errors import NoRoom, NoTrainedModel, TrainingEnded, TrainingOutOfMemory
from service.models.trainer import Made
from service.operations.trainee import NO_MODEL, OUT_OF_MEMORY, STORE, Task, says_no_memory
from service.recommender import Recommender
from service.storage.data_folder import log_file
from service.storage.frozen_store import freeze

FOLDER = "training-input"
"""In the data folder, for as long as a training takes."""
TOLD_EVERY_S = 2.0
ENDS_WITHIN_S = 10.0
"""How long a process that is asked to end may take."""
_CHILD = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from service.operations.trainee import main; sys.exit(main(sys.argv[1]))"
)
_KILLED = {signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS}

logger = logging.getLogger(__name__)


def can_be_apart(settings: Settings) -> bool:
    """Whether another process could read the log: one in memory is nobody else's."""
    return settings.log_url.startswith("postgresql") or log_file(settings) is not None


def sweep(settings: Settings) -> None:
    """Remove what a training left that ended with its server. Nobody trains in this folder now."""
    shutil.rmtree(settings.data / FOLDER, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class TrainingApart:
    """How such processes are to be."""

    settings: TrainingSettings

    def train(
        self,
        recommender: Recommender,
        progress: Progress,
        *,
        seed: int,
        force: bool,
        incremental: bool,
    ) -> ModelInfo:
        """As `Recommender.train`, with its errors; also TrainingOutOfMemory, and TrainingEnded where
        the process ends otherwise."""
        require_pytorch("Training")
        with recommender.training_apart():
            with _laid_out(recommender, progress) as folder:
                Task(
                    settings=recommender.workspace.settings.model_dump(
                        mode="json", exclude=set(SECRETS)
                    ),
                    digest=recommender.workspace.digest,
                    seed=seed,
                    incremental=incremental,
                    memory_mb=self.settings.memory_mb,
                    cores=self.settings.cores,
                ).write(folder)
                made = self._made(folder, progress)
            return recommender.admit_model(progress, made, force=force)

    def _made(self, folder: Path, progress: Progress) -> Made:
        with tempfile.TemporaryFile() as errors, _child(folder, errors) as child:
            last = TrainProgress("start", 0, 1)
            for said in _lines(child):
                match said:
                    case {"progress": step}:
                        last = TrainProgress(**step)
                    case {"log": [level, name, text]}:
                        logging.getLogger(name).log(level, "training: %s", text)
                    case {"made": made}:
                        return Made(**made)
                    case {"error": error}:
                        raise self._error(error)
                progress(last)
            raise self._ended(child.wait(), _last_line(errors))

    def _error(self, told: dict[str, str]) -> Exception:
        text = told["text"]
        if told["kind"] == OUT_OF_MEMORY:
            return TrainingOutOfMemory(self.settings.memory_mb, text)
        if told["kind"] == NO_MODEL:
            why, _, todo = text.rpartition("; ")
            return NoTrainedModel(why, todo)
        return TrainingEnded(text)

    def _ended(self, code: int, last_words: str) -> Exception:
        """It said neither that there is a model, nor why there is none."""
        words = f": {last_words}" if last_words else ""
        if says_no_memory(last_words):
            return TrainingOutOfMemory(self.settings.memory_mb, last_words)
        if code >= 0:
            return TrainingEnded(f"exit code {code}{words}")
        how = f"{signal.Signals(-code).name}{words}"
        if -code in _KILLED and (self.settings.memory_mb or -code == signal.SIGKILL):
            return TrainingOutOfMemory(self.settings.memory_mb, how)
        return TrainingEnded(how)


@contextlib.contextmanager
def _laid_out(recommender: Recommender, progress: Progress) -> Iterator[Path]:
    """A folder with what the process reads."""
    workspace = recommender.workspace
    folder = workspace.settings.data / FOLDER
    sweep(workspace.settings)
    try:
        try:
            freeze(workspace.store, folder / STORE, list(workspace.dims), progress)
        except OSError as error:
            todo = "make room on its disk, or set training.apart = false"
            raise NoRoom(folder, error.strerror or str(error), todo) from error
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _child(folder: Path, errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The process; when this ends, so does it."""
    command = [sys.executable, "-c", _CHILD, str(folder.absolute()), *sys.path]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,  # Ctrl-C is for the server, which ends it
    ) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.terminate()
            try:
                child.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.kill()


def _lines(child: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """What the process says, and now and then, while it says nothing, nothing."""
    said: queue.Queue[bytes | None] = queue.Queue()
    threading.Thread(target=_read, args=(child, said), name="training", daemon=True).start()
    while True:
        try:
            line = said.get(timeout=TOLD_EVERY_S)
        except queue.Empty:
            yield {}
            continue
        if line is None:
            return
        yield json.loads(line)


def _read(child: subprocess.Popen[bytes], said: queue.Queue[bytes | None]) -> None:
    assert child.stdout is not None
    with contextlib.suppress(ValueError):  # it was closed, since nobody listens any more
        for line in child.stdout:
            said.put(line)
    said.put(None)


def _last_line(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 4096))
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return " ".join(lines[-1].split())[:300] if lines else ""
