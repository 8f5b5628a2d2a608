"""Writer: the protocol of everything that puts evidence into words, and what comes of asking one."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from service.explainer.evidence import Evidence, Subject
from service.explainer.template.plan import Length


class WriterFailed(Exception):
    """A writer has no text. The message is shown to callers: it holds no words of an item or a
    model, and no secret."""


class DraftRefused(Exception):
    """A writer has found its own text wanting; another try may mend it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


class Writer(Protocol):
    """Puts evidence into words. Called from several threads at once."""

    @property
    def name(self) -> str:
        """What the answer calls it."""
        ...

    def write(
        self,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        *,
        length: Length,
        problems: Sequence[str] = (),
    ) -> str:
        """One short sentence (`line`), two to four (`paragraph`), or up to six about the user's
        taste (`profile`, with an empty subject) that name only what the evidence names.

        `problems` is empty at first; the second time it is why the text before was refused.
        """
        ...


class Outcome(StrEnum):
    """What became of the text of the writer that was asked."""

    WRITTEN = "written"
    """It was taken."""
    REWRITTEN = "rewritten"
    """The first was refused, the second taken."""
    REFUSED = "refused"
    """Neither could be verified."""
    FAILED = "failed"
    """There was none."""
    NOT_ASKED = "not_asked"
    """Without evidence there is nothing to write from."""


class Written(NamedTuple):
    """A verified text."""

    text: str
    writer: str
    """Whose text it is: the writer asked, or `template` when that one's was not taken."""
    outcome: Outcome
    note: str = ""
    """Why it is not the text of the writer asked, for the caller; empty when it is."""
    problems: Sequence[str] = ()
    """What was refused, in words that quote the refused text: not for the caller."""
