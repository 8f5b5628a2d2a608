"""Claims: a model's answer as text, if each of its claims is supported by the very facts it cites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from service.explainer.evidence import Evidence, Subject
from service.explainer.languages.loading import load_language
from service.explainer.template.plan import Length
from service.explainer.verify.verifier import verify
from service.explainer.writers.prompt import MAX_CHARACTERS, MAX_CLAIMS
from service.explainer.writers.writer import DraftRefused


def read_claims(
    content: str, subject: Subject, facts: Mapping[str, Evidence], language: str, length: Length
) -> str:
    """The claims as one text; DraftRefused with everything that is wrong with them.

    `facts` are the facts that the model may cite, by id.
    """
    claims = _claims(content)
    problems = list(_form(claims, length))
    if not problems:
        for claim in claims:
            problems += _problems(claim, subject, facts, language)
    if problems:
        raise DraftRefused(problems)
    return load_language(language).between_sentences.join(claim["text"].strip() for claim in claims)


def _claims(content: str) -> list[Any]:
    try:
        answer = orjson.loads(content)
    except ValueError:
        raise DraftRefused(["it is not JSON"]) from None
    claims = answer.get("claims") if isinstance(answer, dict) else None
    if not isinstance(claims, list) or not claims:
        raise DraftRefused(["it has no list of claims"])
    return claims


def _form(claims: Sequence[Any], length: Length) -> Iterator[str]:
    if len(claims) > MAX_CLAIMS[length]:
        yield f"{len(claims)} claims, at most {MAX_CLAIMS[length]}"
    if not all(isinstance(claim, dict) and isinstance(claim.get("text"), str) for claim in claims):
        yield "a claim has no text"
        return
    n_characters = sum(len(claim["text"]) for claim in claims)
    if n_characters > MAX_CHARACTERS[length]:
        yield f"{n_characters} characters, at most {MAX_CHARACTERS[length]}"


def _problems(
    claim: Mapping[str, Any], subject: Subject, facts: Mapping[str, Evidence], language: str
) -> list[str]:
    cited = claim.get("evidence_ids")
    if not isinstance(cited, list) or not cited:
        return ["a claim cites no facts"]
    unknown = [fact_id for fact_id in cited if not isinstance(fact_id, str) or fact_id not in facts]
    if unknown:
        known = ", ".join(facts)
        return [f"a claim cites {len(unknown)} facts that do not exist; there are: {known}"]
    evidence = [facts[fact_id] for fact_id in dict.fromkeys(cited)]
    return verify(claim["text"], subject, evidence, language)
