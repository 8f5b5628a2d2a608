"""The `openai` writer: any model behind an endpoint that speaks OpenAI's protocol, held to the
facts it cites.

vLLM, Ollama, the server of llama.cpp and clouds speak it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.explainer.evidence import Evidence, Subject
from service.explainer.template.template import Length
from service.explainer.writers.chat import ChatEndpoint
from service.explainer.writers.claims import read_claims
from service.explainer.writers.prompt import messages, numbered, schema


class OpenAIWriter:
    """Asks for claims that cite facts, and takes only those that the cited facts carry."""

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
        subject = replace(
            subject, categories=(), attributes={}
        )  # what is not in the evidence is nobody's reason
        facts = numbered(evidence, length)
        answer = self._endpoint.complete(
            messages(subject, facts, language, length, problems), schema(facts)
        )
        return read_claims(answer, subject, facts, language, length)

    def close(self) -> None:
        self._endpoint.close()
