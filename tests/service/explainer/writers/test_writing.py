"""Nothing unverified leaves, what fails is written once more, and the answer says who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.explainer.evidence import Evidence, Subject
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import UnknownLanguage, load_language
from service.explainer.template.plan import Length
from service.explainer.template.writer import TemplateWriter
from service.explainer.text import length_of
from service.explainer.verify.verifier import verify
from service.explainer.writers.writer import DraftRefused, Outcome, WriterFailed
from service.explainer.writers.writing import TEMPLATE, write_reasons, write_verified
from tests.service.explainer.made_up import COLLATERAL, HEAT, RICH, about, evidence_facts, subjects

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


LONG = "The Lord of the Rings: The Return of the King and What Came Then"
LONGER = "Dr. Strangelove or: How I Learned to Stop Worrying and Love It"


@settings(max_examples=400, deadline=None)
@given(
    pairs=st.lists(st.tuples(subjects, st.lists(evidence_facts(), max_size=6)), max_size=3),
    language=st.sampled_from(language_codes()),
)
def test_reasons_of_a_list_are_never_longer_than_a_line_may_be(
    pairs: list[tuple[Subject, list[Evidence]]], language: str
) -> None:
    words = load_language(language)
    for reason in write_reasons(pairs, language):
        assert length_of(reason, spaced=words.is_spaced) <= words.max_line, reason


def test_at_most_25_words_or_50_characters() -> None:
    assert (load_language("en").max_line, load_language("zh").max_line) == (25, 50)


@pytest.mark.parametrize("code", language_codes())
def test_titles_are_shortened_at_a_word_before_a_fact_is_left_out(code: str) -> None:
    words = load_language(code)
    loved = [about(K.HISTORY, (f"h{n}", title), 0.5) for n, title in enumerate((LONG, LONGER))]
    for n in range(20):
        (reason,) = write_reasons([(replace(COLLATERAL, item_id=f"c{n}"), loved)], code)
        assert length_of(reason, spaced=words.is_spaced) <= words.max_line
        assert any(first in reason for first in ("The Lord", "Dr. Strangelove"))
        assert reason.endswith(words.stop)


def test_a_fact_that_has_no_room_makes_way_for_the_next_and_is_never_cut() -> None:
    value = "a b c d e f g h i j k l m n o p q r s t"
    shared = about(K.CATEGORY, HEAT, value=value, count=2)
    new = Evidence(K.NEWNESS, 0.0, count=3)
    (reason,) = write_reasons([(COLLATERAL, [shared, new])], "en")
    assert "3 days ago" in reason
    assert "a b c" not in reason


def test_a_label_takes_its_room_from_the_line() -> None:
    paid = Evidence(K.SPONSORSHIP, 0.0, name="Acme Films of the Far and the Near West, and Sons")
    cause = about(K.HISTORY, ("h1", LONG), 0.5)
    for n in range(20):
        (reason,) = write_reasons([(replace(COLLATERAL, item_id=f"c{n}"), [cause, paid])], "en")
        assert len(reason.split()) <= 25
        assert reason.endswith("is sponsored by “Acme Films of the Far and…”.")
        assert "The Lord" in reason


@pytest.mark.parametrize("code", language_codes())
@pytest.mark.parametrize("length", ["line", "paragraph"])
def test_sponsorship_is_a_sentence_of_its_own_that_the_verifier_takes(
    code: str, length: Length
) -> None:
    paid = Evidence(K.SPONSORSHIP, 0.0, name="Acme <b>Films</b>")
    evidence = [about(K.HISTORY, HEAT, 0.6), paid]
    written = write_verified(TEMPLATE, COLLATERAL, evidence, code, length)
    plain = write_verified(TEMPLATE, COLLATERAL, evidence[:1], code, length)
    assert written.text.startswith(plain.text)
    assert "“Acme Films”" in written.text.removeprefix(plain.text)
    assert verify(written.text, COLLATERAL, evidence, code) == []
    assert verify(written.text, COLLATERAL, evidence[:1], code) != []


def test_what_was_asked_for_is_told_first_and_in_either_language() -> None:
    """A value of the catalogue, and words that are only close."""
    subject = Subject("f", "Larry Crowne (2011)", "movies", ("Comedy",), {"cast": "Tom Hanks"})
    for name, value in (
        ("with Tom Hanks", "Tom Hanks"),
        ("a comedy", "Comedy"),
        ("spaceships", ""),
    ):
        for kind, language in product((K.WISH, K.TASTE), ("en", "zh")):
            asked = Evidence(kind, 0.9, name=name, value=value)
            (line,) = write_reasons([(subject, [asked])], language)
            assert f"“{value or name}”" in line
            assert verify(line, subject, [asked], language) == []
            assert verify(line, subject, [], language) != []
