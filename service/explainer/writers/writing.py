"""Writing: only verified text leaves the explainer, whoever wrote it.

This module owns the second try, the fall back on the template, and the label of sponsored items. It
does not know how any writer works.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.explainer.evidence import Evidence, Role, Subject
from service.explainer.languages.loading import load_language
from service.explainer.template.composition import label
from service.explainer.template.plan import Length, gist
from service.explainer.template.writer import TemplateWriter
from service.explainer.text import length_of
from service.explainer.verify.verifier import verify
from service.explainer.writers.writer import DraftRefused, Outcome, Writer, WriterFailed, Written

TEMPLATE = TemplateWriter()


def write_verified(
    writer: Writer, subject: Subject, evidence: Sequence[Evidence], language: str, length: Length
) -> Written:
    """The writer's text if every statement of it is supported, else its second one, else the
    template's.

    No writer may mention sponsorship or leave it out: the sentence that says so is added to
    whatever they wrote.
    """
    load_language(language)  # an unknown language is the caller's mistake, not the writer's
    labels, facts = _split_labels(evidence)
    written = _write_verified(writer, subject, facts, language, length)
    added = _label(subject, labels, language)
    return written._replace(text=_with_label(written.text, added, language))


def write_reasons(
    pairs: Sequence[tuple[Subject, Sequence[Evidence]]], language: str, length: Length = "line"
) -> list[str]:
    """Template texts for the results of one list, phrased so that neighbours do not repeat each
    other."""
    words, is_line = load_language(language), length == "line"
    all_labels: list[str] = []
    told: list[tuple[Subject, list[Evidence]]] = []
    for subject, evidence in pairs:
        labels, facts = _split_labels(evidence)
        all_labels.append(_label(subject, labels, language, short=is_line))
        told.append((subject, gist(facts) if is_line else facts))
    taken = [length_of(added, spaced=words.is_spaced) for added in all_labels]
    texts = TEMPLATE.write_list(told, language, length=length, taken=taken)
    reasons = []
    for text, (subject, facts), added in zip(texts, told, all_labels, strict=True):
        if verify(text, subject, facts, language):
            text = _stating_nothing(language, length)
        reasons.append(_with_label(text, added, language))
    return reasons


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
        except Exception as error:  # a writer may be a plug-in, often with a network behind it
            why = str(error) if isinstance(error, WriterFailed) else type(error).__name__
            note = f"writer {writer.name} failed ({why}), so the template wrote this"
            return _by_template(subject, evidence, language, length, Outcome.FAILED, note, problems)
        if not found:
            return Written(text, writer.name, outcome, problems=problems)
        problems = [*problems, *found]
    note = f"the text of writer {writer.name} could not be verified, so the template wrote this"
    return _by_template(subject, evidence, language, length, Outcome.REFUSED, note, problems)


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
    found = verify(text, subject, evidence, language)
    if found:  # an item's words that the template did not foresee
        text = _stating_nothing(language, length)
        problems = [*problems, *found]
        unverified = "no sentence about this evidence could be verified"
        note = f"{note}; {unverified}" if note else unverified
    return Written(text, TEMPLATE.name, outcome, note, problems)


def _stating_nothing(language: str, length: Length) -> str:
    """What is written where nothing can be said."""
    short: Length = "profile" if length == "profile" else "line"
    return TEMPLATE.write(Subject("", ""), [], language, length=short)


def _split_labels(evidence: Sequence[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """The facts that are told by a label of their own, and all others."""
    labels = [fact for fact in evidence if fact.kind.role is Role.LABEL]
    return labels, [fact for fact in evidence if fact.kind.role is not Role.LABEL]


def _label(
    subject: Subject, labels: Sequence[Evidence], language: str, *, short: bool = False
) -> str:
    """The first label; empty where there is none."""
    words = load_language(language)
    return next((label(fact, subject.domain, words, short=short) for fact in labels), "")


def _with_label(text: str, added: str, language: str) -> str:
    return load_language(language).between_sentences.join(filter(None, [text, added]))
