"""Nothing unverified leaves, what fails is written once more, and the answer says who wrote it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import service.explainer
from service.explainer.evidence import Evidence, Subject
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import UnknownLanguage
from service.explainer.template.plan import Length
from service.explainer.template.writer import TemplateWriter
from service.explainer.verify.verifier import verify
from service.explainer.writers.writer import DraftRefused, Outcome, WriterFailed
from service.explainer.writers.writing import write_reasons, write_verified
from tests.service.explainer.made_up import COLLATERAL, RICH, evidence_facts, subjects

TEMPLATE_LINE = TemplateWriter().write(COLLATERAL, RICH, "en", length="line")


LIE = "Because you watched “Jaws”."
TRUTH = "You rated “Heat (1995)” 5, and it is directed by Michael Mann too."


class Parrot:
    """A writer that says what it was told to, one thing after the other, and remembers why it was
    asked again."""

    name = "parrot"

    def __init__(self, *said: str | Exception) -> None:
        self._said = list(said)
        self.problems: list[Sequence[str]] = []

    def write(
        self,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        *,
        length: Length,
        problems: Sequence[str] = (),
    ) -> str:
        self.problems.append(problems)
        said = self._said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said


def test_a_true_text_is_kept_and_signed() -> None:
    written = write_verified(Parrot(TRUTH), COLLATERAL, RICH, "en", "line")
    assert written == (TRUTH, "parrot", Outcome.WRITTEN, "", [])


def test_a_lie_is_written_again_by_a_writer_that_is_told_what_was_wrong() -> None:
    parrot = Parrot(LIE, TRUTH)
    written = write_verified(parrot, COLLATERAL, RICH, "en", "line")
    assert (written.text, written.writer, written.outcome, written.note) == (
        TRUTH,
        "parrot",
        Outcome.REWRITTEN,
        "",
    )
    assert parrot.problems[0] == []
    assert parrot.problems[1][0] == "quotes 'Jaws', which the evidence does not name"


def test_after_two_lies_the_template_writes_and_the_note_repeats_neither() -> None:
    written = write_verified(Parrot(LIE, "You love this one."), COLLATERAL, RICH, "en", "line")
    assert (written.text, written.writer, written.outcome) == (
        TEMPLATE_LINE,
        "template",
        Outcome.REFUSED,
    )
    assert (
        written.note
        == "the text of writer parrot could not be verified, so the template wrote this"
    )
    assert any("Jaws" in problem for problem in written.problems)
    assert any("love" in problem for problem in written.problems)


def test_a_writer_may_refuse_its_own_draft() -> None:
    parrot = Parrot(DraftRefused(["it is not JSON"]), TRUTH)
    assert write_verified(parrot, COLLATERAL, RICH, "en", "line").outcome is Outcome.REWRITTEN
    assert parrot.problems[1] == ["it is not JSON"]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (WriterFailed("its endpoint sleeps"), "its endpoint sleeps"),
        (TimeoutError("no answer about Jaws"), "TimeoutError"),
    ],
)
def test_a_writer_that_fails_is_not_asked_again(error: Exception, why: str) -> None:
    written = write_verified(Parrot(error), COLLATERAL, RICH, "en", "line")
    note = f"writer parrot failed ({why}), so the template wrote this"
    assert written == (TEMPLATE_LINE, "template", Outcome.FAILED, note, [])


def test_without_evidence_only_the_template_is_asked() -> None:
    parrot = Parrot(TRUTH)
    written = write_verified(parrot, COLLATERAL, [], "en", "line")
    assert (written.writer, written.outcome, parrot.problems) == ("template", Outcome.NOT_ASKED, [])
    assert "there is no evidence" in written.note


def test_the_template_that_was_asked_is_no_fall_back() -> None:
    written = write_verified(TemplateWriter(), COLLATERAL, RICH, "en", "line")
    assert written == (TEMPLATE_LINE, "template", Outcome.WRITTEN, "", ())
    assert write_verified(TemplateWriter(), COLLATERAL, [], "en", "line").note == ""


def test_an_unknown_language_is_not_blamed_on_the_writer() -> None:
    with pytest.raises(UnknownLanguage):
        write_verified(Parrot("x"), COLLATERAL, RICH, "tlh", "line")


@settings(max_examples=150, deadline=None)
@given(
    pairs=st.lists(st.tuples(subjects, st.lists(evidence_facts(), max_size=4)), max_size=4),
    language=st.sampled_from(language_codes()),
)
def test_reasons_of_a_list_are_all_verified(
    pairs: list[tuple[Subject, list[Evidence]]], language: str
) -> None:
    written = write_reasons(pairs, language)
    assert len(written) == len(pairs)
    for (subject, evidence), reason in zip(pairs, written, strict=True):
        assert verify(reason, subject, evidence, language) == []


def test_this_package_imports_nothing_else_of_ours() -> None:
    folder = Path(service.explainer.__file__).parent
    allowed = {"__future__", "service.explainer", "numpy", "numpy.typing"}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                ours = name.split(".")[0] in {
                    "service",
                    "indexer",
                    "encoders",
                    "palate",
                    "torch",
                    "grpc",
                    "numpy",
                }
                assert not ours or name in allowed or name.startswith("service.explainer."), (
                    f"{path.name}: {name}"
                )
