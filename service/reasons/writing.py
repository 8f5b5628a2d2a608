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

from cachetools import LRUCache

from service.config import Settings
from service.errors import ConfigError, InvalidInput, PalateError, WriterUnavailable
from service.explainer.evidence import Evidence, Subject
from service.explainer.template.plan import Length
from service.explainer.writers.writer import Outcome, Writer, Written
from service.explainer.writers.writing import TEMPLATE, write_verified
from service.language_model.account import Account
from service.language_model.errors import LanguageModelUnavailable
from service.telemetry.uses import Uses

ENTRY_POINTS = "palate.writers"

log = logging.getLogger(__name__)


class Writing:
    """Writers are made when they are first asked for, and kept."""

    def __init__(
        self, settings: Settings, ready: Iterable[Writer] = (), account: Account | None = None
    ) -> None:
        """`ready` writers are used as they are, under their own names. What others ask of language
        models goes on the account, by default one of their own.

        ConfigError when the configured writer is not set up.
        """
        self._settings = settings
        self._account = account or Account(settings.language_model.budget_tokens)
        self._writers: dict[str, Writer] = {writer.name: writer for writer in (TEMPLATE, *ready)}
        self._kept: LRUCache[bytes, Written] = LRUCache(settings.explain.max_cached)
        self._counts: Counter[tuple[str, Outcome]] = Counter()
        self._lock = threading.Lock()
        self.uses = Uses()
        """Of the texts that are kept."""
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
                self._writers[name] = _make(name, self._settings, self._account)
            return self._writers[name]

    def forget(self) -> None:
        """Let go of the texts that are kept: somebody they are about was deleted."""
        with self._lock:
            self._kept.clear()

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
            if writer.name != TEMPLATE.name:  # whose texts are not kept
                self.uses.count(hit=kept is not None)
        if kept is not None:
            return kept
        written = write_verified(writer, subject, evidence, language, length)
        self._count(writer.name, written)
        is_its_own = written.writer == writer.name
        if is_its_own and writer.name != TEMPLATE.name and self._kept.maxsize:
            with self._lock:
                self._kept[key] = written
        return written

    def counts(self) -> Mapping[tuple[str, Outcome], int]:
        """Texts so far, by the writer that was asked and what came of it."""
        with self._lock:
            return dict(self._counts)

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


def _make(name: str, settings: Settings, account: Account) -> Writer:
    if name in _FACTORIES:
        try:
            return _FACTORIES[name](settings, account)
        except LanguageModelUnavailable as error:
            raise WriterUnavailable(name, str(error)) from None
    for point in entry_points(group=ENTRY_POINTS, name=name):
        try:
            writer: Writer = point.load()()
        except ImportError as error:
            raise WriterUnavailable(name, f"its package cannot be loaded: {error}") from None
        return writer
    known = ", ".join(writer_names())
    raise InvalidInput("writer", name, f"there is no such writer; there are: {known}")


def _openai(settings: Settings, account: Account) -> Writer:
    from service.explainer.writers.openai import OpenAIWriter
    from service.language_model.opening import open_model

    options = settings.writer_endpoint
    if not options.base_url or not options.model:
        raise WriterUnavailable("openai", "set explain.openai.base_url and explain.openai.model")
    return OpenAIWriter(open_model(options, account))


def _local(settings: Settings, _: Account) -> Writer:
    """What it does costs no tokens: it writes none."""
    from service.explainer.writers.llama import LlamaScorer
    from service.explainer.writers.local import LocalWriter
    from service.language_model.gguf import gguf_file

    options = settings.explain.local
    model = gguf_file(options.model, "explain.local.model")
    return LocalWriter(LlamaScorer(model, options.threads, options.context), options.timeout_s)


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


_FACTORIES: Mapping[str, Callable[[Settings, Account], Writer]] = {
    "openai": _openai,
    "local": _local,
}
"""Writers that come with the service beside the template, by name."""
