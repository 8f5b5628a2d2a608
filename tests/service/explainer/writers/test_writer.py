"""Every writer that comes with the service has the form of a writer."""

from __future__ import annotations

import inspect

import pytest

from service.explainer.template.writer import TemplateWriter
from service.explainer.writers.local import LocalWriter
from service.explainer.writers.openai import OpenAIWriter
from service.explainer.writers.writer import DraftRefused, Outcome, Writer, Written


@pytest.mark.parametrize("writer", [TemplateWriter, LocalWriter, OpenAIWriter])
def test_a_writer_has_a_name_and_writes_as_the_protocol_says(writer: type) -> None:
    assert writer.name in ("template", "local", "openai")
    wanted = inspect.signature(Writer.write).parameters
    assert dict(inspect.signature(writer.write).parameters) == dict(wanted)


def test_a_refused_draft_says_how_much_is_wrong_and_quotes_nothing() -> None:
    refused = DraftRefused(["quotes 'Jaws'", "is empty"])
    assert (str(refused), refused.problems) == ("2 problems", ["quotes 'Jaws'", "is empty"])


def test_a_text_that_was_taken_has_no_note() -> None:
    assert Written("x", "template", Outcome.WRITTEN)[3:] == ("", ())
