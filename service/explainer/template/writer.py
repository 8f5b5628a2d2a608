"""The template writer: evidence into sentences, by patterns that a stable hash selects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from service.explainer.evidence import Evidence, Subject
from service.explainer.languages.loading import load_language
from service.explainer.template.composition import compose, hash_selector
from service.explainer.template.plan import Length

VARIANTS = 8
"""Phrasings tried where a text would be the same as one before it in the list."""
BY_TITLE = 3
"""From this try on the item is called by its title."""


class TemplateWriter:
    """Writes from patterns. Always available, and never says more than its evidence."""

    name = "template"

    def write(
        self,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        *,
        length: Length,
        problems: Sequence[str] = (),
    ) -> str:
        """One sentence (`line`), two to four (`paragraph`) or up to six about a taste (`profile`).

        The same text for the same input, always. So it cannot write better when asked again,
        whatever the `problems`.
        """
        words = load_language(language)
        selector = hash_selector(subject, evidence, words, length)
        return compose(subject, evidence, words, length, selector).text

    def write_list(
        self,
        pairs: Sequence[tuple[Subject, Sequence[Evidence]]],
        language: str,
        *,
        length: Length = "line",
        taken: Sequence[int] = (),
    ) -> list[str]:
        """One text per result of a list, phrased so that neighbours do not repeat each other.

        `taken` is how much of each line is spoken for by something else, by default nothing.
        """
        words = load_language(language)
        used: Counter[str] = Counter()
        texts: list[str] = []
        for (subject, evidence), spoken_for in zip(pairs, taken or [0] * len(pairs), strict=True):
            for variant in range(VARIANTS):
                selector = hash_selector(subject, evidence, words, length, variant, used)
                draft = compose(
                    subject,
                    evidence,
                    words,
                    length,
                    selector,
                    by_title=variant >= BY_TITLE,
                    taken=spoken_for,
                )
                if draft.text not in texts:
                    break
            used[draft.pattern] += 1
            texts.append(draft.text)
        return texts
