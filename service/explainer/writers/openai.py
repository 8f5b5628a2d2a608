"""The `openai` writer: any language model, held to the facts it cites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.explainer.evidence import Evidence, Subject
from service.explainer.template.plan import Length
from service.explainer.writers.claims import read_claims
from service.explainer.writers.prompt import messages, numbered, schema
from service.explainer.writers.writer import DraftRefused, WriterFailed
from service.language_model.errors import AnswerRefused, LanguageModelFailed
from service.language_model.model import LanguageModel

PURPOSE = "explanation"


class OpenAIWriter:
    """Asks for claims that cite facts, and takes only claims that the cited facts support."""

    name = "openai"

    def __init__(self, model: LanguageModel, name: str = name) -> None:
        """`name` is another than that of the setting."""
        self._model, self.name = model, name

    def write(
        self,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        *,
        length: Length,
        problems: Sequence[str] = (),
    ) -> str:
        """See `Writer.write`. WriterFailed or DraftRefused where there is no text to take."""
        # what is not in the evidence is no reason, so the model does not see it
        subject = replace(subject, categories=(), attributes={})
        facts = numbered(evidence, length)
        prompt = messages(subject, facts, language, length, problems)
        try:
            answer = self._model.complete(prompt, schema(facts), purpose=PURPOSE)
        except LanguageModelFailed as error:
            raise WriterFailed(str(error)) from None
        except AnswerRefused as refused:
            raise DraftRefused(refused.problems) from None
        return read_claims(answer.text, subject, facts, language, length)

    def close(self) -> None:
        """Close the connections."""
        self._model.close()
