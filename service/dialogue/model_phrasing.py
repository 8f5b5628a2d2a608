"""Replies by a language model where it says what the templates say, and by the templates elsewhere.

The model writes what is said of a wish, and reasons that the template wrote; what to do next, and
that something is not there, stay in the same words. Owns who is asked, and what becomes of it.
"""

from __future__ import annotations

from dataclasses import replace

from service.dialogue.languages.loading import language_of
from service.dialogue.phrasing import TEMPLATE, Phrased, Templates, joined
from service.dialogue.reply import About, Reply
from service.dialogue.statements import statements_of
from service.dialogue.wording import NotWorded, worded
from service.explainer.evidence import Subject
from service.explainer.writers.openai import OpenAIWriter
from service.explainer.writers.writer import Outcome
from service.explainer.writers.writing import write_verified
from service.language_model.model import LanguageModel


class ModelPhrasing:
    """Of one conversation. Whatever the model does, there is a reply."""

    def __init__(self, model: LanguageModel) -> None:
        """The caller closes the model."""
        self._model, self._templates = model, Templates()
        self._told: set[str] = set()

    def phrase(self, reply: Reply) -> Phrased:
        """See `Phrasing.phrase`."""
        said, note = self._why(reply) if reply.about is About.WHY else self._stated(reply)
        if said:
            return Phrased(self._templates.words(reply, said), self._model.name)
        return replace(self._templates.phrase(reply), note=self._untold(note))

    def _stated(self, reply: Reply) -> tuple[str, str]:
        """What is said of the wish, or of what keeps an item on the list, or why the model has not
        said it; both are empty where nothing is to be said."""
        language = language_of(reply.language)
        statements = statements_of(reply, language.sentences)
        if not statements:
            return "", ""
        try:
            return joined(worded(statements, language, self._model)), ""
        except NotWorded as error:
            return "", f"the language model did not phrase the reply, the template did: {error}"

    def _why(self, reply: Reply) -> tuple[str, str]:
        """The same of a reason, where there are facts and the template was asked for it."""
        why = reply.explanation
        if why is None or not why.evidence or why.writer != TEMPLATE or why.degraded:
            return "", ""
        subject = Subject(why.item_id, reply.title, _domain(reply, why.item_id))
        writer = OpenAIWriter(self._model, self._model.name)
        written = write_verified(writer, subject, why.evidence, reply.language, "paragraph")
        if written.outcome is Outcome.NOT_ASKED:
            return "", ""
        return ("", written.note) if written.note else (written.text, "")

    def _untold(self, note: str) -> str:
        is_told = note in self._told
        self._told.add(note)
        return "" if is_told else note


def _domain(reply: Reply, item_id: str) -> str:
    """Of an item of the list."""
    results = [] if reply.answer is None else reply.answer.results
    return next((one.item.domain for one in results if one.item_id == item_id), "")
