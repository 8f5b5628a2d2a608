"""Nothing unverified leaves, and the answer says who wrote it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import service.explainer
from service.explainer import writers
from service.explainer.evidence import Evidence, Subject
from service.explainer.language import UnknownLanguage, language_codes
from service.explainer.template import Length, TemplateWriter
from service.explainer.verify import verify
from service.explainer.writers import UnknownWriter, load_writer, write_reasons, write_verified, writer_names

from .made_up import COLLATERAL, RICH, evidence_facts, subjects

TEMPLATE_LINE = TemplateWriter().write(COLLATERAL, RICH, "en", length="line")


class Parrot:
    """A writer that says what it was told to."""

    name = "parrot"

    def __init__(self, text: str = "") -> None:
        self._text = text

    def write(self, subject: Subject, evidence: Sequence[Evidence], language: str, *, length: Length) -> str:
        if not self._text:
            raise TimeoutError("no answer")
        return self._text


def test_a_true_text_is_kept_and_signed() -> None:
    text = "You rated “Heat (1995)” 5, and it is directed by Michael Mann too."
    assert write_verified(Parrot(text), COLLATERAL, RICH, "en", "line") == (text, "parrot", [])


def test_a_lie_is_replaced_by_the_template_and_the_reason_kept() -> None:
    written = write_verified(Parrot("Because you watched “Jaws”."), COLLATERAL, RICH, "en", "line")
    assert (written.text, written.writer) == (TEMPLATE_LINE, "template")
    assert written.problems[0] == "quotes 'Jaws', which the evidence does not name"


def test_a_writer_that_fails_is_replaced_by_the_template() -> None:
    written = write_verified(Parrot(), COLLATERAL, RICH, "en", "line")
    assert written == (TEMPLATE_LINE, "template", ["parrot failed: TimeoutError"])


def test_an_unknown_language_is_not_blamed_on_the_writer() -> None:
    with pytest.raises(UnknownLanguage):
        write_verified(Parrot("x"), COLLATERAL, RICH, "tlh", "line")


def test_the_template_is_the_default_writer() -> None:
    assert load_writer().name == load_writer("template").name == "template"
    assert "template" in writer_names()


def test_an_unknown_writer_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownWriter, match=r"no writer 'bard'; there are: .*template"):
        load_writer("bard")


def test_other_packages_bring_writers_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("parrot", f"{__name__}:Parrot", writers.ENTRY_POINTS)

    def entry_points(*, group: str, name: str = "parrot") -> list[EntryPoint]:
        return [point] if (group, name) == (writers.ENTRY_POINTS, "parrot") else []

    monkeypatch.setattr(writers, "entry_points", entry_points)
    assert load_writer("parrot").name == "parrot"
    assert writer_names() == ["parrot", "template"]


@settings(max_examples=150, deadline=None)
@given(
    pairs=st.lists(st.tuples(subjects, st.lists(evidence_facts(), max_size=4)), max_size=4),
    language=st.sampled_from(language_codes()),
)
def test_reasons_of_a_list_are_all_verified(pairs: list[tuple[Subject, list[Evidence]]], language: str) -> None:
    written = write_reasons(pairs, language)
    assert len(written) == len(pairs)
    for (subject, evidence), reason in zip(pairs, written, strict=True):
        assert verify(reason.text, subject, evidence, language) == []


def test_this_package_imports_nothing_else_of_ours() -> None:
    folder = Path(service.explainer.__file__).parent
    allowed = {"__future__", "service.explainer", "numpy", "numpy.typing"}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                ours = name.split(".")[0] in {"service", "indexer", "encoders", "palate", "torch", "grpc", "numpy"}
                assert not ours or name in allowed or name.startswith("service.explainer."), f"{path.name}: {name}"
