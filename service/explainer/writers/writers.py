"""Writers: who puts evidence into words, and the rule that nothing unverified leaves the house.

It owns the protocol, the rewriting and the fall back on the template. It knows nothing of any
writer's ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from service.explainer.evidence import Evidence, EvidenceKind, Subject
from service.explainer.languages.language import load_language
from service.explainer.template.plan import gist
from service.explainer.template.template import Length, TemplateWriter, label
from service.explainer.verify.verify import verify


class WriterFailed(Exception):
    """A writer has no text. The message is shown to callers: it holds no item's words, no model's,
    and no secret."""


class DraftRefused(Exception):
    """A writer has found its own text wanting; another try may mend it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


class Writer(Protocol):
    """Puts evidence into words. Called from several threads at once."""

    @property
    def name(self) -> str:
        """What the answer calls it."""
        ...

    def write(
        self,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        *,
        length: Length,
        problems: Sequence[str] = (),
    ) -> str:
        """One short sentence (`line`), two to four (`paragraph`), or up to six about the user's
        taste (`profile`, with an empty subject) that name only what the evidence names.

        `problems` is empty at first; the second time it is why the text before was refused.
        """
        ...


class Outcome(StrEnum):
    """What became of the text of the writer that was asked."""

    WRITTEN = "written"
    """It was taken."""
    REWRITTEN = "rewritten"
    """The first was refused, the second taken."""
    REFUSED = "refused"
    """Neither could be verified."""
    FAILED = "failed"
    """There was none."""
    NOT_ASKED = "not_asked"
    """Without evidence there is nothing to write from."""


class Written(NamedTuple):
    """A verified text."""

    text: str
    writer: str
    """Whose text it is: the writer asked, or `template` when that one's was not taken."""
    outcome: Outcome
    note: str = ""
    """Why it is not the text of the writer asked, for the caller; empty when it is."""
    problems: Sequence[str] = ()
    """What was refused, in words that quote the refused text: not for the caller."""


TEMPLATE = TemplateWriter()


def write_verified(
    writer: Writer, subject: Subject, evidence: Sequence[Evidence], language: str, length: Length
) -> Written:
    """The writer's text if every statement of it is supported, else its second one, else the
    template's.

    Sponsorship is no writer's to mention or to leave out: the sentence that says so is added to
    whatever they wrote.
    """
    load_language(language)  # an unknown language is the caller's mistake, not the writer's
    paid, free = _by_whether_paid(evidence)
    written = _write_verified(writer, subject, free, language, length)
    return written._replace(text=_labelled(written.text, subject, paid, language))


def _write_verified(
    writer: Writer, subject: Subject, evidence: Sequence[Evidence], language: str, length: Length
) -> Written:
    if writer.name == TEMPLATE.name:
        return _by_template(subject, evidence, language, length, Outcome.WRITTEN)
    if not evidence:
        note = f"there is no evidence, so writer {writer.name} was not asked"
        return _by_template(subject, evidence, language, length, Outcome.NOT_ASKED, note)
    problems: list[str] = []
    for outcome in (Outcome.WRITTEN, Outcome.REWRITTEN):
        try:
            text = writer.write(subject, evidence, language, length=length, problems=problems)
            found = verify(text, subject, evidence, language)
        except DraftRefused as refused:
            text, found = "", refused.problems
        except (
            Exception
        ) as error:  # a writer may be somebody else's code, often with a network behind it
            why = str(error) if isinstance(error, WriterFailed) else type(error).__name__
            note = f"writer {writer.name} failed ({why}), so the template wrote this"
            return _by_template(subject, evidence, language, length, Outcome.FAILED, note, problems)
        if not found:
            return Written(text, writer.name, outcome, problems=problems)
        problems = [*problems, *found]
    note = f"the text of writer {writer.name} could not be verified, so the template wrote this"
    return _by_template(subject, evidence, language, length, Outcome.REFUSED, note, problems)


def write_reasons(
    pairs: Sequence[tuple[Subject, Sequence[Evidence]]], language: str, length: Length = "line"
) -> list[str]:
    """Template texts for the results of one list, phrased so that neighbours do not repeat each
    other."""
    parted = [(subject, *_by_whether_paid(evidence)) for subject, evidence in pairs]
    if length == "line":
        parted = [(subject, paid, gist(free)) for subject, paid, free in parted]
    texts = TEMPLATE.write_list(
        [(subject, free) for subject, _, free in parted], language, length=length
    )
    reasons = []
    for text, (subject, paid, free) in zip(texts, parted, strict=True):
        sound = (
            _stating_nothing(language, length) if verify(text, subject, free, language) else text
        )
        reasons.append(_labelled(sound, subject, paid, language))
    return reasons


def _by_whether_paid(evidence: Sequence[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """That somebody pays, and everything else."""
    paid = [fact for fact in evidence if fact.kind is EvidenceKind.SPONSORSHIP]
    return paid, [fact for fact in evidence if fact.kind is not EvidenceKind.SPONSORSHIP]


def _labelled(text: str, subject: Subject, paid: Sequence[Evidence], language: str) -> str:
    """The text, and after it that the item is sponsored, if it is."""
    words = load_language(language)
    return words.between_sentences.join(
        [text, *(label(fact, subject.domain, words) for fact in paid[:1])]
    )


def _by_template(
    subject: Subject,
    evidence: Sequence[Evidence],
    language: str,
    length: Length,
    outcome: Outcome,
    note: str = "",
    problems: Sequence[str] = (),
) -> Written:
    text = TEMPLATE.write(subject, evidence, language, length=length)
    if found := verify(text, subject, evidence, language):  # item words nobody foresaw
        text, problems = _stating_nothing(language, length), [*problems, *found]
        note = "; ".join(
            part for part in (note, "no sentence about this evidence could be verified") if part
        )
    return Written(text, TEMPLATE.name, outcome, note, problems)


def _stating_nothing(language: str, length: Length) -> str:
    return TEMPLATE.write(
        Subject("", ""), [], language, length="profile" if length == "profile" else "line"
    )
