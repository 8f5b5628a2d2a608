"""The seam to model libraries while they load: no network unless it answers, no noise, one kind of
error.

Owns the decision whether a model hub may be asked. Knows nothing of any particular model.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from encoders.errors import EncoderUnavailable
from encoders.pytorch import TODO

HUB_TIMEOUT_S = 3.0
_WHY_LENGTH = 300
_loading_lock = RLock()

# Everything sentence-transformers never reads: other runtimes' copies of the same weights.
_OTHER_RUNTIMES = [
    "*.onnx",
    "*.h5",
    "*.ot",
    "*.msgpack",
    "*.tflite",
    "*.gguf",
    "onnx/*",
    "openvino/*",
    "coreml/*",
]


@contextmanager
def loading(name: str, todo: str, *, may_download: bool = False) -> Iterator[None]:
    """Within this block a library loads model `name`; whatever it raises leaves as
    EncoderUnavailable with `todo`.

    Hugging Face's client retries an unreachable hub for over a minute per model, so the hub is
    asked once, shortly, and if it does not answer the client is set offline for the length of the
    block: cached models load, others fail at once. The flag is the library's own and global, hence
    the lock.
    """
    from huggingface_hub import constants

    with _loading_lock, _quiet():
        was_offline = constants.HF_HUB_OFFLINE
        offline = was_offline or not (may_download and hub_answers())
        constants.HF_HUB_OFFLINE = offline
        try:
            yield
        except EncoderUnavailable:
            raise
        except ModuleNotFoundError as error:  # all of them come with PyTorch
            raise EncoderUnavailable(name, f"{error.name} is not installed", TODO) from error
        except Exception as error:  # model libraries raise anything: OSError, KeyError, UnpicklingError, RuntimeError…
            why = _summary(error)
            if may_download and offline:
                why = f"it is not on this machine and no model hub is reachable from here ({why})"
            raise EncoderUnavailable(name, why, todo) from error
        finally:
            constants.HF_HUB_OFFLINE = was_offline


def hub_answers() -> bool:
    """Whether the model hub responds at all, within a few seconds, through whatever proxy is
    configured."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=HUB_TIMEOUT_S)
    except (
        Exception
    ):  # no route, no name, no answer, offline by configuration: all mean the same here
        return False
    return True


def model_folder(name: str) -> Path:
    """The local folder of hub model `name`, downloaded if needed; called within `loading`."""
    from huggingface_hub import HfApi, constants, snapshot_download

    if constants.HF_HUB_OFFLINE:
        return Path(snapshot_download(name, local_files_only=True))
    ignored = list(_OTHER_RUNTIMES)
    if any(file.endswith(".safetensors") for file in HfApi().list_repo_files(name)):
        ignored.append("*.bin")
    return Path(snapshot_download(name, ignore_patterns=ignored))


def local_folder(source: str) -> Path | None:
    """The folder that `source` is or looks like, whether or not it is there; None for the name of a
    hub model."""
    folder = Path(source).expanduser()
    return (
        folder if folder.exists() or folder.is_absolute() or source.startswith((".", "~")) else None
    )


@contextmanager
def no_progress_bar() -> Iterator[None]:
    """Within this block transformers reads weights without drawing on the terminal."""
    from transformers.utils import logging

    transformers_logging: Any = logging  # its functions carry no annotations
    drew = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if drew:
            transformers_logging.enable_progress_bar()


@contextmanager
def _quiet() -> Iterator[None]:
    """open_clip logs through `logging.info(...)`, which would install a root handler in the host's
    process."""
    root, handler = logging.getLogger(), logging.NullHandler()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _summary(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _WHY_LENGTH else text[: _WHY_LENGTH - 1] + "…"
