"""Writers: who puts evidence into words, and the rule that nothing unverified leaves the house.

It owns the protocol, the table of writers and the fall back on the template. It knows nothing of any writer's ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import NamedTuple, Protocol

from service.explainer.evidence import Evidence, Subject
from service.explainer.language import load_language
from service.explainer.template import Length, TemplateWriter
from service.explainer.verify import verify

ENTRY_POINTS = "palate.writers"


class UnknownWriter(ValueError):
    """No writer of that name."""


class Writer(Protocol):
    """Puts evidence into words."""

    @property
    def name(self) -> str:
        """What the answer calls it."""
        ...

    def write(self, subject: Subject, evidence: Sequence[Evidence], language: str, *, length: Length) -> str:
        """One short sentence (`line`) or two to four (`paragraph`) that name only what the evidence names."""
        ...


class Written(NamedTuple):
    """A verified text."""

    text: str
    writer: str
    """Whose text it is: the writer asked, or `template` when that one failed."""
    problems: list[str]
    """Why the text of the writer asked was not taken; empty when it was."""


WRITERS: Mapping[str, Callable[[], Writer]] = {TemplateWriter.name: TemplateWriter}
"""Writers that come with the service, by name."""

_TEMPLATE = TemplateWriter()


def writer_names() -> list[str]:
    """Names of all writers, those of other packages as well."""
    return sorted({*WRITERS, *(point.name for point in entry_points(group=ENTRY_POINTS))})


def load_writer(name: str = "") -> Writer:
    """The writer of that name; empty means the template."""
    name = name or TemplateWriter.name
    if name in WRITERS:
        return WRITERS[name]()
    for point in entry_points(group=ENTRY_POINTS, name=name):
        writer: Writer = point.load()()
        return writer
    raise UnknownWriter(f"no writer {name[:40]!r}; there are: {', '.join(writer_names())}")


def write_verified(
    writer: Writer, subject: Subject, evidence: Sequence[Evidence], language: str, length: Length
) -> Written:
    """The writer's text if every statement of it is supported, else the template's."""
    load_language(language)  # an unknown language is the caller's mistake, not the writer's
    try:
        text = writer.write(subject, evidence, language, length=length)
        problems = verify(text, subject, evidence, language)
    except Exception as error:  # a writer is somebody else's code, often with a network behind it
        text, problems = "", [f"{writer.name} failed: {type(error).__name__}"]
    if not problems:
        return Written(text, writer.name, [])
    return _checked(_TEMPLATE.write(subject, evidence, language, length=length), subject, evidence, language, problems)


def write_reasons(
    pairs: Sequence[tuple[Subject, Sequence[Evidence]]], language: str, length: Length = "line"
) -> list[Written]:
    """Template texts for the results of one list, phrased so that neighbours do not repeat each other."""
    texts = _TEMPLATE.write_list(pairs, language, length=length)
    return [
        _checked(text, subject, evidence, language, []) for text, (subject, evidence) in zip(texts, pairs, strict=True)
    ]


def _checked(text: str, subject: Subject, evidence: Sequence[Evidence], language: str, problems: list[str]) -> Written:
    """The template's text; should even that not pass (item words nobody foresaw), a sentence that states nothing."""
    found = verify(text, subject, evidence, language)
    if found:
        text, problems = _TEMPLATE.write(Subject("", ""), [], language, length="line"), [*problems, *found]
    return Written(text, TemplateWriter.name, problems)
