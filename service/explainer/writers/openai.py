"""The `openai` writer: any model behind an endpoint that speaks OpenAI's protocol, held to the
facts it cites.

vLLM, Ollama, the server of llama.cpp and cloud providers speak it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.explainer.evidence import Evidence, Subject
from service.explainer.template.plan import Length
from service.explainer.writers.chat import ChatEndpoint
from service.explainer.writers.claims import read_claims
from service.explainer.writers.prompt import messages, numbered, schema


class OpenAIWriter:
    """Asks for claims that cite facts, and takes only claims that the cited facts support."""

    name = "openai"

    def __init__(self, endpoint: ChatEndpoint) -> None:
        self._endpoint = endpoint

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
        answer = self._endpoint.complete(prompt, schema(facts))
        return read_claims(answer, subject, facts, language, length)

    def close(self) -> None:
        """Close the connections."""
        self._endpoint.close()
