"""Pictures and sounds, decoded in child processes: a file that makes its decoder crash, hang or take
memory costs a child, and the caller a MediaError.

Children are started when they are needed, as many as decode at the same time, and a few stay for the next
content. All of them share the memory that one may have: what is decoded beside another is small, and a large
picture is decoded alone. Signals that end a whole group of processes are for whoever started them, who may still have
content to decode: children end when their stdin does. Knows no format: `encoders.decoding.child` asks those who do.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from encoders.audio.sound import Sound, require_soundfile
from encoders.decoding.child import MAX_BYTES, read_message, write_head
from encoders.decoding.memory import MemoryBudget
from encoders.errors import AudioError, ImageError, MediaError

TIMEOUT_S = 30.0
"""For one content, beside the wait for memory. A picture of the most pixels that are read takes two on one core."""
KEPT = 2
"""Children that stay when nobody needs them."""
_CHILD = """import os, signal, sys
for one in (signal.SIGINT, signal.SIGTERM):
    signal.signal(one, signal.SIG_IGN)
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path[:] = sys.argv[1:]
from encoders.decoding.child import main
main()"""
_memory = MemoryBudget(MAX_BYTES)
_ERRORS = {"image": ImageError, "audio": AudioError}
_TODO = "check the file, or leave it out"

Answer = tuple[dict[str, Any], bytes]


def decoded_image(source: str | Path | bytes, label: str = "") -> Image.Image:
    """As `encoders.image.picture.open_image`."""
    head, content = _asked("image", source, label)
    width, height = head["size"]
    return Image.frombytes("RGB", (width, height), content)


def decoded_sound(source: str | Path | bytes, label: str = "") -> Sound:
    """As `encoders.audio.sound.open_sound`."""
    require_soundfile("audio")
    head, content = _asked("audio", source, label)
    return Sound(np.frombuffer(content, "<f4").astype(np.float32), head["rate"])


def check_decodable(modality: str, content: bytes, label: str = "") -> None:
    """MediaError where the content is no picture or no sound that can be decoded. What is neither is
    not looked at, nor are sounds where nothing is installed that reads them."""
    if modality == "audio" and find_spec("soundfile") is None:
        return
    if modality in _ERRORS:
        _asked(modality, content, label, check=True)


def _asked(kind: str, source: str | Path | bytes, label: str, *, check: bool = False) -> Answer:
    content = source if isinstance(source, bytes) else b""
    path = None if isinstance(source, bytes) else os.path.abspath(source)
    label = label or (f"({len(source)} bytes)" if isinstance(source, bytes) else str(source))
    head = {"kind": kind, "path": path, "label": label, "bytes": len(content), "check": check}
    error = _ERRORS[kind]
    with _children.one(label, error) as child:
        answer = child.ask(head, content)
    if answer is None:
        raise error(label, f"ends what decodes it ({child.end()})", _TODO)
    if "error" in answer[0]:
        raise error(label, answer[0]["error"], answer[0].get("todo", _TODO))
    return answer


class _Child:
    """One process. Used by one thread at a time."""

    def __init__(self) -> None:
        self._timed_out = False
        self.is_usable = True
        """It has answered whatever it was asked."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C on the terminal is not for it
        )

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ask(self, head: dict[str, Any], content: bytes) -> Answer | None:
        """The answer, once there is memory for it; None where the child has ended."""
        answer = self._answer(head, content)
        if answer is None or "needs" not in answer[0]:
            return answer
        with _memory.reserved(int(answer[0]["needs"])) as n_bytes:
            return self._answer({"may": n_bytes}, b"")

    def _answer(self, head: dict[str, Any], content: bytes) -> Answer | None:
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        timer = threading.Timer(TIMEOUT_S, self._time_out)
        timer.daemon = True
        timer.start()
        answer: Answer | None = None
        try:
            write_head(asked, head)
            asked.write(content)
            asked.flush()
            answer = read_message(answered)
        except (OSError, ValueError):
            pass  # it has ended, or what it says is no answer
        finally:
            timer.cancel()
            timer.join()  # else it might still kill the child once it is in use again
            self.is_usable = answer is not None and not self._timed_out
        return answer

    def end(self) -> str:
        """How it ended: over its time, by a signal, or else."""
        code = self.close()
        if self._timed_out:
            return f"over {TIMEOUT_S:g} s"
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def close(self) -> int:
        """Kill it where it has not ended; its exit code. Again, it changes nothing."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(1.0)
        self._process.kill()
        return self._process.wait()

    def _time_out(self) -> None:
        self._timed_out = True
        self._process.kill()


class _Children:
    """Those that wait for work. A process that was forked off starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: list[_Child] = []
        self._owner = os.getpid()

    @contextmanager
    def one(self, label: str, error: type[MediaError]) -> Iterator[_Child]:
        try:
            child = self._taken() or _Child()
        except OSError as problem:
            why = f"cannot be decoded: no process can be started ({problem.strerror})"
            raise error(label, why, "let the server have more processes") from problem
        try:
            yield child
        except BaseException:
            child.close()
            raise
        if child.is_usable:
            self._put_back(child)
        else:
            child.close()

    def close(self) -> None:
        """All that wait."""
        with self._lock:
            free, self._free = self._free, []
        if self._owner == os.getpid():
            for child in free:
                child.close()

    def _taken(self) -> _Child | None:
        with self._lock:
            if self._owner != os.getpid():
                self._owner, self._free = os.getpid(), []
            while self._free:
                child = self._free.pop()
                if not child.has_ended:  # as by a kernel that needs its memory
                    return child
                child.close()
        return None

    def _put_back(self, child: _Child) -> None:
        with self._lock:
            if len(self._free) < KEPT:
                self._free.append(child)
                return
        child.close()


_children = _Children()
atexit.register(_children.close)
